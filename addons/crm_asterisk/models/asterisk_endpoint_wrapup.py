from datetime import timedelta

from odoo import api, fields, models

WRAPUP_REASON = "crm_asterisk.asterisk_pause_reason_wrap_up"
# The pause of a call that ended longer ago comes too late.
FRESH = timedelta(seconds=15)


class AsteriskEndpoint(models.Model):
    """Wrap-up: after a call of a queue the agent is paused for the queue's time (A6).

    A pause like others: the agent ends it when he is ready, the PBX tells of it, the
    agents' times count it.
    """

    _inherit = "asterisk.endpoint"

    wrapup_until = fields.Datetime(readonly=True, copy=False)
    is_free = fields.Boolean(compute="_compute_is_free")

    _wrapup_idx = models.Index("(server_id) WHERE wrapup_until IS NOT NULL")

    @api.depends("device_state", "agent_state")
    def _compute_is_free(self):
        """Whether a call may ring there now."""
        for endpoint in self:
            endpoint.is_free = (
                endpoint.device_state == "NOT_INUSE"
                and endpoint.agent_state != "paused"
            )

    def _begin_wrapup(self, seconds):
        reason = self.env.ref(WRAPUP_REASON, raise_if_not_found=False)
        if not reason:
            return
        for endpoint in self.filtered(lambda one: one.agent_state == "ready"):
            endpoint.wrapup_until = fields.Datetime.now() + timedelta(seconds=seconds)
            endpoint._ask("queue_pause", reason=str(reason.id))

    @api.model
    def _end_wrapups(self, server):
        """Ready again, unless the agent has done something else meanwhile.

        :return: how many
        """
        over = self.search(
            [
                ("server_id", "=", server.id),
                ("wrapup_until", "<=", fields.Datetime.now()),
            ]
        )
        reason = self.env.ref(WRAPUP_REASON, raise_if_not_found=False)
        waiting = over.filtered(
            lambda one: one.agent_state == "paused" and one.pause_reason_id == reason
        )
        for endpoint in waiting:
            endpoint._ask("queue_resume")
        over.wrapup_until = False
        return len(waiting)


class CrmCall(models.Model):
    _inherit = "crm.call"

    @api.model
    def _apply_calls(self, server, found):
        changed = super()._apply_calls(server, found)
        since = fields.Datetime.now() - FRESH
        ended = changed.filtered(
            lambda call: (
                call.queue
                and call.state == "ended"
                and call.result == "answered"
                and (call.ended_at or since) > since
            )
        )
        if ended:
            ended._begin_wrapups(server)
        return changed

    def _begin_wrapups(self, server):
        queues = self.env["asterisk.queue"].search(
            [("server_id", "=", server.id), ("wrapup_seconds", ">", 0)]
        )
        seconds = {queue.name: queue.wrapup_seconds for queue in queues}
        for call in self.filtered(lambda call: call.queue in seconds):
            legs = call._own_legs().filtered("answered_at")
            legs.endpoint_id._begin_wrapup(seconds[call.queue])
