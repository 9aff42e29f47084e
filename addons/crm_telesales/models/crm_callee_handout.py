from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, mute_logger

from odoo.addons.crm_stage_pipeline.models.crm_work_lease import read_committed_cursor

from .crm_callee import LIVE_STATES, WAITING_STATES

# Callees looked at for one hand-out; each that is not allowed now is put off, so the
# next hand-out goes on behind them.
LOOK_AT_MOST = 200
# Whoever agreed a callback and is not there so long after it loses it to anyone.
CALLBACK_GRACE = timedelta(minutes=30)


class CrmCalleeHandout(models.Model):
    """The next callee for an agent (T3).

    The choice runs on a short cursor of its own, at READ COMMITTED with SKIP LOCKED.
    Odoo's requests run at REPEATABLE READ: there a lock does not renew the snapshot,
    so agents who press "next" together would be handed the same row and all but one
    would fail and be replayed. Measured with twenty agents: nearly half of the tries
    failed so; at READ COMMITTED none does. The choice is committed before the card
    is shown, and ends by itself with its lease.
    """

    _inherit = "crm.callee"

    def action_give_back(self):
        """Return callees in my hands unused."""
        self._check_mine()
        # agents have no right to write callees; these are in his hands
        self._as_superuser()._go_back()
        return True

    @api.model
    def next_callee(self, campaign_id=None):
        """Give the current agent the best callee of his running campaigns.

        A callee already in his hands is given again. Called by the call desk.

        :param campaign_id: only from this campaign
        :return: dict with "callee", a snapshot or False, and "waiting", the reasons
            why nothing can be handed out
        """
        with self._handout_cursor() as cr:
            callees = self.with_env(self.env(cr=cr))
            campaigns = callees._campaigns_of_agent(campaign_id)
            callee_sudo = callees._in_my_hands()
            hidden = 0
            if not callee_sudo:
                callee_sudo, hidden = callees._hand_out(campaigns)
            if callee_sudo:
                return {"callee": callee_sudo._snapshot(), "waiting": []}
            return {"callee": False, "waiting": callees._why_nothing(campaigns, hidden)}

    @api.model
    def held_callee(self):
        """What is in my hands, after the page was opened or reloaded.

        :return: as `next_callee`, without handing out
        """
        callee_sudo = self._in_my_hands()
        snapshot = callee_sudo._snapshot() if callee_sudo else False
        return {"callee": snapshot, "waiting": []}

    @api.model
    def _cron_release_leases(self):
        """Take back what was handed out and not used; free callbacks left lying."""
        now = fields.Datetime.now()
        with self._handout_cursor() as cr:
            callees_sudo = self.with_env(self.env(cr=cr))._as_superuser()
            expired = callees_sudo._lock(
                SQL("lease_until < %s AND state IN %s", now, LIVE_STATES)
            )
            expired._go_back()
            callees_sudo._lock(
                SQL(
                    "state = 'callback' AND callback_user_id IS NOT NULL "
                    "AND next_at < %s",
                    now - CALLBACK_GRACE,
                )
            ).callback_user_id = False

    def _handout_cursor(self):
        """A cursor at READ COMMITTED, committed when its block ends."""
        return read_committed_cursor(self.env.registry)

    @api.model
    def _campaigns_of_agent(self, campaign_id=None):
        domain = [("state", "=", "running"), ("agent_ids", "in", self.env.uid)]
        if campaign_id:
            domain.append(("id", "=", campaign_id))
        return self.env["crm.call.campaign"].search(domain)

    @api.model
    def _in_my_hands(self):
        """What the agent holds and has not lost to the clock."""
        # he sees his own; sudo only to go on with the same rights as after a hand-out
        return self._as_superuser().search(
            [
                ("agent_id", "=", self.env.uid),
                ("state", "in", LIVE_STATES),
                ("lease_until", ">", fields.Datetime.now()),
            ],
            limit=1,
        )

    @api.model
    def _hand_out(self, campaigns):
        """Claim the best callee that may be called now.

        :return: the callee or nothing, and how many were hidden from this agent
        """
        now = fields.Datetime.now()
        agent = self.env.user
        seen, hidden = [], 0
        for state in reversed(WAITING_STATES):
            for campaign in campaigns:
                while len(seen) < LOOK_AT_MOST:
                    callee_sudo = self._pick(campaign, state, now, seen)
                    if not callee_sudo:
                        break
                    seen.append(callee_sudo.id)
                    exclusion = callee_sudo._exclusion(now, agent)
                    if exclusion is None and callee_sudo._claim(agent, now):
                        return callee_sudo, hidden
                    if exclusion and exclusion.reason == "hidden":
                        hidden += 1
                    elif exclusion:
                        callee_sudo._apply_exclusion(exclusion)
        return self._as_superuser().browse(), hidden

    @api.model
    def _pick(self, campaign, state, now, seen):
        """Lock the best waiting callee that nobody else is looking at."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT c.id FROM crm_callee c
                WHERE c.campaign_id = %(campaign)s AND c.state = %(state)s
                  AND c.next_at <= %(now)s
                  AND (c.callback_user_id IS NULL OR c.callback_user_id = %(user)s)
                  AND c.id <> ALL(%(seen)s)
                ORDER BY c.priority DESC, c.next_at, c.id
                LIMIT 1 FOR UPDATE SKIP LOCKED
                """,
                campaign=campaign.id,
                state=state,
                now=now,
                user=self.env.uid,
                seen=seen,
            )
        )
        # an agent sees a callee only once he has it
        return self._as_superuser().browse(row[0] for row in self.env.cr.fetchall())

    def _lock(self, condition):
        """Callees that meet a condition and that nobody else is working on."""
        self.env.cr.execute(
            SQL("SELECT id FROM crm_callee WHERE %s FOR UPDATE SKIP LOCKED", condition)
        )
        return self.browse(row[0] for row in self.env.cr.fetchall())

    def _claim(self, agent, now):
        """Put the callee into the agent's hands; False when its number is in others'.

        Two campaigns may hold the same number and two agents may reach it at once:
        then the unique index decides.
        """
        self.ensure_one()
        lease = timedelta(minutes=self.campaign_id.lease_minutes)
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                self.write(
                    {
                        "state": "claimed",
                        "exclusion_reason": False,
                        "agent_id": agent.id,
                        "claimed_at": now,
                        "lease_until": now + lease,
                    }
                )
                self.env.flush_all()
        except UniqueViolation:
            self.invalidate_recordset()
            return False
        return True

    def _go_back(self):
        """Back to the waiting ones, attempts unchanged."""
        for callee in self:
            callee.write(
                {
                    "state": "callback" if callee.is_callback else "ready",
                    "agent_id": False,
                    "claimed_at": False,
                    "lease_until": False,
                }
            )

    def _check_mine(self):
        """
        :raises UserError: when a callee is not, or no longer, in the agent's hands
        """
        # a callee that went back is not his to read any more
        for callee_sudo in self._as_superuser():
            if (
                callee_sudo.agent_id != self.env.user
                or callee_sudo.state not in LIVE_STATES
            ):
                raise UserError(
                    self.env._(
                        "%(name)s is no longer in your hands: it was held too long "
                        "or finished.",
                        name=callee_sudo.name,
                    )
                )

    @api.model
    def _why_nothing(self, campaigns, hidden):
        if not campaigns:
            return [
                {
                    "code": "no_campaign",
                    "name": self.env._("No running campaign has you as agent"),
                    "count": 0,
                }
            ]
        waiting = campaigns._waiting()
        if hidden:
            labels = dict(self._exclusion_labels())
            waiting.append(
                {"code": "hidden", "name": labels["hidden"], "count": hidden}
            )
        return waiting
