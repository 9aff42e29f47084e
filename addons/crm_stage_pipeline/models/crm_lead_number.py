from odoo import api, fields, models


class CrmLead(models.Model):
    """Typed numbers of a lead."""

    _inherit = "crm.lead"

    phone_number_ids = fields.One2many(
        comodel_name="crm.phone.number",
        inverse_name="lead_id",
        string="Phone Numbers",
        copy=False,
        groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
    )

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        self.env["crm.phone.number"]._align(leads.filtered("phone"))
        return leads

    def write(self, vals):
        if not {"phone", "partner_id"} & set(vals) or self.env.context.get(
            "crm_phone_number_aligning"
        ):
            return super().write(vals)
        # a new customer brings his number: core computes `phone` from it
        phones = {lead.id: lead.phone for lead in self._as_superuser()}
        result = super().write(vals)
        changed = self._as_superuser().filtered(lambda x: x.phone != phones[x.id])
        self.env["crm.phone.number"]._align(changed)
        return result
