from odoo import models


class HrEmployee(models.Model):
    """Whose user is in which department is in the record rules."""

    _name = "hr.employee"
    _inherit = ["hr.employee", "crm.pool.cached.mixin"]

    _cached_fields = frozenset(
        {"user_id", "company_id", "active", "department_id", "current_version_id"}
    )
