from odoo import models
from odoo.tools import groupby

from ..pool.transition import rank

TRACKED_STAGES = ("potential", "opportunity", "deal")


class CrmPoolCustomer(models.Model):
    """Moving customers between stages, and pausing their tracking.

    Which moves are allowed is the table crm.pool.transition. Whoever sees a
    shared customer may move it; a private one its owner and its collaborators (up
    only), the owner's team leader and managers.
    """

    _inherit = "crm.pool.customer"

    def action_promote(self, stage_code):
        """Move up to `stage_code` (P3). :return: a dict per customer"""
        return self._move("promote", stage_code)

    def action_demote(self, stage_code=None, reason=None):
        """Move down to `stage_code`, or into the archive when not given (P3, P4).

        What falls to the reserve becomes shared.
        """
        return self._move("demote", stage_code, reason)

    def action_move(self, stage_code=None, reason=None):
        """The batch move of the customer archive, between any stages (P7)."""
        return self._move("batch", stage_code, reason)

    def action_pause(self):
        """Pause tracking, and with it the running opportunities (P9, P11)."""
        return self._mark_tracking("paused")

    def action_resume(self):
        """Track again. Its opportunities stay as they are (P11)."""
        return self._mark_tracking("tracking")

    def _move(self, kind, stage_code, reason=None):
        """Move every customer of self that may be moved.

        :param kind: a kind of crm.pool.transition
        :param stage_code: a code, or a false value for the archive
        """
        to_code = stage_code or False
        visible, results = self._visible_or_refused()
        rights = visible._rights()
        orders = visible._open_orders()
        moves = self.env["crm.pool.transition"]._move_table()
        roles = set(self.env.user.all_group_ids.ids)
        accepted = []
        for customer in visible:
            move = moves.find(kind, customer.stage_code or None, to_code or None, roles)
            refusal = customer._move_refusal(
                move, to_code, rights[customer.id], orders[customer.id], reason
            )
            if refusal:
                results[customer.id] = refusal
            else:
                accepted.append((customer, move.clear_owner))
                results[customer.id] = customer._moved_result(to_code)
        self._apply_moves(accepted, kind, to_code, reason)
        return [results[customer_id] for customer_id in self._ids]

    def _moved_result(self, to_code):
        return self._result(
            "moved",
            from_stage=self._stage_name(self.stage_code),
            to_stage=self._stage_name(to_code),
        )

    def _illegal_result(self, to_code):
        return self._result(
            "illegal_transition",
            from_stage=self._stage_name(self.stage_code),
            to_stage=self._stage_name(to_code),
        )

    def _move_refusal(self, move, to_code, right, orders, reason):
        """The result that refuses a move of this visible customer, or None.

        :param move: pool.Move or None
        :param right: the user's right on the customer, see _rights
        :param orders: its open orders (superuser)
        """
        from_code = self.stage_code
        if from_code == to_code:
            return self._result("already_there")
        if not move:
            return self._illegal_result(to_code)
        is_down = rank(to_code or None) < rank(from_code or None)
        allowed = {"owner", "shared", "leader", "manager"}
        if not is_down and not move.clear_owner:
            allowed.add("collaborator")
        if right not in allowed:
            return self._result("not_allowed")
        if orders and (is_down or move.clear_owner):
            return self._open_order_result(orders)
        if is_down and right in ("leader", "manager") and self.owner_id and not reason:
            return self._result("reason_needed", owner=self.owner_id.name)
        return None if is_down else self._missing_result(to_code)

    def _missing_result(self, to_code):
        """The refusal when the stage requires what the customer has not (G57)."""
        stage = self.env["crm.pool.stage"]._stage_for(to_code, self.company_id)
        labels = stage._missing_field_labels(self.partner_id)
        if not labels:
            return None
        return self._result(
            "fields_missing",
            fields=", ".join(labels),
            to_stage=self._stage_name(to_code),
        )

    def _apply_moves(self, accepted, kind, to_code, reason):
        """Write and log the accepted moves: (customer, clear_owner) pairs."""
        log_model = self.env["crm.pool.log"]
        batch = log_model._new_batch()
        keyed = groupby(accepted, lambda pair: (pair[0].company_id, pair[1]))
        for (company, clear_owner), pairs in keyed:
            customers = self.browse(customer.id for customer, _clear in pairs)
            after = {"stage_after": to_code}
            if clear_owner:
                after["owner_after"] = self.env["res.users"]
            entries = [{"customer": customer, **after} for customer in customers]
            log_model._append(kind, entries, reason, batch)
            stage = self.env["crm.pool.stage"]._stage_for(to_code, company)
            customers._set_stage(stage)
            if clear_owner:
                customers._set_shared()
                customers._pause_opportunities()

    def _set_stage(self, stage):
        """Write the stage: superuser, because the action has checked the right."""
        customers_sudo = self._privileged()
        customers_sudo._write_pool({"stage_id": stage.id})

    def _mark_tracking(self, mark):
        """Set the tracking mark; see action_pause and action_resume."""
        visible, results = self._visible_or_refused()
        rights = visible._rights()
        accepted = self.browse()
        for customer in visible:
            if customer.stage_code not in TRACKED_STAGES:
                results[customer.id] = customer._result(
                    "wrong_stage", from_stage=customer._stage_name(customer.stage_code)
                )
            elif rights[customer.id] in (False, "reader"):
                results[customer.id] = customer._result("not_allowed")
            elif customer.track_mark == mark:
                results[customer.id] = customer._result("already_there")
            else:
                accepted += customer
                results[customer.id] = customer._result(
                    "paused" if mark == "paused" else "resumed"
                )
        self.env["crm.pool.log"]._append(
            "pause" if mark == "paused" else "resume",
            [{"customer": customer} for customer in accepted],
        )
        # superuser: the right on each customer is checked above
        accepted_sudo = accepted._privileged()
        accepted_sudo._write_pool({"track_mark": mark})
        if mark == "paused":
            accepted._pause_opportunities()
        return [results[customer_id] for customer_id in self._ids]

    def _pause_opportunities(self):
        """Pause the running opportunities of self in their companies (P11).

        Superuser: they may be other salespeople's.
        """
        leads_sudo = self._privileged().env["crm.lead"]
        for customer in self:
            leads_sudo |= leads_sudo.search(
                [
                    ("partner_id.commercial_partner_id", "=", customer.partner_id.id),
                    ("company_id", "in", [customer.company_id.id, False]),
                    ("sales_mark", "=", "selling"),
                ]
            )
        leads_sudo.write({"is_sales_paused": True})
