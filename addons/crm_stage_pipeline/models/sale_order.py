from odoo import models


class SaleOrder(models.Model):
    """Quotations and orders as documents of pool customers (P14)."""

    _name = "sale.order"
    _inherit = ["crm.customer.document.mixin", "sale.order"]

    _pool_partner_fields = ("partner_id", "partner_invoice_id", "partner_shipping_id")
    _pool_followed_fields = frozenset(
        {
            "partner_id",
            "user_id",
            "company_id",
            "state",
            "locked",
            "follower_id",
            "follow_state",
        }
    )

    def _pool_stage_code(self):
        return "deal" if self.state == "sale" else False

    def _is_pool_open(self):
        """Whether something of this confirmed order remains to be done.

        Delivered (a locked order counts as delivered), invoiced and paid: then it
        is finished.
        """
        self.ensure_one()
        lines = self.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )
        is_delivered = self.locked or all(
            line.qty_delivered >= line.product_uom_qty for line in lines
        )
        invoices = self.invoice_ids.filtered(lambda move: move.state != "cancel")
        is_paid = all(
            move.payment_state in ("paid", "in_payment", "reversed")
            for move in invoices
        )
        is_invoiced = self.invoice_status == "invoiced" or not self.amount_total
        return not (is_delivered and is_invoiced and is_paid)
