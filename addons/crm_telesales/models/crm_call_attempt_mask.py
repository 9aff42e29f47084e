from odoo import api, models

from odoo.addons.crm_stage_pipeline.models.number_field import NumberField
from odoo.addons.crm_stage_pipeline.numbering.masking import mask

from .crm_callee_mask import member_partner_sql


class CrmCallAttempt(models.Model):
    """Attempts show the callee's number as its reader may read it."""

    _name = "crm.call.attempt"
    _inherit = ["crm.call.attempt", "crm.contact.number.mixin"]

    _number_key_field = "e164"

    e164 = NumberField()

    @api.depends("e164", "is_number_masked")
    @api.depends_context("uid")
    def _compute_display_name(self):
        """Masked also for a superuser: names of many2one fields are read as one."""
        for attempt in self:
            number = attempt._as_superuser().e164
            is_masked = number and attempt.is_number_masked
            attempt.display_name = mask(number) if is_masked else number

    def _number_partner(self):
        return self.customer_id.partner_id or self.lead_id.partner_id

    def _number_masked_triggers(self):
        return [
            "customer_id.partner_id.is_number_masked",
            "lead_id.partner_id.is_number_masked",
            "e164",
        ]

    @api.model
    def _number_guarded_fields(self):
        return self._number_fields()

    @api.model
    def _number_partner_id_sql(self, alias):
        return member_partner_sql(alias)

    def _as_superuser(self):
        """The number is read to be masked."""
        return self.with_env(self.env["crm.callee"]._as_superuser().env)
