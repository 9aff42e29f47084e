from odoo import models


class CrmTeam(models.Model):
    """The leader and the members of a team decide what they see of the pool."""

    _name = "crm.team"
    _inherit = ["crm.team", "crm.pool.cached.mixin"]

    _cached_fields = frozenset({"user_id", "company_id", "active", "member_ids"})
