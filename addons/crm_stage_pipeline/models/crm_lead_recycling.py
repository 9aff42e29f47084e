from odoo import models


class CrmLead(models.Model):
    """An opportunity that is lost, won or opened moves its customer's date (P27)."""

    _inherit = "crm.lead"

    def unlink(self):
        keys = self._pool_keys()
        result = super().unlink()
        self._recycle_customers_later(keys)
        return result

    def _follow_now(self, keys_before):
        result = super()._follow_now(keys_before)
        self._recycle_customers_later(self._pool_keys() | keys_before)
        return result

    def _recycle_customers_later(self, keys):
        """:param keys: see _pool_keys (superuser)"""
        rules = self.env["crm.pool.recycle.rule"]
        followed = {
            company
            for company in {company for _partner, company in keys}
            if any(r.failure == "lost" for r in rules._rules_in_force(company.id))
        }
        keys = {key for key in keys if key[1] in followed}
        if keys:
            # superuser: the customer may be a colleague's
            self.env["crm.pool.customer"]._privileged()._rows_with_keys(
                keys
            )._recycle_later()
