from odoo import api, models


class CrmPoolCustomer(models.Model):
    """What the user may do with a customer, and what an open order forbids."""

    _inherit = "crm.pool.customer"

    def _rights(self):
        """The user's right on every (visible) customer of self.

        :return: dict id → "owner", "manager", "leader", "collaborator", "reader"
            (read-only collaborator or salesperson of a document), "shared" or False
        """
        user = self.env.user
        is_manager = self.env.su or user.has_group(
            "crm_stage_pipeline.crm_stage_pipeline_group_manager"
        )
        led_ids = user._crm_pool_led_user_ids(self.env.companies.ids)
        # superuser: an agent does not read the access rows of all customers
        rows_sudo = self._privileged().access_ids.filtered(
            lambda row: row.user_id == user
        )
        mine = rows_sudo.grouped("customer_id")
        rights = {}
        for customer in self:
            rows = mine.get(customer, rows_sudo.browse())
            if customer.owner_id == user:
                rights[customer.id] = "owner"
            elif is_manager:
                rights[customer.id] = "manager"
            elif customer.owner_id.id in led_ids:
                rights[customer.id] = "leader"
            elif any(r.kind == "collaborator" and not r.is_readonly for r in rows):
                rights[customer.id] = "collaborator"
            elif customer.access == "shared":
                rights[customer.id] = "shared"
            else:
                rights[customer.id] = "reader" if rows else False
        return rights

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
