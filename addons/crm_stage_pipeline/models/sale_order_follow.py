from odoo import api, fields, models

# the customer reads his order in the portal, but nothing of its follow-up
INTERNAL = "base.group_user"


class SaleOrder(models.Model):
    """Following up an order (P14, P15): who sees to delivery and payment.

    - The follower (跟单人) is the salesperson until somebody else is named; he sees
      and edits the order, and its customer, while he follows it.
    - My orders, by salesperson, are what performance is measured by; the follow-up
      lists go by the follower.
    - Delivery and receipt follow from the documents and can be set by hand, also on a
      locked order: they are ours, not accounting's.
    - A confirmed order wins its opportunity (C5). A cancelled one leaves the customer
      in its stage and says so on the customer's form.
    """

    _inherit = "sale.order"

    follower_id = fields.Many2one(
        comodel_name="res.users",
        string="Followed Up By",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        index="btree_not_null",
        copy=False,
        tracking=True,
        groups=INTERNAL,
    )
    follow_state = fields.Selection(
        selection=[
            ("progress", "In Progress"),
            ("paused", "Paused"),
            ("done", "Finished"),
        ],
        string="Follow-up",
        copy=False,
        tracking=True,
        index="btree_not_null",
        groups=INTERNAL,
    )
    follow_receipt_state = fields.Selection(
        selection=[("none", "Not Paid"), ("part", "Partly Paid"), ("full", "Paid")],
        string="Receipt",
        compute="_compute_follow_receipt_state",
        store=True,
        readonly=False,
        copy=False,
        groups=INTERNAL,
    )
    follow_delivery_state = fields.Selection(
        selection=[
            ("none", "Not Delivered"),
            ("part", "Partly Delivered"),
            ("full", "Delivered"),
        ],
        string="Delivery",
        compute="_compute_follow_delivery_state",
        store=True,
        readonly=False,
        copy=False,
        groups=INTERNAL,
    )
    follow_receipt_date = fields.Date(
        string="Payment Expected On", copy=False, groups=INTERNAL
    )
    follow_visit_date = fields.Datetime(
        string="Next Visit", copy=False, groups=INTERNAL
    )
    contact_record_ids = fields.One2many(
        comodel_name="crm.contact.record",
        inverse_name="order_id",
        string="Follow-up Records",
        copy=False,
        groups="crm_stage_pipeline.crm_stage_pipeline_group_user",
    )

    @api.depends(
        "order_line.invoice_lines.move_id.payment_state",
        "order_line.invoice_lines.move_id.state",
        "invoice_status",
    )
    def _compute_follow_receipt_state(self):
        for order in self:
            # a follower need not be allowed to read invoices
            invoices_sudo = order._as_superuser().invoice_ids.filtered(
                lambda move: move.state == "posted"
            )
            states = set(invoices_sudo.mapped("payment_state"))
            if not states:
                order.follow_receipt_state = order.follow_receipt_state or "none"
            elif states <= {"paid", "in_payment", "reversed"}:
                is_all = order.invoice_status == "invoiced"
                order.follow_receipt_state = "full" if is_all else "part"
            elif states & {"paid", "in_payment", "partial"}:
                order.follow_receipt_state = "part"
            else:
                order.follow_receipt_state = "none"

    @api.depends("order_line.qty_delivered", "order_line.product_uom_qty")
    def _compute_follow_delivery_state(self):
        for order in self:
            lines = order.order_line.filtered(
                lambda line: not line.display_type and not line.is_downpayment
            )
            if lines and all(x.qty_delivered >= x.product_uom_qty for x in lines):
                order.follow_delivery_state = "full"
            elif any(line.qty_delivered for line in lines):
                order.follow_delivery_state = "part"
            else:
                order.follow_delivery_state = "none"

    def action_confirm(self):
        result = super().action_confirm()
        for order in self.filtered(lambda order: order.state == "sale"):
            vals = {"follow_state": order.follow_state or "progress"}
            if not order.follower_id:
                vals["follower_id"] = order.user_id.id
            order.write(vals)
        # the opportunity may be another salesperson's: the order has won it (C5)
        leads_sudo = self.filtered(lambda o: o.state == "sale")._as_superuser()
        leads_sudo.opportunity_id.filtered(
            lambda lead: lead.won_status == "pending"
        ).action_set_won()
        return result

    def action_follow_pause(self):
        """Set the follow-up aside; it leaves the list in progress."""
        self.filtered(lambda o: o.follow_state == "progress").follow_state = "paused"

    def action_follow_resume(self):
        self.filtered(lambda o: o.follow_state != "progress").follow_state = "progress"

    def action_follow_finish(self):
        """End the follow-up; with it the follower may lose the order, at once."""
        self.check_access("write")
        # superuser: core reads the order's lines after the writing
        self._as_superuser().follow_state = "done"

    def action_open_pool_customer(self):
        """The customer's form, from the follow-up (客户详情)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.commercial_partner_id.id,
            "views": [(False, "form")],
        }

    def action_new_contact_record(self):
        """Write down a contact about this order; its next visit becomes the order's."""
        self.ensure_one()
        action = self.partner_id.action_new_contact_record()
        action["context"] = {**action["context"], "default_order_id": self.id}
        return action

    def _action_cancel(self):
        result = super()._action_cancel()
        self.filtered("follow_state").follow_state = "done"
        return result


class CrmPoolCustomer(models.Model):
    """The follower of an open order has access to its customer, as the salesperson."""

    _inherit = "crm.pool.customer"

    def _document_users(self):
        users = super()._document_users()
        orders = self.env["sale.order"].search(
            [
                ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
                ("follower_id", "!=", False),
                ("follow_state", "in", ("progress", "paused")),
                ("state", "=", "sale"),
            ]
        )
        self._add_document_users(users, orders, "follower_id")
        return users
