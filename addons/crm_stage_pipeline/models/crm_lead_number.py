from odoo import api, fields, models


class CrmLead(models.Model):
    """Typed numbers of a lead."""

    _inherit = "crm.lead"

    phone_number_ids = fields.One2many(
        comodel_name="crm.phone.number",
        inverse_name="lead_id",
        string="Phone Numbers",
        copy=False,
    )

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        self.env["crm.phone.number"]._align(leads.filtered("phone"))
        return leads

    def write(self, vals):
        result = super().write(vals)
        # a new customer brings his number: core computes `phone` from it
        changed = {"phone", "partner_id"} & set(vals)
        if changed and not self.env.context.get("crm_phone_number_aligning"):
            self.env["crm.phone.number"]._align(self)
        return result
