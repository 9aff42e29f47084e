import uuid
from datetime import timedelta

from odoo import api, fields, models

from ..ami.facts import ORIGIN

NOTIFY_CHANNEL = "asterisk_command"
LIFETIME = timedelta(seconds=20)
KINDS = [
    ("originate", "Dial"),
    ("hangup", "Hang Up"),
    ("hold", "Hold"),
    ("resume", "Resume"),
    ("mute", "Mute"),
    ("unmute", "Unmute"),
    ("record_pause", "Pause Recording"),
    ("record_resume", "Resume Recording"),
    ("transfer", "Transfer"),
    ("consult", "Transfer After Talking"),
    ("take_back", "Take Back"),
    ("conference", "Conference"),
    ("digits", "Send Digits"),
    ("spy", "Listen In"),
    ("fax", "Send Fax"),
    ("queue_in", "Log In to Queues"),
    ("queue_out", "Log Out of Queues"),
    ("queue_pause", "Pause"),
    ("queue_resume", "End Pause"),
    ("test", "Test"),
]


class AsteriskCommand(models.Model):
    """The outbox: what the connector shall send to the PBX.

    - A command is marked as sent before it is sent, and is never sent twice: when its
      result stays unknown it is resolved by its id, which is the call's id too.
    - What waits longer than a few seconds expires: nobody wants a call placed when the
      PBX comes back.
    """

    _name = "asterisk.command"
    _description = "PBX Command"
    _order = "id desc"
    _rec_name = "uuid"

    server_id = fields.Many2one(
        comodel_name="asterisk.server", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="server_id.company_id", store=True)
    uuid = fields.Char(required=True, copy=False, readonly=True)
    kind = fields.Selection(
        selection=KINDS,
        required=True,
        readonly=True,
    )
    payload = fields.Json(readonly=True)
    state = fields.Selection(
        selection=[
            ("queued", "Queued"),
            ("sent", "Sent"),
            ("ok", "Done"),
            ("error", "Failed"),
            ("expired", "Expired"),
        ],
        required=True,
        default="queued",
        readonly=True,
    )
    message = fields.Char(readonly=True)
    expires_at = fields.Datetime(required=True, readonly=True)
    sent_at = fields.Datetime(readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users", readonly=True, index=True, ondelete="cascade"
    )
    number = fields.Char(readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    customer_id = fields.Many2one(
        comodel_name="crm.pool.customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _uuid_uniq = models.UniqueIndex("(uuid)")
    _waiting_idx = models.Index("(server_id) WHERE state IN ('queued', 'sent')")
    _recent_idx = models.Index("(server_id, expires_at)")

    @api.model
    def _outbox(self):
        # users have no right on it: the callers check what may be asked for
        return self.sudo()

    @api.model
    def _queue(self, server, kind, payload, **vals):
        """One command more; the connector hears of it when this transaction commits.

        :param payload: what the kind needs, see ami/actions.py
        :return: asterisk.command (superuser)
        """
        command_sudo = self._outbox().create(
            {
                "server_id": server.id,
                "uuid": ORIGIN + uuid.uuid4().hex,
                "kind": kind,
                "payload": payload,
                "expires_at": fields.Datetime.now() + LIFETIME,
                "user_id": self.env.uid,
                **vals,
            }
        )
        # NOTIFY is part of the transaction: it is heard after the commit, or never
        self.env.cr.execute(
            "SELECT pg_notify(%s, %s)", [NOTIFY_CHANNEL, str(server.id)]
        )
        return command_sudo

    @api.model
    def _channels_to_hang_up(self, server):
        """Names of channels that were asked to hang up a moment ago; commands are
        carried out in their order, so what is queued now comes after it."""
        commands_sudo = self._outbox().search(
            [
                ("server_id", "=", server.id),
                ("kind", "=", "hangup"),
                ("state", "in", ("queued", "sent", "ok")),
                ("expires_at", ">", fields.Datetime.now()),
            ]
        )
        return {
            name for command in commands_sudo for name in command.payload["channels"]
        }

    def _tell_user(self):
        """Let the person who asked know how it went."""
        for command in self:
            command.user_id.partner_id._bus_send(
                "crm_asterisk.command",
                {
                    "id": command.id,
                    "kind": command.kind,
                    "state": command.state,
                    "message": command.message or "",
                },
            )
