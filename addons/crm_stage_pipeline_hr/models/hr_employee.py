from odoo import api, models


class HrEmployee(models.Model):
    """Whose user is in which department is in the record rules."""

    _inherit = "hr.employee"

    @api.model_create_multi
    def create(self, vals_list):
        employees = super().create(vals_list)
        self.env.registry.clear_cache()
        return employees

    def write(self, vals):
        result = super().write(vals)
        followed = {"user_id", "company_id", "active", "department_id"}
        if (followed | {"current_version_id"}) & set(vals):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
