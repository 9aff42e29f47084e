from odoo import models


class HrDepartment(models.Model):
    """The tree of departments and their managers are in the record rules."""

    _name = "hr.department"
    _inherit = ["hr.department", "crm.pool.cached.mixin"]

    _cached_fields = frozenset({"parent_id", "manager_id", "company_id", "active"})
