from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _crm_pool_bin_domain(self, company_ids):
        """The recycle bins that the user may open, company by company."""
        opened = [
            one for one in company_ids if "has_bin" in self._crm_pool_specials(one)
        ]
        return [("company_id", "in", opened)]
