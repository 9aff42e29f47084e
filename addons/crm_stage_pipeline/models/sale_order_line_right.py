from odoo import models


class SaleOrderLine(models.Model):
    """The lines of orders, as their orders."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "crm.pool.right.mixin", "crm.pool.visible.mixin"]

    _pool_right_target = "order"
    _pool_right_user = "salesman_id"
    _pool_right_other = "order_id.follower_id"
    _pool_visible_partner = "order_partner_id"
    _pool_visible_user = "salesman_id"
