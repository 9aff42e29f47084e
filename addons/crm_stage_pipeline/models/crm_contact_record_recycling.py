from odoo import api, models


class CrmContactRecord(models.Model):
    """Every contact, also one that reached nobody, may move the return date (P27)."""

    _inherit = "crm.contact.record"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records.customer_id._recycle_later()
        return records

    def write(self, vals):
        result = super().write(vals)
        if {"date", "outcome_id"}.intersection(vals):
            self.customer_id._recycle_later()
        return result

    def unlink(self):
        customers = self.customer_id
        result = super().unlink()
        customers._recycle_later()
        return result
