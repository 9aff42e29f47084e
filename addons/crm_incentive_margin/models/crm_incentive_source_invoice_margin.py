from odoo import models
from odoo.tools import SQL


class CrmIncentiveSourceInvoiceMargin(models.AbstractModel):
    """Margins of posted invoices: untaxed amount less cost, in their currency.

    The cost is that of the order's line, where there is one, else the product's; by
    the product's own unit, converted at the invoice's date. A credit note takes back
    the margin of what it credits.
    """

    _name = "crm.incentive.source.invoice.margin"
    _inherit = ["crm.incentive.source.invoice"]
    _description = "Margins of Invoices"

    _source_code = "invoice_margin"
    _counts = ("amount",)

    def _flushed_models(self):
        return (
            *super()._flushed_models(),
            *("sale.order", "sale.order.line", "product.product"),
            *("product.template", "uom.uom", "res.currency.rate"),
        )

    def _amount(self, measure):
        return SQL(
            """
            (SELECT ROUND((-line.amount_currency
                           - CASE doc.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                             * line.quantity * COALESCE((%(ordered)s), (%(own)s), 0))
                          / unit.rounding) * unit.rounding
               FROM res_currency unit WHERE unit.id = doc.currency_id)
            """,
            ordered=self._ordered_cost(measure),
            own=self._own_cost(measure),
        )

    def _ordered_cost(self, measure):
        """What the order's line says that one of the invoice's unit costs."""
        return SQL(
            """
            SELECT ordered.purchase_price::numeric * %(units)s * %(price)s
              FROM sale_order_line_invoice_rel link
              JOIN sale_order_line ordered ON ordered.id = link.order_line_id
         LEFT JOIN uom_uom their_unit ON their_unit.id = ordered.product_uom_id
         LEFT JOIN uom_uom our_unit ON our_unit.id = line.product_uom_id
             WHERE link.invoice_line_id = line.id
          ORDER BY ordered.id LIMIT 1
            """,
            units=self._in_units(),
            price=self._price_of(measure, SQL("ordered.currency_id")),
        )

    def _own_cost(self, measure):
        """What the product says, in the company's currency, that one costs."""
        company = measure.company_id
        return SQL(
            """
            SELECT (product.standard_price ->> %(company)s)::numeric * %(units)s
                   * %(price)s
              FROM product_product product
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN uom_uom their_unit ON their_unit.id = template.uom_id
         LEFT JOIN uom_uom our_unit ON our_unit.id = line.product_uom_id
             WHERE product.id = line.product_id
            """,
            company=str(company.id),
            units=self._in_units(),
            price=self._price_of(measure, SQL("%s::integer", company.currency_id.id)),
        )

    def _in_units(self):
        return SQL("COALESCE(our_unit.factor / their_unit.factor, 1)::numeric")

    def _price_of(self, measure, currency):
        company = measure.company_id
        return self.env["crm.incentive.ledger"]._price(
            (currency, SQL("doc.currency_id")),
            self._date(measure),
            (SQL("%s", company.root_id.id), SQL("%s", company.currency_id.id)),
        )
