from odoo import models


class SaleReport(models.Model):
    """The analysis of orders, as the orders."""

    _name = "sale.report"
    _inherit = ["sale.report", "crm.pool.right.mixin", "crm.pool.visible.mixin"]

    _pool_right_target = "report"
