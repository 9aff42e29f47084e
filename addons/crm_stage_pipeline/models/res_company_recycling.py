from odoo import models


class ResCompany(models.Model):
    """Another working schedule: other days count for the recycling rules (P27)."""

    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        if "resource_calendar_id" in vals:
            self.crm_pool_policy_id._refresh_clocks()
        return result
