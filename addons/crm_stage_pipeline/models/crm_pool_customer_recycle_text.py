from odoo import fields, models
from odoo.tools import format_date


class CrmPoolCustomer(models.Model):
    """The sentence that says when a customer returns to the pool, and why (P27)."""

    _inherit = "crm.pool.customer"

    def _recycle_text(self):
        """One sentence in the user's language; empty when no rule takes it back.

        The day is the company's. A customer that is due but has an open document
        stays: the sentence says so.
        """
        if not self or not self.recycle_on:
            return ""
        # superuser: whoever sees the customer may know why it goes
        row_sudo = self._privileged()
        policy = self.env["crm.pool.policy"]._policy_for(row_sudo.company_id)
        if row_sudo.recycle_on <= fields.Datetime.now():
            if row_sudo._kept_ids(policy):
                return self.env._(
                    "Would return to the pool, but an open order, opportunity or "
                    "quotation keeps it."
                )
            return self.env._(
                "Returns to the pool tonight, because %(why)s.",
                why=row_sudo._recycle_reason(policy),
            )
        return self.env._(
            "Returns to the pool on %(day)s, because %(why)s.",
            day=format_date(self.env, policy._local(row_sudo.recycle_on).date()),
            why=row_sudo._recycle_reason(policy),
        )

    def _recycle_reason(self, policy):
        """The part of the sentence that follows "because"."""
        rule = self.recycle_rule_id
        days = rule.days

        def day_of(moment):
            return format_date(self.env, policy._local(moment).date())

        if rule.kind == "protection" and self.protected_until:
            return self.env._(
                "its protection ended on %(day)s", day=day_of(self.protected_until)
            )
        if rule.kind == "gap" and self.last_contact_at:
            return self.env._(
                "the last contact was on %(day)s and %(days)s days may pass",
                day=day_of(self.last_contact_at),
                days=days,
            )
        if rule.kind == "failed":
            return self.env._("the follow-up failed (%(rule)s)", rule=rule.name)
        claimed_at = self.claimed_at or self.pool_entered_at or self.create_date
        return self.env._(
            "nobody has contacted it since %(day)s and %(days)s days may pass",
            day=day_of(claimed_at),
            days=days,
        )
