from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmSaleProfit(PoolCase):
    """P57: profit by customer, and the prices that a customer paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer, cls.other = cls._new_customers(2, "deal", cls.agent_1)
        cls.product = cls.env["product.product"].create(
            {"name": "Desk", "type": "consu", "standard_price": 30.0}
        )
        cls._sell(cls.customer, 2, 100.0)
        cls._sell(cls.customer, 1, 80.0)
        cls._sell(cls.other, 1, 20.0)
        cls.env.flush_all()

    @classmethod
    def _sell(cls, customer, count, price):
        line = {
            "product_id": cls.product.id,
            "product_uom_qty": count,
            "price_unit": price,
            "tax_ids": False,
        }
        order = cls.env["sale.order"].create(
            {
                "partner_id": customer.partner_id.id,
                "user_id": cls.agent_1.id,
                "order_line": [(0, 0, line)],
            }
        )
        order.action_confirm()
        return order

    def _found(self, aggregate, groupby, user=None):
        report = self.env["sale.report"].with_user(user or self.manager)
        domain = [("product_id", "=", self.product.id), ("state", "=", "sale")]
        return dict(report._read_group(domain, [groupby], [aggregate]))

    def test_P57_profit_by_customer(self):
        """P57: amount less cost; a loss is below zero."""
        found = self._found("pool_profit:sum", "commercial_partner_id")
        self.assertAlmostEqual(found[self.customer.partner_id], 280 - 90)
        self.assertAlmostEqual(found[self.other.partner_id], -10)

    def test_P57_cost_of_the_company(self):
        """P57: each company has its own cost of a product."""
        branch = self.env["res.company"].create({"name": "Branch Works"})
        self.product.with_company(branch).standard_price = 1000.0
        self.env.flush_all()
        found = self._found("pool_profit:sum", "commercial_partner_id")
        self.assertAlmostEqual(found[self.customer.partner_id], 190)

    def test_P57_prices(self):
        """P57: each price that was paid is a line."""
        rows = (
            self.env["sale.report"]
            .with_user(self.agent_1)
            .search([("commercial_partner_id", "=", self.customer.partner_id.id)])
        )
        self.assertEqual(sorted(rows.mapped("price_unit")), [80.0, 100.0])

    def test_P57_agents_see_no_profit(self):
        """P57: cost and profit are for those who lead."""
        self.assertTrue(self._found("pool_profit:sum", "product_id", self.manager))
        with self.assertRaises(AccessError):
            self._found("pool_profit:sum", "product_id", self.agent_1)
