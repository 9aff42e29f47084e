from odoo import api, models

from .crm_call_record import AUTOMATIC

# More candidates than anybody would choose from while the telephone rings.
CANDIDATES = 10


class CrmCall(models.Model):
    _inherit = "crm.call"

    @api.model
    def snapshot(self):
        """The user's calls that live, and those that wait for their outcome; what the
        panel asks for after a reload or a gap in its messages.

        :return: {"calls": [what _panel_data gives], "endpoint", "connected",
            "outcomes": [{"id", "name", "code"}]}
        """
        self.browse().check_access("read")
        endpoint = self.env["asterisk.endpoint"]._for_user(
            self.env.user, self.env.company
        )
        mine_sudo = self._as_exchange()
        calls_sudo = mine_sudo.search(
            [
                ("state", "!=", "ended"),
                ("channel_ids.endpoint_id.user_id", "=", self.env.uid),
            ]
        )
        calls_sudo = calls_sudo.filtered(
            lambda call: self.env.user in call._concerned_users()
        )
        calls_sudo |= mine_sudo.search(self._get_unasked_domain(), limit=5)
        # what the exchange tells by itself is no question to a person
        outcomes = self.env["crm.contact.outcome"].search(
            [("code", "not in", AUTOMATIC)]
        )
        return {
            "calls": [call._panel_data(self.env.user) for call in calls_sudo],
            "endpoint": endpoint.name or "",
            "connected": endpoint.server_id.state == "connected",
            "outcomes": [
                {"id": outcome.id, "name": outcome.name, "code": outcome.code}
                for outcome in outcomes
            ],
        }

    def _as_exchange(self):
        # a call that rings, or that a colleague hands over, is not yet anybody's to
        # see; having a leg in it is the right to it. Nobody writes one but the exchange
        return self.sudo()

    @api.model
    def _get_unasked_domain(self):
        """Answered calls of the user whose outcome nobody has told yet."""
        return [
            ("user_id", "=", self.env.uid),
            ("state", "=", "ended"),
            ("result", "=", "answered"),
            ("record_id", "!=", False),
            ("record_id.outcome_id", "=", False),
            ("ended_at", ">", self._unasked_since()),
        ]

    def _notify_users(self):
        """Tell each agent concerned what the call is now; heard after the commit."""
        for call in self:
            for user in call._concerned_users():
                user.partner_id._bus_send("crm_asterisk.call", call._panel_data(user))

    def _concerned_users(self):
        """Who is or was rung, who speaks, who placed the call."""
        self.ensure_one()
        return self._own_legs().endpoint_id.user_id | self.user_id

    def _own_legs(self):
        """The legs of those who take part."""
        return self.channel_ids.filtered(lambda leg: not leg._is_spy())

    def _panel_data(self, user):
        """What the panel shows: ids and plain text, below the size of a notification.

        Candidates are searched as the user: nobody learns the name of a customer who
        is hidden from him by being called by him.
        """
        self.ensure_one()
        call = self.with_user(user).with_company(self.company_id).sudo(False)
        partner = self.partner_id.with_env(call.env)
        partner = partner if partner.has_access("read") else partner.browse()
        customer = self.customer_id.with_env(call.env)
        candidates = [] if self.state == "ended" else call._candidates(self)
        if not partner and len(candidates) == 1:
            name = candidates[0]["name"]
        elif self._is_handed_to(user):
            name = self.partner_id.display_name or ""
        else:
            name = partner.display_name or ""
        mine = self._own_legs().filtered(lambda leg: leg.endpoint_id.user_id == user)
        answered = any(leg.answered_at for leg in mine)
        gone = bool(mine) and all(leg.ended_at for leg in mine)
        return {
            "id": self.id,
            "revision": self.revision,
            "state": "ended" if gone else self.state,
            "direction": self.direction,
            "result": self.result or "",
            "number": self._shown_number(user)[:60],
            "caller_name": (self.caller_name or "")[:80],
            "name": name[:120],
            "partner_id": partner.id,
            "customer_id": customer.id if customer.has_access("read") else False,
            "candidates": candidates,
            "is_mine": answered or self.user_id == user,
            "started_at": self._epoch(self.started_at),
            "answered_at": self._epoch(self.answered_at),
            "is_asked": self._is_asked(user),
            **self._control_data(mine.filtered("answered_at"), user),
        }

    def _control_data(self, mine, user):
        """What the panel's controls need to know.

        :param mine: the user's legs that are or were connected
        """
        connected = mine.filtered(lambda leg: not leg.ended_at)
        handed = self._is_handed_to(user)
        return {
            "is_connected": bool(connected),
            "is_recorded": any(self.channel_ids.mapped("is_recorded")),
            "is_recording_paused": self.is_recording_paused,
            "is_muted": any(connected.mapped("is_muted")),
            "handed_by": self.handed_by_id.name if handed else "",
            "handed_note": (self.handed_note or "") if handed else "",
        }

    def _is_handed_to(self, user):
        """Whether a colleague gives the call to this user, or brings him in: he is
        told whose call it is."""
        return bool(self.handed_by_id) and self.handed_by_id != user

    @api.model
    def _epoch(self, moment):
        """Milliseconds for the browser's clock; 0 when it did not happen."""
        if not moment:
            return 0
        return int((moment - self._epoch_start()).total_seconds() * 1000)

    def _candidates(self, call_sudo):
        """Contacts and leads of the number, for the eyes of this environment's user."""
        numbers = self.env["crm.phone.number"]._match(
            call_sudo.e164 or call_sudo.number, call_sudo.server_id.country_id
        )
        partners = numbers.partner_id._filtered_access("read")
        leads = numbers.lead_id._filtered_access("read")
        found = [*partners[:CANDIDATES], *leads[:CANDIDATES]]
        return [
            {"model": record._name, "id": record.id, "name": record.display_name[:80]}
            for record in found[:CANDIDATES]
        ]
