from odoo import api, models


class CrmLead(models.Model):
    """An opportunity that is lost, won or opened moves its customer's date (P27)."""

    _inherit = "crm.lead"

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._recycle_customers_later(leads._pool_keys())
        return leads

    def write(self, vals):
        followed = self._pool_followed_fields.intersection(vals)
        keys = self._pool_keys() if followed else set()
        result = super().write(vals)
        if followed:
            self._recycle_customers_later(keys | self._pool_keys())
        return result

    def unlink(self):
        keys = self._pool_keys()
        result = super().unlink()
        self._recycle_customers_later(keys)
        return result

    def _recycle_customers_later(self, keys):
        """:param keys: see _pool_keys (superuser)"""
        rules = self.env["crm.pool.recycle.rule"]
        # superuser: the customer may be a colleague's
        rows_sudo = self.env["crm.pool.customer"]._privileged()
        for partner, company in keys:
            if any(r.failure == "lost" for r in rules._rules_in_force(company.id)):
                rows_sudo.search(
                    [("partner_id", "=", partner.id), ("company_id", "=", company.id)]
                )._recycle_later()
