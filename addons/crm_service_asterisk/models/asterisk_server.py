from odoo import models

from odoo.addons.crm_stage_pipeline.numbering import digits

# Digits of a request's number that a caller must enter at least.
TICKET_DIGITS = 3


class AsteriskServer(models.Model):
    _inherit = "asterisk.server"

    def _agi_services(self):
        return (*super()._agi_services(), "ticket")

    def _agi_ticket(self, arguments, number):
        """Stage of the request whose number the caller has entered, if it is his (A9).

        :param arguments: [digits]
        """
        wanted = digits((arguments or [""])[0])
        customer = self._customer_calling(number)
        state = "unknown"
        if customer and len(wanted) >= TICKET_DIGITS:
            tickets = self.env["crm.service.ticket"].search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("commercial_partner_id", "=", customer.partner_id.id),
                    ("number", "=like", f"%{wanted}"),
                ],
                limit=2,
            )
            state = tickets.state if len(tickets) == 1 else state
        return {"ODOO_TICKET_STATE": state}
