from odoo import models
from odoo.tools import SQL


class CrmIncentiveSourceMargin(models.AbstractModel):
    """Margins of confirmed orders: untaxed amount less cost, in the order's currency.

    The cost of a line is that of the line's unit, converted at the order's date.
    """

    _name = "crm.incentive.source.margin"
    _inherit = ["crm.incentive.source.order"]
    _description = "Margins of Orders"

    _source_code = "margin"
    _counts = ("amount",)

    def _amount(self, measure):
        # the margin is a float: rounded here, so that shares sum to it
        return SQL(
            """
            (SELECT ROUND(line.margin::numeric / unit.rounding) * unit.rounding
               FROM res_currency unit WHERE unit.id = doc.currency_id)
            """
        )


class SaleOrderLine(models.Model):
    """The cost of a confirmed order's line changes its margin, and its invoices'."""

    _inherit = "sale.order.line"

    def write(self, vals):
        result = super().write(vals)
        if "purchase_price" in vals:
            self.order_id._mark_incentive()
            self.invoice_lines.move_id._mark_incentive(False)
        return result
