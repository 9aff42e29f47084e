from odoo import models


class HrDepartment(models.Model):
    """The tree of departments and their managers are in the record rules."""

    _inherit = "hr.department"

    def write(self, vals):
        result = super().write(vals)
        if {"parent_id", "manager_id", "company_id", "active"} & set(vals):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
