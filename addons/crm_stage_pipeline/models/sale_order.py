from odoo import api, models


class SaleOrder(models.Model):
    """Quotations and orders as documents of pool customers (P14)."""

    _name = "sale.order"
    _inherit = ["sale.order", "crm.customer.document.mixin"]

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

    @api.model_create_multi
    def create(self, vals_list):
        self._check_pool_partners(vals_list)
        orders = super().create(vals_list)
        orders._follow_in_pool()
        return orders

    def write(self, vals):
        self._check_pool_partners([vals])
        followed = self._pool_followed_fields.intersection(vals)
        keys = self._pool_keys() if followed else frozenset()
        result = super().write(vals)
        if followed:
            self._follow_in_pool(keys)
        return result

    def unlink(self):
        keys = self._pool_keys()
        result = super().unlink()
        self.env["crm.pool.customer"]._sync_document_access(keys)
        return result

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
