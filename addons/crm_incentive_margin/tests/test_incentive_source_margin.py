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
