from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import LazyTranslate

from .crm_pool_customer_result import MESSAGES

_lt = LazyTranslate(__name__)

MESSAGES["deleted"] = _lt("%(name)s is in the recycle bin now.")


class CrmPoolCustomer(models.Model):
    """Deleting a customer puts him into the recycle bin (P51, C8).

    Whatever archives or restores the row does it: the action Delete, archiving in a
    list, archiving the contact, a new lead of a deleted customer.
    """

    _inherit = "crm.pool.customer"

    def write(self, vals):
        if "active" not in vals:
            return super().write(vals)
        changed = self.filtered(lambda row: row.active != bool(vals["active"]))
        bin_model = self.env["crm.pool.bin"]
        if vals["active"]:
            entries_sudo = bin_model._entries_of(changed)
            result = super().write(vals)
            entries_sudo._give_back()
            return result
        partners_sudo = changed._bin_partners()
        entries_sudo = bin_model._fill(changed)
        result = super().write(vals)
        entries_sudo._add_partners(partners_sudo)
        return result

    def action_delete(self, reason=None):
        """Put customers into the recycle bin.

        :return: list of dicts, see _result: deleted, not_allowed, open_order, not_found
        """
        visible, results = self._visible_or_refused()
        for customer in visible:
            try:
                with self.env.cr.savepoint():
                    customer.with_context(crm_pool_bin_reason=reason).active = False
                results[customer.id] = customer._result("deleted")
            except AccessError:
                results[customer.id] = customer._result("not_allowed")
            except UserError as error:
                refusal = {"customer_id": customer.id, "code": "open_order"}
                results[customer.id] = {**refusal, "message": error.args[0]}
        return [results[customer_id] for customer_id in self.ids]

    def _check_archivable(self, active):
        """Only who may open the recycle bin brings customers back.

        :raises AccessError:
        """
        # an accountant who activates a contact without a row needs no bin
        if self and active and not self.env.su:
            self.env["crm.pool.bin"]._entries_of(self).with_env(
                self.env
            )._check_bin_right("bin")
        return super()._check_archivable(active)

    def _bin_partners(self):
        """The active contacts and persons of these customers (superuser)."""
        partners_sudo = self._privileged().env["res.partner"]
        return partners_sudo.search(
            [("commercial_partner_id", "in", self.partner_id.ids)]
        )

    def _bin_leads(self):
        """The active opportunities and leads of each of these rows (superuser)."""
        found = self.env["crm.lead"].search(
            [("partner_id.commercial_partner_id", "in", self.partner_id.ids)]
        )
        by_key = found.grouped(self._document_key)
        nothing = found.browse()
        return {
            row: by_key.get((row.partner_id, row.company_id), nothing) for row in self
        }
