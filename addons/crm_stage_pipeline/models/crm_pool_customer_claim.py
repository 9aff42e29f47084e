import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..pool import share_out
from .crm_pool_customer_take import CLAIM_FIELDS

# What a claim asks of the policy: the others are not read.
POLICY_FIELDS = (
    *("company_id", "tz", "partial_mode", "holding_cap", "cooldown_days"),
    *("fresh_delay", "recycle_keep_deal", "recycle_wait_paused"),
)


class CrmPoolCustomer(models.Model):
    """Taking shared customers: claim, screen, draw.

    A claim is a call of its own whose first writes are: the quota row (INSERT … ON
    CONFLICT DO NOTHING), then one statement (_take) that picks the rows which are
    still shared, gives them to the user, counts them on the quota (guarded by its
    limit) and logs them. Under REPEATABLE READ two claims of one row, or two of one
    person's counter, cannot both commit: the later one is replayed by Odoo and
    then sees what happened. Nothing may be written before it in the same
    transaction that another claim also writes.
    """

    _inherit = "crm.pool.customer"

    def action_claim(self):
        """Take shared customers of the stages target to deal, or of the archive.

        :return: list of dicts, one per customer, see _result
        """
        return self._claim("claim", False)

    def action_screen(self, stage_code):
        """Take customers out of the reserve into a working stage (P6).

        One's own reserve customers move without using the quota.

        :param stage_code: target, potential or opportunity
        """
        return self._claim("screen", stage_code)

    @api.model
    def action_claim_random(self, count, domain=None, stage_code=None):
        """Take `count` shared customers that fit `domain`, drawn at random.

        :param domain: condition on crm.pool.customer
        :param stage_code: stage that is drawn from; the reserve when not given.
            Customers drawn from the reserve become target customers.
        :return: list of dicts: one per customer, and one without customer_id when
            fewer were drawn than asked for
        """
        if not isinstance(count, int) or count < 1:
            raise UserError(self.env._("Say how many customers to draw: one or more."))
        code = stage_code or "reserve"
        policy = self.env["crm.pool.policy"]._policy_for(self.env.company)
        target = self.env["crm.pool.stage"]
        if code == "reserve":
            target = target._stage_for("target", self.env.company)
        counter = self.env["crm.pool.quota"]._open(self.env.user, policy, code)
        left = counter.allowance.left
        wanted = count if left is None else min(count, left)
        if wanted < count and policy.partial_mode == "all_or_nothing":
            wanted = 0
        drawn = self._draw(wanted, domain, code, target, counter, policy)
        results = [customer._result("claimed") for customer in drawn]
        if len(drawn) < count:
            nobody = self.browse()
            results.append(nobody._shortfall(counter, len(drawn), wanted, count))
        return results

    def _claim(self, action, target_code):
        """Claim or screen self; see action_claim and action_screen."""
        results, open_rows, own_rows = self._sort_out(action, target_code)
        for code, customers in open_rows.grouped("stage_code").items():
            results.update(customers._claim_from(code, action, target_code))
        if own_rows:
            results.update(own_rows._screen_own(target_code))
        return [results[customer_id] for customer_id in self._ids]

    def _sort_out(self, action, target_code):
        """Split self into what is refused, free to take, and one's own to screen.

        :return: results by id, free customers, own customers
        """
        visible = self._readable()
        results = {
            customer.id: customer._invisible_result() for customer in self - visible
        }
        free = own = self.browse()
        policy = self.env["crm.pool.policy"]._policy_for(self.env.company)
        policy.fetch(POLICY_FIELDS)
        pool_ids = set(self.env.user._crm_pool_ids(self.env.companies.ids))
        for customer in visible:
            refusal = customer._claim_refusal(action, target_code, policy, pool_ids)
            if refusal:
                results[customer.id] = refusal
            elif customer.owner_id:
                own += customer
            else:
                free += customer
        return results, free, own

    def _readable(self):
        """Those of self that exist and that the user sees, with what a claim asks of
        them: one statement for what is shared in the user's pools, one for others.
        """
        if not self.browse().has_access("read"):
            return self.browse()
        shared = self._look_up_shared()
        rest = self - shared
        if not rest:
            return self & shared
        found = rest.with_context(active_test=False).search_fetch(
            [("id", "in", rest.ids)], CLAIM_FIELDS
        )
        return self & (shared | found.with_env(self.env))

    def _invisible_result(self):
        """Why a customer that the user does not see cannot be taken.

        Superuser, to tell a customer that a colleague took from the user's own
        pool apart from one that is none of the user's business.
        """
        customer_sudo = self._privileged().exists()
        pool_ids = self.env.user._crm_pool_ids(self.env.companies.ids)
        if (
            customer_sudo.active
            and customer_sudo.owner_id
            and customer_sudo.company_id == self.env.company
            and customer_sudo.pool_id.id in pool_ids
        ):
            return self._result("taken_by", name="", owner=customer_sudo.owner_id.name)
        return self._result("not_found", name="")

    def _claim_refusal(self, action, target_code, policy, pool_ids):
        """The result that refuses this visible customer, or None."""
        self.ensure_one()
        if self.company_id != self.env.company:
            return self._result("other_company", company=self.company_id.name)
        if not self.active:
            return self._result("not_found")
        refusal = self._owned_refusal(action) or (
            self._screen_refusal(target_code)
            if action == "screen"
            else self.stage_code == "reserve" and self._result("in_reserve")
        )
        if refusal or self.owner_id:
            return refusal
        if self.pool_id.id not in pool_ids:
            return self._result("not_in_pool")
        return self._waiting_result(policy)

    def _owned_refusal(self, action):
        """Refuse what somebody has: only one's own reserve may be screened."""
        if self.owner_id == self.env.user:
            return action == "claim" and self._result("already_yours")
        if not self.owner_id:
            return None
        # superuser: an agent reads his own access row, whatever the rules become
        is_mine = self._privileged().access_ids.filtered(
            lambda row: row.user_id == self.env.user and row.kind == "collaborator"
        )
        if is_mine:
            return self._result("already_yours")
        return self._result("taken_by", owner=self.owner_id.name)

    def _screen_refusal(self, target_code):
        if self.stage_code != "reserve":
            return self._result("not_in_reserve")
        moves = self.env["crm.pool.transition"]._move_table()
        roles = set(self.env.user.all_group_ids.ids)
        if not moves.find("screen", "reserve", target_code or None, roles):
            return self._illegal_result(target_code)
        return None

    def _waiting_result(self, policy):
        """Refuse what the user gave back lately or what is too fresh (P30)."""
        now = fields.Datetime.now()
        if policy.cooldown_days and self.previous_owner_id == self.env.user:
            until = self.released_at + timedelta(days=policy.cooldown_days)
            if until > now:
                return self._result("cooldown", until=self._local_time(until))
        if policy.fresh_delay and self.pool_entered_at:
            until = self.pool_entered_at + timedelta(minutes=policy.fresh_delay)
            if until > now:
                return self._result("fresh", until=self._local_time(until))
        return None

    def _claim_from(self, code, action, target_code):
        """Take the free customers self, all in stage `code`, within the quota."""
        company = self.env.company
        policy = self.env["crm.pool.policy"]._policy_for(company)
        counter = self.env["crm.pool.quota"]._open(self.env.user, policy, code)
        chosen_ids, refused_ids = share_out(
            self.ids, counter.allowance, partial=policy.partial_mode == "partial"
        )
        target = self.env["crm.pool.stage"]._stage_for(target_code, company)
        names = {customer.id: customer.name for customer in self}
        taken = self.browse(chosen_ids)._take(target, counter, action)
        results = {}
        for customer in self.browse(chosen_ids):
            results[customer.id] = customer._result(
                "claimed" if customer in taken else "taken", name=names[customer.id]
            )
        for customer in self.browse(refused_ids):
            results[customer.id] = customer._refused_result(counter)
        return results

    def _refused_result(self, counter):
        allowance = counter.allowance
        return self._result(
            allowance.refusal(),
            limit=allowance.quota,
            cap=allowance.cap,
            owner=self.env.user.name,
        )

    def _screen_own(self, target_code):
        """Move one's own reserve customers: no quota is used (P6)."""
        return {row["customer_id"]: row for row in self._move("screen", target_code)}

    def _draw(self, wanted, domain, code, target, counter, policy):
        """Take `wanted` customers from a random start, with one wrap-around."""
        base = Domain.AND([Domain(domain or []), self._draw_domain(code, policy)])
        start = random.getrandbits(31)
        drawn = self.browse()
        for part in (Domain("draw_key", ">=", start), Domain("draw_key", "<", start)):
            if len(drawn) >= wanted:
                break
            query = self._search(
                base & part, order="draw_key, id", limit=wanted - len(drawn)
            )
            if query.is_empty():
                continue
            pick = SQL(
                "%s FOR NO KEY UPDATE OF %s SKIP LOCKED",
                query.select(SQL.identifier(self._table, "id")),
                SQL.identifier(self._table),
            )
            # not logged: a conflict is no error, Odoo replays it
            self.env.cr.execute(pick, log_exceptions=False)
            picked = self.browse(row[0] for row in self.env.cr.fetchall())
            drawn += picked._take(target, counter, "screen" if target else "claim")
        return drawn

    def _draw_domain(self, code, policy):
        """What the user may draw in the current company, from stage `code`."""
        now = fields.Datetime.now()
        pool_ids = self.env.user._crm_pool_ids(self.env.companies.ids)
        domain = Domain(
            [
                ("company_id", "=", self.env.company.id),
                ("owner_id", "=", False),
                ("active", "=", True),
                ("stage_code", "=", code),
                ("pool_id", "in", list(pool_ids)),
            ]
        )
        if policy.fresh_delay:
            entered_before = now - timedelta(minutes=policy.fresh_delay)
            domain &= Domain("pool_entered_at", "<=", entered_before)
        if policy.cooldown_days:
            released_before = now - timedelta(days=policy.cooldown_days)
            domain &= Domain("previous_owner_id", "!=", self.env.uid) | Domain(
                "released_at", "<=", released_before
            )
        return domain

    def _shortfall(self, counter, count, wanted, asked):
        """The row that says why fewer customers were drawn than asked for."""
        if count < wanted:
            return self._result("pool_empty", name="", count=count, asked=asked)
        allowance = counter.allowance
        if allowance.refusal() == "cap_exceeded":
            name = self.env._("%(count)s more", count=asked - count)
            return self._result(
                "cap_exceeded", name=name, owner=self.env.user.name, cap=allowance.cap
            )
        return self._result(
            "quota_used", limit=allowance.quota, count=count, asked=asked, name=""
        )
