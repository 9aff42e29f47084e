from odoo import models


class SaleOrder(models.Model):
    """Quotations and orders by data right; one's own are never hidden."""

    _name = "sale.order"
    _inherit = ["sale.order", "crm.pool.right.mixin", "crm.pool.visible.mixin"]

    _pool_right_target = "order"
    _pool_right_other = "follower_id"
