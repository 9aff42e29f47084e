from lxml import etree

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import MODULE, PoolCase

VIEW = f"{MODULE}.crm_pool_customer_view_form_card"
FEW, MANY = 1, 500


@tagged("post_install", "-at_install")
class TestCrmCustomerCard(PoolCase):
    """G56: the customer card 客户详情, all about one customer on one page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._new_customers(1, "deal", cls.agent_1)
        cls.partner = cls.customer.partner_id
        cls.mine = cls.customer.with_user(cls.agent_1)
        cls.journal = cls.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", cls.company.id)], limit=1
        ) or cls.env["account.journal"].create(
            {"name": "Sales", "type": "sale", "code": "CARD"}
        )
        cls.income = cls.env["account.account"].create(
            {"name": "Card Sales", "code": "CARD400", "account_type": "income"}
        )
        cls.receivable = cls.env["account.account"].create(
            {
                "name": "Card Debts",
                "code": "CARD112",
                "account_type": "asset_receivable",
                "reconcile": True,
            }
        )
        cls.partner.property_account_receivable_id = cls.receivable

    @classmethod
    def _new_invoice(cls, price, user, partner=None, post=True):
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or cls.partner).id,
                "journal_id": cls.journal.id,
                "invoice_user_id": user.id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Paper",
                            "quantity": 1,
                            "price_unit": price,
                            "account_id": cls.income.id,
                            "tax_ids": [],
                        }
                    )
                ],
            }
        )
        if post:
            move.action_post()
        return move

    def _fill(self, count):
        """`count` records behind each part of the card."""
        person = self.env["res.partner"].create(
            {"name": "Person", "parent_id": self.partner.id}
        )
        record = self.env["crm.contact.record"].create(
            {"customer_id": self.customer.id, "user_id": self.agent_1.id}
        )
        order = self._new_order(self.customer)
        invoice = self._new_invoice(10, self.agent_1)
        document = self.env["ir.attachment"].create(
            {"name": "Offer", "res_model": "res.partner", "res_id": self.partner.id}
        )
        self.env.flush_all()
        if count > 1:
            self._multiply(person, {}, count - 1)
            self._multiply(record, {}, count - 1)
            self._multiply(order, {"access_token": "NULL"}, count - 1)
            names = {"name": "'CARD/' || n", "sequence_number": "n + 10"}
            self._multiply(invoice, names, count - 1)
            self._multiply(document, {}, count - 1)
        self.env.invalidate_all()

    def _specification(self):
        """What the web client asks of the page: of lists ten rows of their columns."""
        arch = self.mine.get_view(self.env.ref(VIEW).id, "form")["arch"]
        specification = {}
        for node in etree.fromstring(arch).iter("field"):
            if node.xpath("ancestor::list"):
                continue
            columns = {column.get("name"): {} for column in node.iter("field")}
            columns.pop(node.get("name"))
            field = self.mine._fields[node.get("name")]
            if columns:
                specification[field.name] = {"fields": columns, "limit": 10}
            else:
                named = {"fields": {"display_name": {}}}
                specification[field.name] = named if field.relational else {}
        return specification

    def _queries(self):
        """What the page asks when it opens, the caches of the registry being warm."""
        specification = self._specification()
        self.mine.web_read(specification)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        [values] = self.mine.web_read(specification)
        return self.env.cr.sql_log_count - before, values

    def test_every_part_is_there(self):
        """G56: each part of the document has its place on the page."""
        arch = self.mine.get_view(self.env.ref(VIEW).id, "form")["arch"]
        for part in (
            "basics",
            "contacts",
            "follow_ups",
            "purchases",
            "ledger",
            "after_sale",
            "expenses",
            "points",
            "documents",
            "log",
        ):
            with self.subTest(part=part):
                self.assertIn(f'name="part_{part}"', arch)

    def test_parts_show_their_records(self):
        """G56: contacts, records, orders, invoices, documents, log of the customer."""
        self._fill(FEW)
        other = self._new_customers(1, "deal", self.agent_1)
        self._new_order(other)
        self.assertEqual(self.mine.person_ids.mapped("name"), ["Person"])
        self.assertEqual(len(self.mine.record_ids), 1)
        self.assertEqual(len(self.mine.followed_order_ids), 1)
        self.assertEqual(len(self.mine.card_invoice_ids), 1)
        self.assertEqual(self.mine.card_document_ids.mapped("name"), ["Offer"])
        self.assertIn("enter", self.mine.log_ids.mapped("action"))

    def test_ledger_tells_what_is_open(self):
        """G56: invoiced and still to pay, of posted invoices of this company."""
        self._new_invoice(100, self.agent_1)
        paid = self._new_invoice(40, self.agent_1)
        self._new_invoice(7, self.agent_1, post=False)
        bank = self.env["account.journal"].create(
            {"name": "Card Bank", "type": "bank", "code": "CBNK"}
        )
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({"journal_id": bank.id, "amount": 40}).action_create_payments()
        self.assertEqual(self.mine.card_invoiced, 140)
        self.assertEqual(self.mine.card_open_amount, 100)
        self.assertEqual(len(self.mine.card_invoice_ids), 2)
        self.assertEqual(paid.amount_residual, 0)

    def test_ledger_of_a_family(self):
        """P53: a parent's card adds up what its subsidiaries were invoiced and owe."""
        child = self._new_customers(1, "deal", self.agent_1)
        child.partner_id.parent_id = self.partner
        child.partner_id.property_account_receivable_id = self.receivable
        self._new_invoice(100, self.agent_1)
        self._new_invoice(50, self.agent_1, child.partner_id)
        self.env.invalidate_all()
        self.assertEqual(self.mine.card_invoiced, 100)
        self.assertEqual(self.mine.family_invoiced, 150)
        self.assertEqual(self.mine.family_open_amount, 150)

    def test_parts_by_the_users_own_right(self):
        """G56: orders and invoices of a colleague are missing, a manager sees them."""
        self._new_order(self.customer, self.agent_2)
        self._new_invoice(100, self.agent_2)
        self.env.invalidate_all()
        self.assertFalse(self.mine.followed_order_ids)
        self.assertFalse(self.mine.card_invoice_ids)
        self.assertEqual(self.mine.card_invoiced, 0)
        self.env.invalidate_all()
        managed = self.customer.with_user(self.manager)
        self.assertEqual(len(managed.followed_order_ids), 1)
        self.assertEqual(managed.card_open_amount, 100)

    def test_card_of_a_hidden_customer(self):
        """G56: who does not see the customer opens no card."""
        theirs = self.customer.with_user(self.agent_2)
        with self.assertRaises(AccessError):
            Form(theirs, view=VIEW)

    def test_opens_from_everywhere(self):
        """G56: from the customer's form, a person's form, lists, tracking screen."""
        person = self.env["res.partner"].create(
            {"name": "Person", "parent_id": self.partner.id}
        )
        for opened in (
            self.mine.action_open_card(),
            self.partner.with_user(self.agent_1).action_open_card(),
            person.with_user(self.agent_1).action_open_card(),
        ):
            self.assertEqual(opened["res_id"], self.customer.id)
            self.assertEqual(opened["view_id"][0], self.env.ref(VIEW).id)
        for view in ("list", "form_tracking"):
            xml_id = f"{MODULE}.crm_pool_customer_view_{view}"
            arch = self.mine.get_view(self.env.ref(xml_id).id)["arch"]
            self.assertIn('name="action_open_card"', arch)

    def test_all_of_a_part(self):
        """G56: Show All lists what the part shows, and the older ones."""
        self._fill(FEW)
        for name in ("persons", "records", "orders", "invoices", "documents", "log"):
            with self.subTest(part=name):
                action = getattr(self.mine, f"action_open_{name}")()
                model = self.env[action["res_model"]].with_user(self.agent_1)
                self.assertTrue(model.search_count(action["domain"]))
        self.assertFalse(
            self.env["crm.lead"].search(self.mine.action_open_leads()["domain"])
        )

    def test_as_many_queries_for_many_records(self):
        """G56: 500 records behind each part cost no more queries than one."""
        self._fill(FEW)
        few, _values = self._queries()
        self._fill(MANY)
        many, values = self._queries()
        self.assertLessEqual(many, few)
        self.assertLess(many, 90)
        self.assertEqual(len(values["card_invoice_ids"]), 20)
