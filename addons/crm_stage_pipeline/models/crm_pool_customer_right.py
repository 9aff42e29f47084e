from odoo import api, models


class CrmPoolCustomer(models.Model):
    """What the user may do with a customer, and what an open order forbids."""

    _name = "crm.pool.customer"
    _inherit = ["crm.pool.customer", "crm.pool.right.mixin"]

    _pool_right_target = "customer"
    _pool_right_user = "owner_id"

    def _rights(self):
        """The user's right on every (visible) customer of self.

        A manager is one where the right to assign reaches everybody, a leader
        where it reaches the owner; whose right to edit reaches the owner works on
        the customer as a collaborator does.

        :return: dict id → "owner", "manager", "leader", "collaborator", "reader"
            (sees it only), "shared" or False
        """
        user = self.env.user
        is_manager = self.env.su or user.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_manager"
        )
        # superuser: an agent does not read the access rows of all customers
        rows_sudo = self._privileged().access_ids.filtered(
            lambda row: row.user_id == user
        )
        mine = rows_sudo.grouped("customer_id")
        return {
            customer.id: customer._right_of(
                user, is_manager, mine.get(customer, rows_sudo.browse())
            )
            for customer in self
        }

    def _right_of(self, user, is_manager, rows):
        """See _rights. `rows`: the user's own access rows (superuser)."""
        reaches = user._crm_pool_reaches(self.company_id.id)
        assign = reaches["customer", "assign"]
        owner_id = self.owner_id.id
        if self.env.su or (is_manager and assign.is_all):
            return "owner" if self.owner_id == user else "manager"
        if self.owner_id == user:
            return "owner"
        if owner_id and assign.covers(owner_id):
            return "leader"
        if any(row.kind == "collaborator" and not row.is_readonly for row in rows):
            return "collaborator"
        if self.access == "shared":
            return "shared"
        if reaches["customer", "edit"].covers(owner_id):
            return "collaborator"
        return (
            "reader" if rows or reaches["customer", "see"].covers(owner_id) else False
        )

    def _pool_allowed(self, action):
        user = self.env.user
        if self.env.su or not user._crm_pool_is_ranged():
            return self
        domain = user._crm_pool_customer_domain(action, self.env.companies.ids)
        rows_sudo = self._privileged().with_context(active_test=False)
        return self.browse(rows_sudo.filtered_domain(domain).ids)

    def _check_pool_assign(self, user_id):
        """The owner changes by the actions only, which check the right."""

    def _open_orders(self):
        """The confirmed orders of each customer that are not finished.

        An order is open until it is delivered (or locked), invoiced and paid.
        Superuser: the orders of other salespeople count, and invoices too.

        :return: dict id → sale.order (superuser)
        """
        orders_sudo = self._privileged().env["sale.order"]
        found_sudo = orders_sudo.search(
            [
                ("state", "=", "sale"),
                ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        found_sudo = found_sudo.filtered(lambda order: order._is_pool_open())
        return {
            customer.id: found_sudo.filtered(
                lambda order, row=customer: (
                    order.company_id == row.company_id
                    and order.partner_id.commercial_partner_id == row.partner_id
                )
            )
            for customer in self
        }

    def _open_order_result(self, orders):
        return self._result("open_order", orders=", ".join(orders.mapped("name")))

    @api.model
    def _holding_room(self, user, company):
        """How many more customers `user` may hold in `company`; None: any number.

        Writes the person's guard, so that two transactions cannot both use the
        last place.
        """
        policy = self.env["crm.pool.policy"]._policy_for(company)
        if not policy.holding_cap:
            return None
        self.env.flush_all()
        held = self.env["crm.pool.quota"]._guard_holding(user, company)
        return max(policy.holding_cap - held, 0)
