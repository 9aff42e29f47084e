from odoo import Command
from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolDocumentWork(PoolCase):
    """P20: one's own open documents stay usable when somebody else owns the customer.

    agent_2 has an order and an opportunity of a shared customer that agent_1 claims.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent_2.group_ids |= cls.env.ref("account.group_account_invoice")
        cls._make_accounts()
        cls.customer = cls._new_customers(1)
        cls.partner = cls.customer.partner_id
        cls.partner.email = "office@works.example.com"
        cls.partner.property_account_receivable_id = cls.receivable

    @classmethod
    def _make_accounts(cls):
        account = cls.env["account.account"]
        cls.receivable = account.create(
            {"name": "Debtors", "code": "POOL1", "account_type": "asset_receivable"}
        )
        cls.income = account.create(
            {"name": "Sales", "code": "POOL2", "account_type": "income"}
        )
        cls.env["account.journal"].create(
            {
                "name": "Pool sales",
                "code": "POOLS",
                "type": "sale",
                "default_account_id": cls.income.id,
            }
        )

    def _claimed_order(self):
        order = self._new_order(self.customer, self.agent_2)
        order.order_line.product_id.property_account_income_id = self.income
        self._claim()
        return order.with_user(self.agent_2)

    def _claim(self):
        results = self.customer.with_user(self.agent_1).action_claim()
        self.assertCodes(results, ["claimed"])
        self.env.flush_all()
        self.env.invalidate_all()

    def test_open_and_change_the_order(self):
        """Its form, with the customer's name and address, and a new line."""
        order = self._claimed_order()
        values = order.web_read(
            {
                "partner_id": {"fields": {"display_name": {}, "email": {}}},
                "partner_invoice_id": {"fields": {"display_name": {}}},
                "partner_shipping_id": {"fields": {"display_name": {}}},
            }
        )[0]
        self.assertEqual(values["partner_id"]["email"], self.partner.email)
        order.order_line = [
            Command.create({"name": "Text", "display_type": "line_note"})
        ]
        order.client_order_ref = "7"
        order.message_post(body="Said so")
        order.activity_schedule("mail.mail_activity_data_todo", user_id=self.agent_2.id)

    def test_confirm_print_invoice(self):
        """Confirmed, printed, invoiced, the invoice posted and printed."""
        order = self._claimed_order()
        order.action_confirm()
        report = self.env["ir.actions.report"].with_user(self.agent_2)
        html, _kind = report._render_qweb_html("sale.report_saleorder", order.ids)
        self.assertIn(self.partner.name.encode(), html)
        invoice = order._create_invoices()
        invoice.with_user(self.agent_2).action_post()
        self.env.invalidate_all()
        self.assertEqual(
            invoice.with_user(self.agent_2).partner_id.name, self.partner.name
        )
        name = "account.report_invoice_with_payments"
        html, _kind = report._render_qweb_html(name, invoice.ids)
        self.assertIn(self.partner.name.encode(), html)

    def test_mail_the_order(self):
        """The quotation goes out by mail to the customer."""
        order = self._claimed_order()
        action = order.action_quotation_send()
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.agent_2)
            .with_context(**action["context"])
            .create({})
        )
        self.assertIn(self.partner.id, composer.partner_ids.ids)
        composer.action_send_mail()
        message = order.message_ids.filtered(
            lambda one: self.partner in one.sudo().partner_ids
        )
        self.assertTrue(message)
        self.assertEqual(order.state, "sent")

    def test_work_the_opportunity(self):
        """Opened, changed, mailed about, a quotation made from it, won."""
        lead = self.env["crm.lead"].create(
            {
                "name": "Shelves",
                "type": "opportunity",
                "partner_id": self.partner.id,
                "user_id": self.agent_2.id,
            }
        )
        self._claim()
        mine = lead.with_user(self.agent_2)
        values = mine.web_read({"partner_id": {"fields": {"display_name": {}}}})[0]
        self.assertEqual(values["partner_id"]["display_name"], self.partner.name)
        mine.expected_revenue = 7
        mine.message_post(body="Called", partner_ids=self.partner.ids)
        context = mine.action_new_quotation()["context"]
        order = (
            self.env["sale.order"].with_user(self.agent_2).with_context(**context)
        ).create({})
        self.assertEqual(order.partner_id.id, self.partner.id)
        self.assertEqual(order.opportunity_id.id, lead.id)
        mine.action_set_won()
        self.assertTrue(order.partner_id.name)

    def test_a_third_person_has_none_of_it(self):
        """The document opens the customer to its salesperson only."""
        order = self._claimed_order()
        for user in (self.agent_3, self.seller):
            self.assertFalse(order.with_user(user).has_access("read"))
            self.assertFalse(self.partner.with_user(user).has_access("read"))

    def test_own_closed_order_stays_listed(self):
        """P14: it stays in "my orders" when the customer is hidden again."""
        order = self._claimed_order()
        order.action_cancel()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.partner.with_user(self.agent_2).has_access("read"))
        found = (
            self.env["sale.order"]
            .with_user(self.agent_2)
            .web_search_read(
                [("id", "=", order.id)],
                {"name": {}, "partner_id": {"fields": {"display_name": {}}}},
            )["records"]
        )
        self.assertEqual([row["id"] for row in found], order.ids)
