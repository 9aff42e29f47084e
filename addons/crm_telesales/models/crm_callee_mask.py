from odoo import models
from odoo.exceptions import UserError

from odoo.addons.crm_stage_pipeline.models.number_field import NumberField
from odoo.addons.crm_stage_pipeline.numbering.masking import mask


class CrmCallee(models.Model):
    """Callees whose numbers the agent reads masked (P32, C1).

    The telephone exchange calls them; a link that the agent's own device would open
    holds the number, so there is none.
    """

    _name = "crm.callee"
    _inherit = ["crm.callee", "crm.contact.number.mixin"]

    _number_partner_paths = ("customer_id.partner_id", "lead_id.partner_id")
    _number_key_field = "e164"

    e164 = NumberField()

    def _dial(self):
        if self.is_number_masked:
            raise UserError(
                self.env._(
                    "The number of %(name)s is hidden until the customer is claimed, "
                    "and no telephone exchange dials it for you.",
                    name=self.name,
                )
            )
        return super()._dial()

    def _snapshot(self):
        """Called with superuser rights: the number is masked for the agent."""
        values = super()._snapshot()
        if values["number"] and self.is_number_masked:
            values["number"] = mask(values["number"])
        return values
