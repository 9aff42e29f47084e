from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmPoolCustomer(models.Model):
    """Customers of resellers, and registering a customer's contacts for events."""

    _inherit = "crm.pool.customer"

    reseller_id = fields.Many2one(
        comodel_name="res.partner",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        domain=[("is_company", "=", True)],
        help="Portal users of this company see the customer in their portal.",
    )

    def action_add_to_list(self):
        """A new private list of the chosen customers, opened."""
        call_list = self.env["crm.call.list"]._add_to_list(
            self, self.env._("My list of %(count)s customers", count=len(self))
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": call_list._name,
            "res_id": call_list.id,
            "views": [[False, "form"]],
        }

    def action_register(self, event_id, partner_ids=None, ticket_id=False):
        """Register contacts of the customer for an event (T13).

        All of them or nobody: a customer who sends three people wants three seats.

        :param partner_ids: contacts of the customer; by default the customer himself
        :return: {"code": "registered" | "full" | "closed", "message",
            "registration_ids"}
        """
        self.ensure_one()
        event = self.env["event.event"].browse(event_id)
        event.check_access("read")
        partners = self._registrable(partner_ids)
        ticket = self.env["event.event.ticket"].browse(ticket_id or [])
        # before anything is counted
        event._guard_seats()
        refusal = self._registration_refusal(event, ticket, len(partners))
        if refusal:
            return {**refusal, "registration_ids": []}
        registrations = self.env["event.registration"].create(
            [self._prepare_registration_vals(event, ticket, p) for p in partners]
        )
        return {
            "code": "registered",
            "message": self.env._(
                "%(count)s registered for %(event)s.",
                count=len(registrations),
                event=event.name,
            ),
            "registration_ids": registrations.ids,
        }

    def _registrable(self, partner_ids):
        partners = self.env["res.partner"].browse(partner_ids or self.partner_id.ids)
        partners.check_access("read")
        if partners.commercial_partner_id != self.partner_id:
            raise UserError(
                self.env._("Only contacts of %s can be registered here.", self.name)
            )
        return partners

    def _registration_refusal(self, event, ticket, count):
        """Why not, in a clear sentence, or None."""
        now = fields.Datetime.now()
        if event.date_end <= now or event.stage_id.pipe_end or not event.active:
            return {
                "code": "closed",
                "message": self.env._("%(event)s is over.", event=event.name),
            }
        [available] = event._get_seats_availability([(self.env["event.slot"], ticket)])
        if available is None or available >= count:
            return None
        if available <= 0:
            message = self.env._(
                "%(event)s is full: no seat is left.", event=event.name
            )
        else:
            message = self.env._(
                "%(event)s has only %(left)s seats left, %(count)s are wanted.",
                event=event.name,
                left=available,
                count=count,
            )
        return {"code": "full", "message": message}

    def _prepare_registration_vals(self, event, ticket, partner):
        return {
            "event_id": event.id,
            "event_ticket_id": ticket.id,
            "partner_id": partner.id,
            "utm_campaign_id": self.env.context.get("crm_telesales_utm_id", False),
        }

    @api.model
    def events_to_offer(self, limit=20):
        """Coming events for the call desk, with seats left (None: no limit)."""
        events = self.env["event.event"].search(
            [("date_end", ">", fields.Datetime.now()), ("is_multi_slots", "=", False)],
            order="date_begin",
            limit=limit,
        )
        return [
            {
                "id": event.id,
                "name": event.name,
                "date": fields.Datetime.to_string(event.date_begin),
                "left": event._get_seats_availability(
                    [(self.env["event.slot"], self.env["event.event.ticket"])]
                )[0],
                "tickets": [
                    {"id": ticket.id, "name": ticket.name}
                    for ticket in event.event_ticket_ids
                ],
            }
            for event in events
        ]
