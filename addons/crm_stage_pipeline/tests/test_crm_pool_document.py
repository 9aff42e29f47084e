from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolDocument(PoolCase):
    """P10, P12, P13, P14: leads and orders, and the customers they belong to."""

    def _new_lead(self, partner, user, **vals):
        return self.env["crm.lead"].create(
            {
                "name": "Shelves",
                "type": "opportunity",
                "partner_id": partner.id,
                "user_id": user.id,
                **vals,
            }
        )

    def _row(self, partner):
        return self.env["crm.pool.customer"].search([("partner_id", "=", partner.id)])

    def test_lead_makes_a_shared_row(self):
        """P12: a lead of a partner without row brings it into the pool, shared."""
        partner = self.env["res.partner"].create({"name": "Newcomer"})
        self._new_lead(partner, self.agent_1, type="lead")
        row = self._row(partner)
        self.assertEqual((row.access, row.stage_code), ("shared", "reserve"))

    def test_selling_opportunity_lifts(self):
        """P12: a selling opportunity makes an opportunity customer, logged."""
        customer = self._new_customers(1, "target", self.agent_1)
        lead = self._new_lead(customer.partner_id, self.agent_1)
        self.assertEqual(customer.stage_code, "opportunity")
        self.assertEqual(customer.owner_id, self.agent_1)
        log = customer.log_ids[0]
        self.assertEqual((log.action, log.reason), ("document", lead.name))

    def test_seller_without_pool_role_lifts(self):
        """P12, P14: core's sales people lift by a lead and by an order, in new and
        in known customers' rows; core's own mass conversion goes this way."""
        seller = self.seller
        for code in (False, "target"):
            with self.subTest(before=code):
                if code:
                    partner = self._new_customers(1, code).partner_id
                else:
                    partner = self.env["res.partner"].create({"name": "Unknown"})
                lead = self._new_lead(partner, seller, type="lead").with_user(seller)
                lead.convert_opportunity(partner)
                self.assertEqual(self._row(partner).stage_code, "opportunity")
                order = self._new_order(self._row(partner))
                order.user_id = seller
                order.with_user(seller).action_confirm()
                self.assertEqual(self._row(partner).stage_code, "deal")

    def test_deal_customer_stays_deal(self):
        """P12, C6: a second purchase does not demote."""
        customer = self._new_customers(1, "deal", self.agent_1)
        self._new_lead(customer.partner_id, self.agent_1)
        self.assertEqual(customer.stage_code, "deal")

    def test_partner_set_later_and_lost(self):
        """P12, P13: set later lifts too; losing the last one does not demote."""
        customer = self._new_customers(1, "target", self.agent_1)
        lead = self._new_lead(self.env["res.partner"], self.agent_1)
        lead.partner_id = customer.partner_id
        self.assertEqual(customer.stage_code, "opportunity")
        lead.action_set_lost()
        self.assertEqual(lead.sales_mark, "ended")
        self.assertEqual(customer.stage_code, "opportunity")

    def test_sales_mark(self):
        """P10, C5: selling, paused, ended; won is ended."""
        customer = self._new_customers(1, "target", self.agent_1)
        lead = self._new_lead(customer.partner_id, self.agent_1)
        self.assertEqual(lead.sales_mark, "selling")
        lead.is_sales_paused = True
        self.assertEqual(lead.sales_mark, "paused")
        lead.action_set_won()
        self.assertEqual(lead.sales_mark, "ended")

    def test_confirmed_order_makes_deal(self):
        """P14: a quotation does not, a confirmed order does; cancelling keeps it."""
        customer = self._new_customers(1, "target", self.agent_1)
        order = self._new_order(customer)
        self.assertEqual(customer.stage_code, "target")
        order.with_user(self.agent_1).action_confirm()
        self.assertEqual(customer.stage_code, "deal")
        order._action_cancel()
        self.assertEqual(customer.stage_code, "deal")

    def test_order_makes_a_row_for_who_buys(self):
        """P12: vendors and colleagues enter by buying only."""
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        vendor.supplier_rank = 1
        self._new_lead(vendor, self.agent_1)
        self._new_lead(self.agent_2.partner_id, self.agent_1)
        self.assertFalse(self._row(vendor))
        self.assertFalse(self._row(self.agent_2.partner_id))
        self.env["sale.order"].create({"partner_id": vendor.id})
        self.assertTrue(self._row(vendor))

    def test_document_access_while_open(self):
        """The salesperson of an open document keeps access, until it closes."""
        customer = self._new_customers(1)
        order = self._new_order(customer, self.agent_2)
        customer.with_user(self.agent_1).action_claim()
        partner = customer.partner_id.with_user(self.agent_2)
        self.assertTrue(partner.has_access("read"))
        order.with_user(self.agent_2).action_confirm()
        self.assertEqual(order.with_user(self.agent_2).partner_id.name, customer.name)
        self.assertCodes(
            customer.with_user(self.agent_2).action_release(), ["not_allowed"]
        )
        order.action_lock()
        order.with_user(self.agent_2).action_follow_finish()
        self.assertFalse(partner.has_access("read"))

    def test_document_access_moves_with_the_salesperson(self):
        customer = self._new_customers(1)
        lead = self._new_lead(customer.partner_id, self.agent_2)
        customer.with_user(self.agent_1).action_claim()
        lead.user_id = self.agent_3
        documents = customer.access_ids.filtered(lambda row: row.kind == "document")
        self.assertEqual(documents.user_id, self.agent_3)
        lead.unlink()
        self.assertEqual(customer.access_ids.user_id, self.agent_1)
