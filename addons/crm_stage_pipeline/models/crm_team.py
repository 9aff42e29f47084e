from odoo import api, models


class CrmTeam(models.Model):
    """The leader and the members of a team decide what they see of the pool."""

    _inherit = "crm.team"

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        self.env.registry.clear_cache()
        return teams

    def write(self, vals):
        result = super().write(vals)
        if {"user_id", "company_id", "active", "member_ids"}.intersection(vals):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
