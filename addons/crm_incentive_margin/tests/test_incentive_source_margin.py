from odoo import Command
from odoo.tests import tagged

from odoo.addons.crm_incentive.tests.common import IncentiveCommon


@tagged("post_install", "-at_install")
class TestIncentiveSourceMargin(IncentiveCommon):
    """I2, I6: margins, in the product's own unit and the document's currency."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._plan(cls._measure("margin"), cls._table(((0, 10),)))

    def _order(self, price, quantity=1, unit=None, currency=None, cost=10):
        product = self.env["product.product"].create(
            {"name": "Goods", "type": "consu", "standard_price": cost}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner_a.id,
                "user_id": self.rep.id,
                "date_order": "2026-01-10 02:00:00",
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "product_uom_id": (unit or product.uom_id).id,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **({"pricelist_id": self._pricelist(currency).id} if currency else {}),
            }
        )
        order.action_confirm()
        order.date_order = "2026-01-10 02:00:00"
        return order

    def test_i2_invoices_take_the_orders_cost(self):
        """I2, I9: by the order's line, in its unit; a credit note takes it back."""
        self._plan(self._measure("invoice_margin"), self._table(((0, 10),)), code="inv")
        order = self._order(240, unit=self.env.ref("uom.product_uom_dozen"))
        order.order_line.product_id.standard_price = 99
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-02-03"
        invoice.action_post()
        self._run(2)
        self.assertEqual(self._credited("invoice_margin"), 120)
        order.order_line.purchase_price = 140
        self._refund(invoice, "2026-02-20")
        self._run(2)
        self.assertEqual(self._credited("invoice_margin"), 0)

    def test_i6_invoices_alone_cost_what_the_product_does(self):
        """The cost is converted at the invoice's date."""
        currency = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 0.5), ("2026-02-01", 0.8)]
        )
        self._plan(self._measure("invoice_margin"), self._table(((0, 10),)), code="inv")
        self.product_a.standard_price = 100
        self._invoice("2026-01-10", 1000, currency=currency)
        self._run(1)
        self.assertEqual(self._credited("invoice_margin"), 950)

    def _credited(self, source):
        """Sum of the credits that stand, in the document's currency."""
        credits = self.env["crm.incentive.credit"].search(
            [("measure_id.source", "=", source), ("reversal_of_id", "=", False)]
        )
        return sum(credits.filtered(lambda c: not c.reversal_ids).mapped("amount"))

    def _pricelist(self, currency):
        return self.env["product.pricelist"].create(
            {"name": currency.name, "currency_id": currency.id}
        )

    def test_i2_a_dozen_costs_twelve_times(self):
        self._order(240, unit=self.env.ref("uom.product_uom_dozen"))
        self._run(1)
        self.assertEqual(self._statement(1).earned, 12)

    def test_i6_the_cost_is_converted_at_the_documents_date(self):
        currency = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 0.909090909), ("2026-02-01", 0.5)]
        )
        order = self._order(1000, currency=currency, cost=550)
        self.assertAlmostEqual(order.order_line.margin, 500, 2)
        self._run(1)
        entry = self._statement(1).entry_ids
        self.assertEqual(entry.credit_id.amount, 500)
        self.assertAlmostEqual(self._statement(1).earned, 55, 2)

    def test_i7_a_changed_cost_is_marked(self):
        order = self._order(240)
        self._run(1)
        order.order_line.purchase_price = 140
        marks = self.env["crm.incentive.mark"].search([])
        self.assertEqual((marks.res_model, marks.res_id), ("sale.order", order.id))
        self._run(1)
        self.assertEqual(self._statement(1).earned, 10)
