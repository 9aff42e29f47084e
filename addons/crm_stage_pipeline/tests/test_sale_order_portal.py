from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import PoolCase
from .test_crm_pool_document_work import TestCrmPoolDocumentWork

# a picture of one dot
DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    "AABJRU5ErkJggg=="
)
INTERNAL = (
    "follower_id",
    "follow_state",
    "follow_receipt_state",
    "follow_delivery_state",
    "follow_receipt_date",
    "follow_visit_date",
    "contact_record_ids",
)


@tagged("post_install", "-at_install")
class TestSaleOrderPortal(HttpCase, PoolCase):
    """P15: the customer looks at his order in the portal while it is followed up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._new_customers(1, "target", cls.agent_1)
        cls.buyer = new_test_user(cls.env, "pool_buyer", groups="base.group_portal")
        cls.buyer.partner_id.parent_id = cls.customer.partner_id
        cls.order = cls._new_order(cls, cls.customer)
        cls.order.message_subscribe(cls.buyer.partner_id.ids)
        cls.order.follower_id = cls.agent_2

    def _page(self):
        self.env.flush_all()
        answer = self.url_open(f"/my/orders/{self.order.id}")
        self.assertEqual(answer.status_code, 200)
        self.assertIn(self.order.name, answer.text)
        return answer.text

    def test_customer_sees_the_follow_up_s_edits_only(self):
        """P15: lines and dates that the follower changes; nothing of the follow-up."""
        self.order.with_user(self.agent_1).action_confirm()
        mine = self.order.with_user(self.agent_2)
        mine.order_line.name = "Stapler, the red one"
        mine.follow_receipt_state = "part"
        self.env["crm.contact.record"].with_user(self.agent_1).create(
            {
                "customer_id": self.customer.id,
                "order_id": self.order.id,
                "note": "pays late as always",
                "next_visit_date": "2030-03-01 08:00:00",
            }
        )
        self.authenticate(self.buyer.login, self.buyer.login)
        page = self._page()
        self.assertIn("Stapler, the red one", page)
        self.assertNotIn("pays late", page)
        self.assertNotIn("Partly Paid", page)

    @mute_logger("odoo.http")
    def test_nothing_of_the_follow_up_by_call(self):
        """P15: a portal user reads, searches and writes none of it over RPC."""
        self.order.with_user(self.agent_1).action_confirm()
        self.authenticate(self.buyer.login, self.buyer.login)
        own = self.order.with_user(self.buyer)
        self.assertEqual(own.read(["name"])[0]["name"], self.order.name)
        for name in INTERNAL:
            with self.subTest(field=name):
                with self.assertRaises(AccessError):
                    own.read([name])
                with self.assertRaises(AccessError):
                    own.search([(name, "!=", False)])
                with self.assertRaises(JsonRpcException):
                    self._call("read", [self.order.ids, [name]])
                with self.assertRaises(JsonRpcException):
                    self._call("write", [self.order.ids, {name: False}])
        for action in ("pause", "resume", "finish"):
            with self.subTest(action=action), self.assertRaises(JsonRpcException):
                self._call(f"action_follow_{action}", [self.order.ids])
        self.assertEqual(self.order.follow_state, "progress")

    def _call(self, method, args):
        self.env.flush_all()
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/sale.order/{method}",
            {"model": "sale.order", "method": method, "args": args, "kwargs": {}},
        )

    def test_customer_signs(self):
        """P14, P15: signed in the portal: a deal, and its follow-up begins."""
        self.order.write({"require_signature": True, "require_payment": False})
        self.order.action_quotation_sent()
        self.authenticate(self.buyer.login, self.buyer.login)
        self._page()
        self.env.flush_all()
        self.make_jsonrpc_request(
            f"/my/orders/{self.order.id}/accept",
            {"name": "Buyer", "signature": DOT},
        )
        self.env.invalidate_all()
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(self.order.follow_state, "progress")
        self.assertEqual(self.order.follower_id, self.agent_2)
        self.assertEqual(self.customer.stage_code, "deal")


@tagged("post_install", "-at_install")
class TestSaleOrderFollowInvoice(PoolCase):
    """P15, G19: invoices and payments of customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        TestCrmPoolDocumentWork._make_accounts.__func__(cls)
        cls.customer = cls._new_customers(1, "target", cls.agent_1)
        cls.customer.partner_id.property_account_receivable_id = cls.receivable

    def test_line_edited_after_the_invoice(self):
        """P15: paid, more ordered: partly paid again; the invoice stays as it is, and
        the follower need not be allowed to read it."""
        order = self._new_order(self.customer)
        order.follower_id = self.agent_2
        order.order_line.product_id.property_account_income_id = self.income
        order.with_user(self.agent_1).action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(order.follow_receipt_state, "none")
        self._pay(invoice)
        self.assertEqual(order.follow_receipt_state, "full")
        mine = order.with_user(self.agent_2)
        mine.order_line.product_uom_qty = 3
        self.assertEqual(order.invoice_status, "to invoice")
        self.assertEqual(order.follow_receipt_state, "part")
        self.assertEqual(invoice.invoice_line_ids.quantity, 1)
        rest = order._create_invoices()
        rest.action_post()
        self.assertEqual(order.follow_receipt_state, "part")
        self._pay(rest)
        self.assertEqual(order.follow_receipt_state, "full")

    def test_receivable_due_soon(self):
        """G19: open invoices that fall due within the company's days, also for who may
        not read invoices; contacts go by their company."""
        self.policy.receivable_reminder_days = 5
        customers = self._new_customers(3, "target", self.agent_1)
        soon, late, paid = customers.partner_id
        for partner, days in ((soon, 5), (late, 6), (paid, 0)):
            partner.property_account_receivable_id = self.receivable
            invoice = self._invoice(partner, days)
            if partner == paid:
                self._pay(invoice)
        person = soon.create({"name": "Person", "parent_id": soon.id})
        everybody = (customers.partner_id | person).with_user(self.agent_1)
        self.assertFalse(invoice.with_user(self.agent_1).has_access("read"))
        within = [("id", "in", everybody.ids)]
        for answer, expected in (
            (True, soon | person),
            (False, late | paid),
        ):
            with self.subTest(answer=answer):
                domain = [*within, ("has_receivable_soon", "=", answer)]
                self.assertEqual(everybody.search(domain), expected)
                found = everybody.filtered(
                    lambda one, answer=answer: one.has_receivable_soon == answer
                )
                self.assertEqual(found, expected)
        self.policy.receivable_reminder_days = 6
        self.env.invalidate_all()
        self.assertTrue(late.with_user(self.agent_1).has_receivable_soon)

    def _invoice(self, partner, days):
        """A posted invoice that falls due in so many days."""
        today = fields.Date.context_today(partner)
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": today,
                "invoice_date_due": today + timedelta(days=days),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Stapler",
                            "account_id": self.income.id,
                            "price_unit": 10,
                            "tax_ids": [],
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice

    def _pay(self, invoice):
        """By a counter entry on the debtors' account."""
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.receivable.id,
                            "partner_id": invoice.partner_id.id,
                            "credit": invoice.amount_total,
                        }
                    ),
                    Command.create(
                        {"account_id": self.income.id, "debit": invoice.amount_total}
                    ),
                ],
            }
        )
        entry.action_post()
        lines = (invoice | entry).line_ids.filtered(
            lambda line: line.account_id == self.receivable
        )
        lines.reconcile()
        self.env.invalidate_all()
