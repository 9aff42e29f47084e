from odoo import api, models

TAKING_STATES = ("open", "done")
SEAT_FIELDS = {"state", "active", "event_id", "event_slot_id", "event_ticket_id"}


class EventRegistration(models.Model):
    """Every way to take a seat passes the event's guard (T13)."""

    _inherit = "event.registration"

    @api.model_create_multi
    def create(self, vals_list):
        taking = {
            vals["event_id"]
            for vals in vals_list
            if vals.get("event_id") and vals.get("state", "open") in TAKING_STATES
        }
        self.env["event.event"].browse(sorted(taking))._guard_seats()
        return super().create(vals_list)

    def write(self, vals):
        if SEAT_FIELDS & vals.keys() and vals.get("state", "open") in TAKING_STATES:
            events = self.event_id
            if vals.get("event_id"):
                events |= events.browse(vals["event_id"])
            events._guard_seats()
        return super().write(vals)
