from odoo import models


class HrVersion(models.Model):
    """A new version of an employee may stand in another department."""

    _name = "hr.version"
    _inherit = ["hr.version", "crm.pool.cached.mixin"]

    _cached_fields = frozenset({"department_id", "date_version", "active"})
