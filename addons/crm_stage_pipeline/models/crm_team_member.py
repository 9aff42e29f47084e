from odoo import models


class CrmTeamMember(models.Model):
    """A membership opens the team's pools."""

    _name = "crm.team.member"
    _inherit = ["crm.team.member", "crm.pool.cached.mixin"]
