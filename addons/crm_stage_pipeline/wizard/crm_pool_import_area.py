from odoo import models


class CrmPoolImport(models.Model):
    """The area of each customer, by its path (P54)."""

    _inherit = "crm.pool.import"

    def _prepare_customer_vals(self, candidates, partners, owner_ids):
        vals_list = super()._prepare_customer_vals(candidates, partners, owner_ids)
        texts = {c.values["area"] for c in candidates if c.values.get("area")}
        areas = {
            text: self.env["crm.customer.area"]._find_or_create_path(
                text, self.company_id
            )
            for text in sorted(texts)
        }
        for candidate, vals in zip(candidates, vals_list, strict=True):
            if text := candidate.values.get("area"):
                vals["area_id"] = areas[text].id
        return vals_list
