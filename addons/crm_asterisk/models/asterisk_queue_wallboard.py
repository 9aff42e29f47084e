from datetime import UTC, datetime

from odoo import api, fields, models

from .crm_call_missed import LOST


class AsteriskQueue(models.Model):
    """What hangs on the wall of the call centre, as it is now (A10)."""

    _inherit = "asterisk.queue"

    service_seconds = fields.Integer(
        default=20,
        required=True,
        help="A caller who is answered within so many seconds was served in time.",
    )

    @api.model
    def wallboard(self):
        """Queues with what waits and what was served since midnight of the reader's
        zone, and the agents. Numbers only: no caller is named.

        :return: {"queues": [{"id", "name", "waiting", "longest_s", "ready", "paused",
            "answered", "lost", "service_percent" (None without calls)}],
            "agents": [{"id", "name", "state", "reason", "line", "since_s"}]}
        """
        self.browse().check_access("read")
        queues = self.search([("server_id.active", "=", True)])
        now = fields.Datetime.now()
        midnight = fields.Datetime.context_timestamp(self, now).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        since = midnight.astimezone(UTC).replace(tzinfo=None)
        agents = self.env["asterisk.endpoint"].search(
            [("user_id", "!=", False), ("server_id", "in", queues.server_id.ids)]
        )
        return {
            "queues": [queue._board(now, since) for queue in queues],
            "agents": [
                {
                    "id": agent.id,
                    "name": agent.user_id.name,
                    "state": agent.agent_state,
                    "reason": agent.pause_reason_id.name or "",
                    "line": agent.device_status or "",
                    "since_s": self._seconds(agent.agent_since, now),
                }
                for agent in agents
            ],
        }

    def _board(self, now, since):
        self.ensure_one()
        # counts of the queue, whoever may read its single calls
        calls_sudo = self.env["crm.call"]._as_exchange()
        own = [("server_id", "=", self.server_id.id), ("queue", "=", self.name)]
        waiting = calls_sudo.search([*own, ("state", "in", ("ringing", "waiting"))])
        today = [*own, ("state", "=", "ended"), ("started_at", ">=", since)]
        answered = [*today, ("result", "=", "answered")]
        taken = calls_sudo.search_count(answered)
        lost = calls_sudo.search_count([*today, ("result", "in", LOST)])
        in_time = calls_sudo.search_count(
            [*answered, ("wait_s", "<=", self.service_seconds)]
        )
        begun = min(waiting.filtered("started_at").mapped("started_at"), default=now)
        return {
            "id": self.id,
            "name": self.name,
            "waiting": len(waiting),
            "longest_s": self._seconds(begun, now),
            "ready": self.ready_count,
            "paused": self.paused_count,
            "answered": taken,
            "lost": lost,
            "service_percent": (
                round(100 * in_time / (taken + lost)) if taken + lost else None
            ),
        }

    @api.model
    def _seconds(self, moment: datetime, now: datetime) -> int:
        return max(0, int((now - (moment or now)).total_seconds()))
