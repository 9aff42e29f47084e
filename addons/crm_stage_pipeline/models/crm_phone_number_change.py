from odoo import api, models

from .crm_phone_number import CORE_KIND
from .res_partner_number import KIND_BY_FIELD

FIELD_BY_KIND = {kind: name for name, kind in KIND_BY_FIELD.items()}
FIELD_BY_KIND[CORE_KIND] = "phone"
OTHER = "phone_number_ids"


class CrmPhoneNumber(models.Model):
    """Numbers keep what they were before (G55): changed, added, taken away."""

    _inherit = "crm.phone.number"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        now = self.env.cr.now()
        # what is typed with a new contact is no change
        added = rows.filtered(
            lambda row: row.partner_id and row.partner_id.create_date < now
        )
        self._append_changes({}, added._tracked_numbers())
        return rows

    def write(self, vals):
        if not {"number", "kind", "partner_id"} & vals.keys():
            return super().write(vals)
        before = self._tracked_numbers()
        result = super().write(vals)
        self._append_changes(before, self._tracked_numbers())
        return result

    def unlink(self):
        before = self._tracked_numbers()
        result = super().unlink()
        self._append_changes(before, {})
        return result

    def _tracked_numbers(self):
        """{(row's id, partner, field): number} as stored, of contacts.

        Superuser: the number is kept, not shown.
        """
        system = self.env["crm.pool.customer"]._privileged().env
        return {
            (row.id, row.partner_id, FIELD_BY_KIND.get(row.kind, OTHER)): row.number
            for row in self.with_env(system).exists()
            if row.partner_id.partner_share
        }

    @api.model
    def _append_changes(self, before, after):
        keys = [key for key in before | after if before.get(key) != after.get(key)]
        partners = self.env["res.partner"].union(*(key[1] for key in keys)).exists()
        self.env["crm.contact.change"]._append(
            [
                {
                    "partner": key[1],
                    "name": key[2],
                    "old": before.get(key, False),
                    "new": after.get(key, False),
                    "is_number": True,
                }
                for key in keys
                if key[1] in partners
            ]
        )
