from odoo import models


class ResPartner(models.Model):
    """A contact that is archived or restored takes the customer's deletion along."""

    _inherit = "res.partner"

    def write(self, vals):
        if "active" not in vals or self.env.context.get("install_mode"):
            return super().write(vals)
        # rows of other companies and persons of other people follow as well
        customers_sudo = self.env["crm.pool.customer"]._privileged()
        all_sudo = customers_sudo.with_context(active_test=False)
        if vals["active"]:
            result = super().write(vals)
            if not customers_sudo._is_pool_edit():
                rows_sudo = all_sudo.search([("partner_id", "in", self.ids)])
                entries_sudo = self.env["crm.pool.bin"]._entries_of(rows_sudo)
                entries_sudo.customer_id.with_env(self.env).write({"active": True})
            return result
        rows_sudo = customers_sudo.search([("partner_id", "in", self.ids)])
        partners_sudo = rows_sudo._bin_partners()
        result = super().write(vals)
        # documents kept the contact when its row went; now it went by itself
        self.env["crm.pool.bin"]._entries_of(rows_sudo)._add_partners(partners_sudo)
        return result

    def _bin_restoring(self):
        """self in a context in which restored contacts do not restore their rows."""
        sentinel = self.env["crm.pool.customer"]._edit_sentinel
        return self.with_context(crm_pool_edit_sentinel=sentinel)
