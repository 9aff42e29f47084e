from odoo import api, models

from odoo.addons.crm_stage_pipeline.models.number_field import NumberField
from odoo.addons.crm_stage_pipeline.numbering.masking import is_masked, mask


class CrmCall(models.Model):
    """Calls of customers whose numbers the agent reads masked (P32, C1).

    He dials by the id of the number's row, of the contact or of the customer; the
    call, its history and the panel show the mask.
    """

    _name = "crm.call"
    _inherit = ["crm.call", "crm.contact.number.mixin"]

    _number_partner_paths = ("partner_id", "customer_id.partner_id")
    _number_key_field = "e164"

    number = NumberField()
    e164 = NumberField()

    def _shown_number(self, user):
        """The other side's number as `user` may read it.

        Superuser: the number is read to be masked.
        """
        self.ensure_one()
        call_sudo = self.with_env(self.env["crm.pool.customer"]._privileged().env)
        number = call_sudo.e164 or call_sudo.number or ""
        if number and self.with_user(user).is_number_masked:
            return mask(number)
        return number

    @api.model
    def _row_to_dial(self, owner, number):
        """The row of a number that the agent sees masked, or of none given.

        :param owner: res.partner or crm.lead that the user sees
        """
        rows = self.env["crm.phone.number"]
        if owner and (not number or is_masked(number)):
            return rows._row_to_call(owner, number)
        return rows
