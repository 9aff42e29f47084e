from odoo import api, models

from odoo.addons.crm_stage_pipeline.models.number_field import NumberField
from odoo.addons.crm_stage_pipeline.numbering.masking import mask


class CrmCallAttempt(models.Model):
    """Attempts show the callee's number as its reader may read it."""

    _name = "crm.call.attempt"
    _inherit = ["crm.call.attempt", "crm.contact.number.mixin"]

    _number_partner_paths = ("customer_id.partner_id", "lead_id.partner_id")
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

    def _as_superuser(self):
        """The number is read to be masked."""
        return self.with_env(self.env["crm.callee"]._as_superuser().env)
