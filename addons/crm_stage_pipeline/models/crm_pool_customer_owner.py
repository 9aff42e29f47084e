from odoo import fields, models
from odoo.fields import Command


class CrmPoolCustomer(models.Model):
    """Who owns a customer and who works on it: release, assign, share.

    Release, demotion and archiving are refused while the customer has an open
    order, to everybody.
    """

    _inherit = "crm.pool.customer"

    def action_release(self, reason=None):
        """Give private customers back to the pool (P23).

        The owner does it; leaders and managers do it with a reason, and also in
        the reserve.

        :return: list of dicts, one per customer, see _result
        """
        visible, results = self._visible_or_refused()
        rights = visible._rights()
        orders = visible._open_orders()
        accepted = self.browse()
        for customer in visible:
            refusal = customer._release_refusal(
                rights[customer.id], orders[customer.id], reason
            )
            results[customer.id] = refusal or customer._result("released")
            if not refusal:
                accepted += customer
        nobody = self.env["res.users"]
        self.env["crm.pool.log"]._append(
            "release",
            [{"customer": customer, "owner_after": nobody} for customer in accepted],
            reason,
        )
        accepted._set_shared()
        return [results[customer_id] for customer_id in self._ids]

    def action_assign(self, user_id, reason):
        """Give customers to another person (P26, P31).

        Team leaders do it among the members of their teams, managers with
        everybody. The daily quota is not touched, the holding cap counts.

        :param user_id: id of the new owner
        :param reason: why; required
        """
        user = self.env["res.users"].browse(user_id).exists()
        visible, results = self._visible_or_refused()
        rights = visible._rights()
        for company, customers in visible.grouped("company_id").items():
            room = self._holding_room(user, company) if user else 0
            accepted = self.browse()
            for customer in customers:
                refusal = customer._assign_refusal(user, rights[customer.id], reason)
                if not refusal and room is not None and len(accepted) >= room:
                    refusal = customer._cap_result(user)
                results[customer.id] = refusal or customer._result(
                    "assigned", owner=user.name
                )
                if not refusal:
                    accepted += customer
            self.env["crm.pool.log"]._append(
                "assign",
                [{"customer": row, "owner_after": user} for row in accepted],
                reason,
            )
            accepted._set_owner(user)
        return [results[customer_id] for customer_id in self._ids]

    def action_share(self, user_id, is_readonly=False):
        """Let a colleague work on one's own customers too (P21, P29)."""
        user = self.env["res.users"].browse(user_id).exists()
        return self._change_member("share", user, is_readonly)

    def action_unshare(self, user_id):
        """Take a collaborator from one's own customers."""
        user = self.env["res.users"].browse(user_id).exists()
        return self._change_member("unshare", user)

    def _release_refusal(self, right, orders, reason):
        """The result that refuses to release this visible customer, or None."""
        if self.access == "shared":
            return self._result("already_there")
        if right != "owner" and not self._may_release_others(right):
            return self._result("not_allowed")
        if orders:
            return self._open_order_result(orders)
        if right == "owner" and self.stage_code == "reserve":
            return self._result("in_reserve")
        if right != "owner" and not reason:
            return self._result("reason_needed", owner=self.owner_id.name)
        return None

    def _assign_refusal(self, user, right, reason):
        """The result that refuses to give this visible customer to `user`."""
        reach = self.env.user._crm_pool_reach("customer", "assign", self.company_id.id)
        if right not in ("leader", "manager") and not self._may_lead(right, reach):
            return self._result("not_allowed")
        if not user or not self._can_own(user):
            return self._result(
                "wrong_user", owner=user.name or "", company=self.company_id.name
            )
        if right != "manager" and not reach.covers(user.id):
            return self._result("not_allowed")
        if self.owner_id == user:
            return self._result("already_there")
        if not reason:
            return self._result(
                "reason_needed", owner=self.owner_id.name or self.pool_id.name
            )
        now = fields.Datetime.now()
        if self.owner_id and self.protected_until and self.protected_until > now:
            if right != "manager":
                until = self._local_time(self.protected_until)
                return self._result("protected", until=until)
        return None

    def _may_lead(self, right, reach):
        """Whether the user may assign this customer, his own or shared, as a leader.

        :param reach: of his right to assign: somebody besides himself
        """
        others = reach.is_all or reach.user_ids - {self.env.uid}
        return right in ("owner", "shared") and bool(others)

    def _may_release_others(self, right):
        if self.env.su:
            return True
        return right in ("leader", "manager") and self.env.user._crm_pool_has_special(
            "release", self.company_id
        )

    def _can_own(self, user):
        """Whether `user` may own customers of this company.

        Superuser: which groups and companies a colleague has is not readable by
        everybody.
        """
        user_sudo = user.with_env(self._privileged().env)
        return (
            user_sudo.active
            and self.company_id in user_sudo.company_ids
            and user_sudo.has_group("crm_stage_pipeline.crm_stage_pipeline_group_user")
        )

    def _cap_result(self, user):
        policy = self.env["crm.pool.policy"]._policy_for(self.company_id)
        return self._result("cap_exceeded", owner=user.name, cap=policy.holding_cap)

    def _change_member(self, action, user, is_readonly=False):
        """Add or remove the collaborator `user`; see action_share."""
        visible, results = self._visible_or_refused()
        rights = visible._rights()
        accepted = self.browse()
        for customer in visible:
            refusal = customer._member_refusal(action, user, rights[customer.id])
            results[customer.id] = refusal or customer._result(
                "shared" if action == "share" else "unshared", user=user.name
            )
            if not refusal:
                accepted += customer
        self.env["crm.pool.log"]._append(
            action, [{"customer": customer, "member": user} for customer in accepted]
        )
        if action == "share":
            accepted._add_member(user, is_readonly)
        else:
            accepted._remove_member(user)
        return [results[customer_id] for customer_id in self._ids]

    def _member_refusal(self, action, user, right):
        if self.access == "shared" or right not in ("owner", "leader", "manager"):
            return self._result("not_allowed")
        # superuser: members are read to tell what there is to do
        members_sudo = self._privileged().access_ids.filtered(
            lambda a: a.kind == "collaborator"
        )
        is_member = user in members_sudo.user_id
        if user == self.owner_id or is_member == (action == "share"):
            return self._result("already_there")
        if action == "share" and not self._can_own(user):
            return self._result(
                "wrong_user", owner=user.name or "", company=self.company_id.name
            )
        return None

    # Writing: the actions have checked the right, so all of it is superuser's.

    def _set_shared(self):
        """Take self from owner and collaborators; it enters the pool anew."""
        now = fields.Datetime.now()
        for owner, customers in self.grouped("owner_id").items():
            customers_sudo = customers._privileged()
            customers_sudo.access_ids.filtered(
                lambda row: row.kind in ("owner", "collaborator")
            ).unlink()
            customers_sudo._write_pool(
                {
                    "owner_id": False,
                    "access": "shared",
                    "previous_owner_id": owner.id,
                    "released_at": now,
                    "pool_entered_at": now,
                    "protected_until": False,
                    "recycle_on": False,
                }
            )

    def _set_owner(self, user):
        """Make `user` the owner; collaborators stay."""
        customers_sudo = self._privileged()
        rows_sudo = customers_sudo.access_ids
        rows_sudo.filtered(
            lambda row: (
                row.kind == "owner"
                or (row.kind == "collaborator" and row.user_id == user)
            )
        ).unlink()
        for customer_sudo in customers_sudo:
            is_collaborative = any(
                row.kind == "collaborator" for row in customer_sudo.access_ids
            )
            customer_sudo._write_pool(
                {
                    "owner_id": user.id,
                    "access": "collaborative" if is_collaborative else "personal",
                    "previous_owner_id": customer_sudo.owner_id.id,
                    "claimed_at": fields.Datetime.now(),
                }
            )
        # the row first: whoever assigns it at the same time is replayed there, and
        # does not run into the unique index of the access rows
        customers_sudo.flush_recordset(["owner_id"])
        rows_sudo.create(
            [
                {"customer_id": row.id, "user_id": user.id, "kind": "owner"}
                for row in customers_sudo
            ]
        )

    def _add_member(self, user, is_readonly):
        self._privileged()._write_pool(
            {
                "access": "collaborative",
                "access_ids": [
                    Command.create(
                        {
                            "user_id": user.id,
                            "kind": "collaborator",
                            "is_readonly": is_readonly,
                        }
                    )
                ],
            }
        )

    def _remove_member(self, user):
        for customer_sudo in self._privileged():
            rows_sudo = customer_sudo.access_ids.filtered(
                lambda row: row.kind == "collaborator"
            )
            gone_sudo = rows_sudo.filtered(lambda row: row.user_id == user)
            if gone_sudo == rows_sudo:
                customer_sudo._write_pool({"access": "personal"})
            gone_sudo.unlink()
