from odoo import api, models

# how a request reached us → channel of the contact record; the portal is no contact
RECORDED = {"phone": "call", "email": "email", "visit": "visit"}


class CrmServiceTicket(models.Model):
    """Requests in the customer's list of contacts.

    - A request that is entered from a call, an e-mail or a visit is an incoming
      contact, its first answer an outgoing one.
    - Only customers of the pool have contact records; service makes no pool row.
    """

    _inherit = "crm.service.ticket"

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        for ticket in tickets:
            if channel := RECORDED.get(ticket.channel):
                ticket._record_contact(channel, "in")
        return tickets

    # ------------------------------------------------------------------
    # Business
    # ------------------------------------------------------------------
    def _answer(self, channel="call"):
        unanswered = self.filtered(lambda ticket: not ticket.first_response_at)
        result = super()._answer(channel)
        for ticket in unanswered:
            ticket._record_contact(channel, "out")
        return result

    def _record_contact(self, channel, direction):
        """Write the contact of the acting user with this request's customer."""
        self.ensure_one()
        # service agents see no pool rows and yet add to the customer's contacts
        ticket_sudo = self._engine_sudo()
        customer_sudo = ticket_sudo.env["crm.pool.customer"].search(
            [
                ("partner_id", "=", ticket_sudo.commercial_partner_id.id),
                ("company_id", "=", ticket_sudo.company_id.id),
            ],
            limit=1,
        )
        if customer_sudo:
            ticket_sudo.env["crm.contact.record"].create(
                {
                    "customer_id": customer_sudo.id,
                    "partner_id": (ticket_sudo.contact_id or ticket_sudo.partner_id).id,
                    "user_id": self.env.uid,
                    "channel": channel,
                    "direction": direction,
                    "note": ticket_sudo.display_name,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
