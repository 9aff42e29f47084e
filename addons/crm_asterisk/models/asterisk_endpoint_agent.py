from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

LEADER_GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_leader"


class AsteriskEndpoint(models.Model):
    """The agent at a telephone (A6): logged in to queues, ready or paused.

    - The agent logs in, pauses with a reason and logs out; a leader logs him out.
    - The state is what the PBX says of the telephone's memberships, so that codes
      dialled at the telephone count as well.
    """

    _inherit = "asterisk.endpoint"

    member_ids = fields.One2many(
        comodel_name="asterisk.queue.member", inverse_name="endpoint_id"
    )
    agent_state = fields.Selection(
        selection=[("out", "Logged Out"), ("ready", "Ready"), ("paused", "Paused")],
        string="State",
        default="out",
        required=True,
        readonly=True,
        copy=False,
    )
    agent_since = fields.Datetime(string="Since", readonly=True, copy=False)
    pause_reason_id = fields.Many2one(
        comodel_name="asterisk.pause.reason",
        string="Reason",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    call_id = fields.Many2one(
        comodel_name="crm.call", string="In Call", compute="_compute_call_id"
    )

    @api.depends_context("uid")
    def _compute_call_id(self):
        """The call that the telephone is in, when the reader may see it."""
        legs = self.env["crm.call.channel"].search(
            [("endpoint_id", "in", self.ids), ("ended_at", "=", False)]
        )
        calls = {leg.endpoint_id: leg.call_id for leg in legs}
        for endpoint in self:
            endpoint.call_id = calls.get(endpoint)

    def action_listen(self):
        return self._call_to_hear().action_listen()

    def action_whisper(self):
        return self._call_to_hear().action_whisper()

    def action_barge(self):
        return self._call_to_hear().action_barge()

    @api.model
    def action_agent_log_in(self):
        """Into every queue of mine, ready for calls."""
        endpoint = self._own_connected()
        queues = self.env["asterisk.queue"].search(
            [
                ("server_id", "=", endpoint.server_id.id),
                ("user_ids", "in", [self.env.uid]),
            ]
        )
        if not queues:
            raise UserError(self.env._("You belong to no queue of this PBX."))
        endpoint._ask("queue_in", queues=queues.mapped("name"))
        return True

    @api.model
    def action_agent_pause(self, reason_id):
        """No calls for a while; the reason is counted."""
        endpoint = self._own_connected()
        reason = self.env["asterisk.pause.reason"].browse(reason_id).exists()
        if not reason:
            raise UserError(self.env._("Say why: choose a reason."))
        endpoint._ask("queue_pause", reason=str(reason.id))
        return True

    @api.model
    def action_agent_resume(self):
        """Ready again."""
        self._own_connected()._ask("queue_resume")
        return True

    @api.model
    def action_agent_log_out(self):
        """Out of every queue."""
        self._own_connected()._log_out()
        return True

    def action_log_out_agent(self):
        """A leader logs agents out who went without doing so."""
        if not self.env.user.has_group(LEADER_GROUP):
            raise AccessError(self.env._("Only leaders log out others."))
        self.check_access("read")
        for endpoint in self:
            endpoint.server_id._check_connected()
            endpoint._log_out()
        return True

    def _call_to_hear(self):
        self.ensure_one()
        if not self.call_id:
            raise UserError(self.env._("Nobody talks in this call now."))
        return self.call_id

    def _log_out(self):
        queues = self.member_ids.queue_id.mapped("name")
        if queues:
            self._ask("queue_out", queues=queues)

    @api.model
    def _own_connected(self):
        endpoint = self._for_user(self.env.user, self.env.company)
        if not endpoint:
            raise UserError(self.env._("No telephone is assigned to you."))
        endpoint.server_id._check_connected()
        return endpoint

    def _ask(self, kind, **payload):
        self.env["asterisk.command"]._queue(
            self.server_id, kind, {"endpoint": self.name, **payload}
        )

    # what the PBX says

    @api.model
    def _note_members(self, server, said):
        """Take over the memberships that the PBX told, the last one of each.

        :param said: {(queue name, endpoint name): (is_member, is_paused, reason)}
        """
        queues = self.env["asterisk.queue"].search([("server_id", "=", server.id)])
        queues = {queue.name: queue for queue in queues}
        touched = self.browse()
        for endpoint in server.endpoint_ids:
            for (queue_name, name), (is_member, is_paused, reason) in said.items():
                if name != endpoint.name or queue_name not in queues:
                    continue
                endpoint._set_member(queues[queue_name], is_member, is_paused)
                touched |= endpoint
                known = reason.isdecimal() and self.pause_reason_id.browse(int(reason))
                endpoint.pause_reason_id = known.exists() if known else False
        for endpoint in touched:
            endpoint._set_agent_state()

    def _set_member(self, queue, is_member, is_paused):
        row = self.member_ids.filtered(lambda member: member.queue_id == queue)
        if not is_member:
            row.unlink()
        elif row:
            row.is_paused = is_paused
        else:
            row.create(
                {
                    "queue_id": queue.id,
                    "endpoint_id": self.id,
                    "is_paused": is_paused,
                }
            )

    def _set_agent_state(self):
        """What the memberships mean; a change is logged and told."""
        self.ensure_one()
        members = self.member_ids
        paused = members and all(members.mapped("is_paused"))
        state = "paused" if paused else "ready" if members else "out"
        reason = self.pause_reason_id if paused else self.pause_reason_id.browse()
        log = self.env["asterisk.agent.log"]
        last = log.search([("endpoint_id", "=", self.id), ("ended_at", "=", False)])
        if (state, reason) == (last.state or "out", last.reason_id):
            return
        now = fields.Datetime.now()
        last.ended_at = now
        # one open row per telephone: the old one is closed first
        last.flush_recordset(["ended_at"])
        self.write(
            {"agent_state": state, "agent_since": now, "pause_reason_id": reason.id}
        )
        log.create(
            {
                "endpoint_id": self.id,
                "user_id": self.user_id.id,
                "state": state,
                "reason_id": reason.id,
                "started_at": now,
            }
        )
        self.user_id.partner_id._bus_send("crm_asterisk.agent", self._agent_data())

    def _agent_data(self):
        """What the panel shows of the agent himself."""
        return {
            "state": self.agent_state or "out",
            "reason": self.pause_reason_id.name or "",
            "reason_id": self.pause_reason_id.id,
            "queues": self.member_ids.queue_id.mapped("name"),
        }
