import os
from datetime import timedelta
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# The connector writes its heartbeat every few seconds; older than this it is gone.
ALIVE = timedelta(seconds=30)
# What the dialplan must have for hold, conferences and listening.
CONTEXTS = (
    "odoo-hold",
    "odoo-wait",
    "odoo-conference",
    "odoo-conference-guest",
    "odoo-spy",
)


class AsteriskServer(models.Model):
    """A PBX of one company, and how its connector is.

    - The secret is read by the connector alone: from the environment variable
      ASTERISK_SECRET_<id>, else from the file named, else from the field, which only
      system administrators see.
    - The web workers never speak to a PBX: they queue commands.
    - State, lag and backlog are what the connector last said.
    """

    _name = "asterisk.server"
    _description = "PBX"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    host = fields.Char(required=True, default="127.0.0.1")
    port = fields.Integer(required=True, default=5038)
    username = fields.Char(required=True, default="odoo")
    secret = fields.Char(
        groups="base.group_system",
        copy=False,
        help="Better left empty: give it to the connector as environment variable "
        "ASTERISK_SECRET_<id> or as a file.",
    )
    secret_file = fields.Char(
        groups="base.group_system",
        copy=False,
        help="Path of a file on the connector's machine that holds the secret.",
    )
    context = fields.Char(
        required=True,
        default="outbound",
        help="Context of the dialplan that takes a number out to the customer.",
    )
    transfer_context = fields.Char(
        required=True,
        default="from-agents",
        help="Context of the dialplan in which the extensions of colleagues are "
        "dialled when a call is transferred.",
    )
    prefix = fields.Char(help="Dialled in front of every number, like 0 for a line.")
    country_id = fields.Many2one(
        comodel_name="res.country",
        string="Region",
        default=lambda self: self.env.company.country_id,
        help="Country of numbers that come or are dialled without country code.",
    )
    number_format = fields.Selection(
        selection=[
            ("national", "National"),
            ("e164", "With + and country code"),
            ("international", "With 00 and country code"),
        ],
        required=True,
        default="national",
        help="How the carrier wants numbers of the region; numbers of other countries "
        "are dialled with 00 when it is National.",
    )
    ring_seconds = fields.Integer(
        default=30, required=True, help="How long a customer's telephone rings."
    )
    is_machine_detected = fields.Boolean(
        string="Detect Answering Machines",
        help="Listens to the first seconds of a call that goes out, before the agent "
        "hears the customer; a call that a machine takes is ended.",
    )
    recording_folder = fields.Char(
        help="Folder of the recordings as the Odoo server sees it.",
    )
    keep_days = fields.Integer(
        string="Days of Keeping",
        help="After so many days a recording's file is deleted by the connector, "
        "unless it is on legal hold; 0 keeps all.",
    )
    records_file = fields.Char(
        string="Call Records File",
        groups="base.group_system",
        copy=False,
        help="Path of the file in which the PBX writes what happens to its channels, "
        "as the connector sees it (cel_custom.conf). Calls that happened while no "
        "connector listened are read from it.",
    )
    complete_until = fields.Datetime(
        readonly=True,
        copy=False,
        help="Every call of the PBX up to then is known.",
    )
    state = fields.Selection(
        selection=[
            ("stopped", "Connector Stopped"),
            ("connecting", "Connecting"),
            ("connected", "Connected"),
            ("refused", "Account Refused"),
        ],
        compute="_compute_state",
    )
    link_state = fields.Char(readonly=True, copy=False)
    link_message = fields.Char(string="Last Problem", readonly=True, copy=False)
    heartbeat_at = fields.Datetime(string="Last Heartbeat", readonly=True, copy=False)
    last_event_at = fields.Datetime(string="Last Event", readonly=True, copy=False)
    lag_ms = fields.Integer(
        string="Lag (ms)",
        readonly=True,
        copy=False,
        help="From the PBX's clock at an event to its being stored.",
    )
    backlog = fields.Integer(
        readonly=True, copy=False, help="Events received and not yet stored."
    )
    boot = fields.Char(string="PBX Started", readonly=True, copy=False)
    version = fields.Char(readonly=True, copy=False)
    endpoint_ids = fields.One2many(
        comodel_name="asterisk.endpoint", inverse_name="server_id"
    )

    _port_check = models.Constraint(
        "CHECK (port BETWEEN 1 AND 65535)", "A port is a number from 1 to 65535."
    )

    _keep_check = models.Constraint(
        "CHECK (keep_days >= 0)", "Days of keeping are 0 or more."
    )

    @api.depends("link_state", "heartbeat_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for server in self:
            alive = server.heartbeat_at and now - server.heartbeat_at < ALIVE
            server.state = (server.link_state or "connecting") if alive else "stopped"

    @api.constrains("prefix", "context", "transfer_context", "host")
    def _check_dialplan_words(self):
        for server in self:
            if server.prefix and not all(c in "0123456789+*#" for c in server.prefix):
                raise ValidationError(
                    self.env._("The prefix holds digits, +, * and # alone.")
                )
            for word in (server.context, server.transfer_context, server.host):
                if not all(c.isalnum() or c in "-_.:[]" for c in word):
                    raise ValidationError(
                        self.env._("%(word)s is no address or context name.", word=word)
                    )

    def action_test_connection(self):
        """Ask the connector to test each step; what it finds comes as a message."""
        self.ensure_one()
        self.check_access("write")
        if self.state == "stopped":
            message = self.env._(
                "No connector runs for %(pbx)s: start asterisk_connector for this "
                "database.",
                pbx=self.name,
            )
        elif self.state != "connected":
            message = self.link_message or self.env._("Not connected yet.")
        else:
            contexts = [self.context, self.transfer_context, *CONTEXTS]
            self.env["asterisk.command"]._queue(self, "test", {"contexts": contexts})
            message = self.env._("Testing %(pbx)s ...", pbx=self.name)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "info" if self.state == "connected" else "danger",
            },
        }

    def _check_connected(self):
        """Raise a sentence for the agent when nothing can be sent now."""
        self.ensure_one()
        if self.state != "connected":
            raise UserError(
                self.env._(
                    "The telephone system %(pbx)s is not connected at the moment.",
                    pbx=self.name,
                )
            )

    def _secret(self):
        """For the connector, which is superuser: environment, file, field. Raises
        UserError when the file cannot be read."""
        self.ensure_one()
        given = os.environ.get(f"ASTERISK_SECRET_{self.id}")
        if given is None and self.secret_file:
            try:
                given = Path(self.secret_file).read_text(encoding="utf-8")
            except OSError as error:
                raise UserError(
                    self.env._(
                        "The secret's file cannot be read: %(error)s", error=error
                    )
                ) from error
        return (given or self.secret or "").strip()

    def _recording_root(self):
        """Path of the recording folder, resolved; None when there is none."""
        self.ensure_one()
        folder = self.recording_folder
        return Path(folder).resolve() if folder else None
