from odoo import fields, models
from odoo.tools import SQL


class EventEvent(models.Model):
    """Seats that are never sold twice (T13).

    Core counts the seats taken and compares: two people who register at the same
    moment count the same free seat. Here everybody who takes a seat of a limited
    event first writes the event's guard. The second writer then fails to serialise,
    Odoo replays his request on fresh data, and the count is true. A row lock would
    not do: the count would still be read from the older snapshot.
    """

    _inherit = "event.event"

    seats_guard = fields.Integer(
        default=0,
        copy=False,
        readonly=True,
        help="Technical: written by everybody who takes a seat.",
    )

    def _has_seat_limit(self):
        self.ensure_one()
        return bool(
            (self.seats_limited and self.seats_max)
            or any(ticket.seats_max for ticket in self.event_ticket_ids)
        )

    def _guard_seats(self):
        """Write the guard of limited events, before any seat is counted.

        :raises SerializationFailure: somebody else took a seat meanwhile; the request
            is replayed
        """
        # the limit is the event's, whatever the registering user may read
        limited_sudo = self.sudo().filtered(lambda event: event._has_seat_limit())
        if limited_sudo:
            self.env.cr.execute(
                SQL(
                    "UPDATE event_event SET seats_guard = seats_guard + 1 "
                    "WHERE id IN (SELECT id FROM event_event WHERE id IN %s "
                    "ORDER BY id FOR UPDATE)",
                    tuple(limited_sudo.ids),
                )
            )
            limited_sudo.invalidate_recordset(["seats_guard"])
