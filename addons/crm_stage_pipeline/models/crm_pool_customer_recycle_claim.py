from datetime import UTC

from odoo import models
from odoo.tools import SQL


class CrmPoolCustomer(models.Model):
    """The date of return of a customer that is just being claimed (P27).

    Of all rules only "claimed and never contacted" can run then, so the date is
    known before the row is: it goes into the statement of the claim, which stays
    one write of the row.
    """

    _inherit = "crm.pool.customer"

    def _claim_return(self, target, now):
        """What a claim by the user at `now` writes, besides the owner.

        :param target: stage to move to, or empty to stay
        :return: dict of SQL over the alias customer: recycle_on, recycle_rule_id
        """
        company_id = self.env.company.id
        rules = self.env["crm.pool.recycle.rule"]._rules_in_force(company_id)
        moments, ids = [], []
        if rules:
            plan = self.env["crm.pool.policy"]._policy_for(self.env.company)._plan()
            start = now.replace(microsecond=0, tzinfo=UTC)
            dues = []
            for number, rule in enumerate(rules):
                if rule.kind == "uncontacted" and not rule.has_domain:
                    clock = plan.clock_of(rule.counting, self.env.uid)
                    due = clock.due(start, rule.days)
                    if due:
                        dues.append((due.replace(tzinfo=None), number, rule))
            for due, _number, rule in sorted(dues, key=lambda one: one[:2]):
                meets = self._claim_meets(rule, plan, target, now)
                moments.append(SQL("WHEN %s THEN %s::timestamp", meets, due))
                ids.append(SQL("WHEN %s THEN %s::int", meets, rule.id))
        if not ids:
            return {
                "recycle_on": SQL("NULL::timestamp"),
                "recycle_rule_id": SQL("NULL::int"),
            }
        return {
            "recycle_on": SQL("CASE %s END", SQL(" ").join(moments)),
            "recycle_rule_id": SQL("CASE %s END", SQL(" ").join(ids)),
        }

    def _claim_meets(self, rule, plan, target, now):
        """Condition that the claimed row, on the alias customer, meets the rule."""
        parts = [
            SQL(
                "(customer.last_contact_at IS NULL"
                " OR customer.last_contact_at < date_trunc('second', %s::timestamp))",
                now,
            )
        ]
        if rule.pool_id:
            parts.append(SQL("customer.pool_id = %s", rule.pool_id))
        if rule.stage_ids:
            stage = SQL("COALESCE(%s::int, customer.stage_id)", target.id or None)
            parts.append(SQL("%s = ANY(%s)", stage, list(rule.stage_ids)))
        if plan.keeps_deal:
            code = SQL("COALESCE(%s, customer.stage_code)", target.code or None)
            parts.append(SQL("%s IS DISTINCT FROM 'deal'", code))
        if plan.waits_paused:
            parts.append(SQL("customer.track_mark = 'tracking'"))
        return SQL(" AND ").join(parts)

    def _recycle_claimed_later(self):
        """Rules with a condition of their own are looked at after the claim."""
        rules = self.env["crm.pool.recycle.rule"]
        if any(rule.has_domain for rule in rules._rules_in_force(self.env.company.id)):
            self._recycle_later()
