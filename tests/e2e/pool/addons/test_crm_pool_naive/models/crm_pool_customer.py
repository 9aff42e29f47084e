from datetime import timedelta

from odoo import api, fields, models


class CrmPoolCustomer(models.Model):
    """Claims as one writes them first: nothing guards the counts between the reading
    and the writing. The tests show that they fail where the real ones hold."""

    _inherit = "crm.pool.customer"

    def action_claim_naively(self):
        """Read, count, write; the bounds are those of the policy."""
        policy = self.env["crm.pool.policy"]._policy_for(self.env.company)
        room = self._naive_room(policy, "target")
        free = self.filtered(lambda row: not row.owner_id)
        chosen = free if room is None else free[: max(room, 0)]
        log = self.env["crm.pool.log"]
        log._append(
            "claim", [{"customer": row, "owner_after": self.env.user} for row in chosen]
        )
        chosen._set_owner(self.env.user)
        return [{"customer_id": row.id, "code": "claimed"} for row in chosen]

    def action_protect_naively(self):
        """Read, count, write: the person's guard is not written."""
        policy = self.env["crm.pool.policy"]._policy_for(self.env.company)
        mine = [("owner_id", "=", self.env.uid), ("is_protected", "=", True)]
        room = policy.protection_cap - self.search_count(mine)
        chosen = self.filtered(lambda row: not row.is_protected)[: max(room, 0)]
        until = fields.Datetime.now() + timedelta(days=policy.protection_days)
        vals = {"protected_until": until, "is_protection_open": True}
        chosen.sudo()._write_pool(vals)
        return [{"customer_id": row.id, "code": "protected_until"} for row in chosen]

    @api.model
    def _naive_room(self, policy, stage_code):
        """How many more the user may take, by counting the log and the owned."""
        left = []
        lines = policy.line_ids.filtered(
            lambda line: (
                line.stage_code == stage_code
                and line.group_id in self.env.user.all_group_ids
            )
        )
        if lines:
            limit = max(lines.mapped("daily_limit"))
            taken = [("actor_id", "=", self.env.uid), ("action", "=", "claim")]
            left.append(limit - self.env["crm.pool.log"].search_count(taken))
        if policy.holding_cap:
            mine = [("owner_id", "=", self.env.uid)]
            left.append(policy.holding_cap - self.search_count(mine))
        return min(left) if left else None
