from odoo import api, models


class HrVersion(models.Model):
    """A new version of an employee may stand in another department."""

    _inherit = "hr.version"

    @api.model_create_multi
    def create(self, vals_list):
        versions = super().create(vals_list)
        self.env.registry.clear_cache()
        return versions

    def write(self, vals):
        result = super().write(vals)
        if {"department_id", "date_version", "active"} & set(vals):
            self.env.registry.clear_cache()
        return result
