from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .asterisk_endpoint_agent import LEADER_GROUP

KINDS = [("listen", "Listen"), ("whisper", "Whisper"), ("barge", "Barge In")]


class CrmCallSpy(models.Model):
    """Who listened in on a call, how and when; nobody edits or deletes it."""

    _name = "crm.call.spy"
    _description = "Listening In"
    _order = "id desc"
    _rec_name = "call_id"

    call_id = fields.Many2one(
        comodel_name="crm.call", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="By", required=True, ondelete="restrict"
    )
    kind = fields.Selection(selection=KINDS, required=True)
    create_date = fields.Datetime(string="At")


class CrmCall(models.Model):
    _inherit = "crm.call"

    spy_ids = fields.One2many(
        comodel_name="crm.call.spy", inverse_name="call_id", string="Listened To"
    )

    def action_listen(self):
        """Hear both sides; neither hears you."""
        return self._spy("listen")

    def action_whisper(self):
        """The agent hears you, the customer does not."""
        return self._spy("whisper")

    def action_barge(self):
        """Both hear you."""
        return self._spy("barge")

    @api.private
    def _spy(self, kind):
        """Ring the leader's own telephone and connect it with the call.

        Leaders alone, for calls they see; each time is written down.
        """
        self.ensure_one()
        if not self.env.user.has_group(LEADER_GROUP):
            raise AccessError(self.env._("Only leaders listen to calls of others."))
        self.check_access("read")
        endpoint = self._dialling_endpoint()
        legs = self.channel_ids.filtered(
            lambda leg: (
                leg.endpoint_id
                and leg.answered_at
                and not leg.ended_at
                and leg.endpoint_id != endpoint
            )
        )
        if not legs:
            raise UserError(self.env._("Nobody talks in this call now."))
        if endpoint.server_id != self.server_id:
            raise UserError(self.env._("That telephone belongs to another PBX."))
        # the log is nobody's to write
        self._as_exchange().spy_ids.create(
            {"call_id": self.id, "user_id": self.env.uid, "kind": kind}
        )
        command_sudo = self.env["asterisk.command"]._queue(
            self.server_id,
            "spy",
            {
                "endpoint": endpoint.name,
                "mode": kind,
                "channel": legs[0].name,
                "linkedid": self.linkedid,
            },
        )
        return {"command_id": command_sudo.id}
