from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_stage_pipeline.numbering import digits

from ..ami import dialable
from ..ami.messages import ValueRefused

# Channels that are wires inside the PBX, not somebody's telephone.
WIRES = ("Local/", "Announcer/", "Recorder/", "CBAnn/", "CBRec/")


class CrmCall(models.Model):
    """What an agent does with the call he is in, from the page (A4).

    - Each control is a command to the PBX; what has become of it is told by the PBX's
      events, as for calls that are worked by the telephone's own keys.
    - Whoever is connected controls: an agent to whom a call was transferred sees and
      controls it as the first one did.
    - A transfer takes the note and the customer along; a private customer of one's own
      is shared, read-only, with the colleague who gets the call.
    """

    _inherit = "crm.call"

    participant_ids = fields.Many2many(
        comodel_name="res.users",
        relation="crm_call_participant_rel",
        column1="call_id",
        column2="user_id",
        string="Agents",
        compute="_compute_participant_ids",
        store=True,
        help="Who placed the call, was rung for it first or has spoken in it.",
    )
    is_recording_paused = fields.Boolean(readonly=True, copy=False)
    handed_by_id = fields.Many2one(
        comodel_name="res.users",
        string="Transferred By",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    handed_note = fields.Char(string="Transfer Note", readonly=True, copy=False)

    @api.depends("user_id", "channel_ids.answered_at", "channel_ids.endpoint_id")
    def _compute_participant_ids(self):
        for call in self:
            legs = call._own_legs().filtered("answered_at")
            users = call.user_id | legs.endpoint_id.user_id
            # most events change none of them: a link is written when it changes
            if call.participant_ids != users:
                call.participant_ids = users

    def action_hold(self):
        """The customer hears music; the own telephone stays off the hook."""
        call_sudo, own = self._controlled("talking")
        return call_sudo._command("hold", own, call_sudo._other_leg(own))

    def action_resume(self):
        """Back to the customer who is on hold."""
        call_sudo, own = self._controlled("held")
        return call_sudo._command("resume", own, call_sudo._other_leg(own))

    def action_mute(self, is_muted=True):
        """The customer does not hear the agent, or hears him again."""
        call_sudo, own = self._controlled()
        kind = "mute" if is_muted else "unmute"
        return call_sudo._command(
            kind, own, uniqueid=own.uniqueid, linkedid=call_sudo.linkedid
        )

    def action_pause_recording(self, is_paused=True):
        """Leave what is said now out of the recording: card data, a password; the
        recording goes on with the same button (A5)."""
        call_sudo, own = self._controlled()
        recorded = call_sudo.channel_ids.filtered(
            lambda leg: leg.is_recorded and not leg.ended_at
        )[:1]
        if not recorded:
            raise UserError(self.env._("This call is not recorded."))
        return call_sudo._command(
            "record_pause" if is_paused else "record_resume",
            own,
            channel=recorded.name,
            uniqueid=recorded.uniqueid,
            linkedid=call_sudo.linkedid,
        )

    def action_send_digits(self, keys):
        """Tones to the other side: a menu, an extension, a card's number."""
        call_sudo, own = self._controlled("talking")
        return call_sudo._command(
            "digits", own, call_sudo._other_leg(own), digits=self._dialable(keys)
        )

    def action_transfer(
        self, endpoint_id=None, number=None, note=None, is_consulted=False
    ):
        """Give the call to a colleague or to a number: at once, or after having talked
        with him; then hanging up hands it over and action_take_back returns to the
        customer.

        :param endpoint_id: asterisk.endpoint of the colleague, or else
        :param number: number outside
        :param note: text for the colleague's screen
        """
        call_sudo, own = self._controlled("talking")
        endpoint = self._colleague(call_sudo, endpoint_id)
        target = self._target(call_sudo, endpoint, number)
        call_sudo._hand_over(endpoint.user_id, note)
        kind = "consult" if is_consulted else "transfer"
        return call_sudo._command(kind, own, **target)

    def action_take_back(self):
        """End the talk with the colleague and return to the customer."""
        call_sudo, own = self._controlled()
        return call_sudo._command("take_back", own)

    def action_conference(self, endpoint_id=None, number=None, note=None):
        """One more into the call: all hear each other. Again: one more still."""
        call_sudo, own = self._controlled("talking")
        endpoint = self._colleague(call_sudo, endpoint_id)
        target = self._target(call_sudo, endpoint, number)
        call_sudo._hand_over(endpoint.user_id, note)
        first = not call_sudo._in_conference()
        return call_sudo._command(
            "conference",
            own,
            call_sudo._other_leg(own) if first else None,
            **target,
            endpoint=endpoint.name or "",
            room=call_sudo.id,
            shown=digits(call_sudo.e164 or call_sudo.number or "") or "0",
            linkedid=call_sudo.linkedid,
        )

    @api.model
    def colleagues(self):
        """Telephones of colleagues to whom a call can be given, the free ones first:
        [{"id", "name", "extension", "status"}]."""
        self.browse().check_access("read")
        own = self.env["asterisk.endpoint"]._for_user(self.env.user, self.env.company)
        others = self.env["asterisk.endpoint"].search(
            [
                ("server_id", "=", own.server_id.id),
                ("user_id", "not in", [False, self.env.uid]),
                ("extension", "!=", False),
            ]
        )
        rows = [
            {
                "id": endpoint.id,
                "name": endpoint.user_id.name,
                "extension": endpoint.extension,
                "status": endpoint.device_status or "",
            }
            for endpoint in others
        ]
        return sorted(rows, key=lambda row: (row["status"] != "free", row["name"]))

    # who, to whom

    def _controlled(self, state=None):
        """(the call as superuser, the user's own leg), when he is connected.

        Superuser: the call belongs to a colleague until it is handed over; being
        connected is the right to control it.
        """
        self.ensure_one()
        self.env["crm.call"].check_access("read")
        call_sudo = self._as_exchange()
        own = call_sudo._own_legs().filtered(
            lambda leg: (
                leg.endpoint_id.user_id == self.env.user
                and leg.answered_at
                and not leg.ended_at
            )
        )[-1:]
        if not own:
            raise UserError(self.env._("Your telephone is not part of this call."))
        if state and call_sudo.state != state:
            messages = {
                "talking": self.env._("You are not talking with anybody now."),
                "held": self.env._("This call is not on hold."),
            }
            raise UserError(messages[state])
        call_sudo.server_id._check_connected()
        return call_sudo, own

    def _other_leg(self, own):
        """The leg of the other side: the customer's, else another telephone's."""
        living = self.channel_ids.filtered(
            lambda leg: (
                not leg.ended_at
                and leg != own
                and not (leg.name or "").startswith(WIRES)
            )
        )
        other = living.filtered(lambda leg: not leg.endpoint_id) or living
        if not other:
            raise UserError(self.env._("You are not talking with anybody now."))
        return other[0]

    def _in_conference(self):
        """Whether somebody was joined to the call and is still there."""
        return any(
            not leg.ended_at and self.linkedid in leg.uniqueid.partition("+")[2]
            for leg in self.channel_ids
        )

    @api.model
    def _colleague(self, call_sudo, endpoint_id):
        endpoint = self.env["asterisk.endpoint"].browse(endpoint_id or [])
        endpoint.check_access("read")
        if endpoint and endpoint.server_id != call_sudo.server_id:
            raise UserError(self.env._("That telephone belongs to another PBX."))
        if endpoint and endpoint.user_id == self.env.user:
            raise UserError(self.env._("That is your own telephone."))
        return endpoint

    @api.model
    def _target(self, call_sudo, endpoint, number):
        """Extension and context that reach the colleague or the number."""
        server = call_sudo.server_id
        if endpoint:
            if not endpoint.extension:
                raise UserError(
                    self.env._(
                        "%(name)s has no extension: enter it below Configuration / "
                        "Telephones.",
                        name=endpoint.name,
                    )
                )
            return {"exten": endpoint.extension, "context": server.transfer_context}
        if not number:
            raise UserError(self.env._("There is no number to call."))
        dialled, e164 = self._number_to_dial(server, number)
        self._check_restriction(self.env["res.partner"], e164 or dialled)
        # a short number is an extension
        context = server.context if e164 else server.transfer_context
        return {"exten": dialled, "context": context}

    @api.model
    def _dialable(self, keys):
        try:
            return dialable("".join((keys or "").split()))
        except ValueRefused as error:
            raise UserError(
                self.env._("Digits to send are 0 to 9, * and #.")
            ) from error

    def _hand_over(self, colleague, note):
        """What the colleague is told, before his telephone rings."""
        self.write(
            {
                "handed_by_id": self.env.uid,
                "handed_note": (note or "")[:200] or False,
                "revision": self.revision + 1,
            }
        )
        customer = self.customer_id.sudo(False)
        if (
            colleague
            and customer.owner_id == self.env.user
            and not customer.with_user(colleague).has_access("read")
        ):
            customer.action_share(colleague.id, is_readonly=True)

    def _command(self, kind, own, customer=None, **payload):
        """Queue a command about this call."""
        payload["own"] = own.name
        if customer:
            payload["customer"] = customer.name
        command_sudo = self.env["asterisk.command"]._queue(
            self.server_id, kind, payload
        )
        return {"command_id": command_sudo.id}
