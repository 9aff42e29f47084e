import json
from datetime import UTC

from odoo import models


class CrmPoolCustomer(models.Model):
    """The date of return of a customer that is just being claimed (P27).

    Of all rules only "claimed and never contacted" can run then, so the date is
    known before the row is: it goes into the statement of the claim, which stays
    one write of the row.
    """

    _inherit = "crm.pool.customer"

    def _claim_returns(self, now):
        """The rules that a claim by the user at `now` puts in motion, first due first.

        :return: JSON for crm_pool_take, which finds the first that fits the row; None
            without rules
        """
        company = self.env.company
        rules = self.env["crm.pool.recycle.rule"]._rules_in_force(company.id)
        if not rules:
            return None
        plan = self.env["crm.pool.policy"]._policy_for(company)._plan()
        start = now.replace(microsecond=0, tzinfo=UTC)
        dues = []
        for number, rule in enumerate(rules):
            if rule.kind == "uncontacted" and not rule.has_domain:
                clock = plan.clock_of(rule.counting, self.env.uid)
                due = clock.due(start, rule.days)
                if due:
                    dues.append((due.replace(tzinfo=None), number, rule))
        return json.dumps(
            [
                {
                    "rank": rank,
                    "moment": due.isoformat(),
                    "rule_id": rule.id,
                    "pool_id": rule.pool_id or None,
                    "stage_ids": list(rule.stage_ids) or None,
                    "keeps_deal": plan.keeps_deal,
                    "waits_paused": plan.waits_paused,
                }
                for rank, (due, _number, rule) in enumerate(
                    sorted(dues, key=lambda one: one[:2])
                )
            ]
        )

    def _recycle_claimed_later(self):
        """Rules with a condition of their own are looked at after the claim."""
        rules = self.env["crm.pool.recycle.rule"]
        if any(rule.has_domain for rule in rules._rules_in_force(self.env.company.id)):
            self._recycle_later()
