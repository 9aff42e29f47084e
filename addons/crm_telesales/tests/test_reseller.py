from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import TelesalesData


@tagged("post_install", "-at_install")
class TestReseller(HttpCase, TelesalesData):
    """T24: a reseller sees his own customers in the portal, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            login="tele_reseller",
            password="tele_reseller",
            groups="base.group_portal",
        )
        cls.reseller = cls.env["res.partner"].create(
            {"name": "Reseller", "is_company": True}
        )
        cls.user.partner_id.parent_id = cls.reseller
        cls.other_reseller = cls.reseller.copy({"name": "Other Reseller"})
        cls.own = cls.make_customers(cls.env, 2, "Own")
        cls.others = cls.make_customers(cls.env, 2, "Foreign", start=20)
        cls.nobodys = cls.make_customers(cls.env, 1, "Nobody", start=40)
        cls.own.reseller_id = cls.reseller
        cls.others.reseller_id = cls.other_reseller

    def test_T24_sees_the_customers_of_his_company_only(self):
        customers = self.env["crm.pool.customer"].with_user(self.user)
        self.assertEqual(customers.search([]), self.own)
        self.assertEqual(
            self.own.with_user(self.user).mapped("name"), ["Own 0", "Own 1"]
        )
        for hidden in (self.others, self.nobodys):
            with self.assertRaises(AccessError):
                hidden.with_user(self.user).read(["name"])

    def test_T24_without_a_company_he_sees_none(self):
        loner = new_test_user(self.env, login="tele_loner", groups="base.group_portal")
        self.assertFalse(
            self.env["crm.pool.customer"].with_user(loner).search_count([])
        )

    def test_T24_changes_and_makes_nothing(self):
        own = self.own.with_user(self.user)
        with self.assertRaises(AccessError):
            own.next_visit_date = False
        with self.assertRaises(AccessError):
            own.unlink()
        self.assertFalse(own.has_access("create"))
        with self.assertRaises(AccessError):
            own[0].action_register(1)
        with self.assertRaises(AccessError):
            own.action_add_to_list()

    def test_T24_no_other_model_is_open(self):
        for model in (
            "crm.call.list",
            "crm.call.campaign",
            "crm.call.campaign.outcome",
            "crm.callee",
            "crm.call.attempt",
            "crm.call.script",
            "crm.call.script.node",
            "crm.call.script.answer",
            "crm.contact.record",
            "crm.contact.restriction",
            "crm.phone.number",
            "crm.pool",
            "crm.lead",
        ):
            with self.subTest(model=model):
                records = self.env[model].with_user(self.user)
                self.assertFalse(records.has_access("read"))
                with self.assertRaises(AccessError):
                    records.search([])
        with self.assertRaises(AccessError):
            self.own.partner_id.with_user(self.user).read(["phone"])

    def test_T24_page_lists_them(self):
        self.authenticate("tele_reseller", "tele_reseller")
        page = self.url_open("/my/customers")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Own 0", page.text)
        self.assertIn("+86 571 8888 0000", page.text)
        for hidden in ("Foreign", "Nobody"):
            self.assertNotIn(hidden, page.text)
        self.assertIn("/my/customers", self.url_open("/my/home").text)

    def test_T24_page_wants_a_login(self):
        page = self.url_open("/my/customers", allow_redirects=False)
        self.assertEqual(page.status_code, 303)

    def test_T24_internal_user_sees_an_empty_page(self):
        new_test_user(
            self.env,
            login="tele_clerk",
            password="tele_clerk",
            groups="base.group_user",
            company_ids=[Command.set(self.env.company.ids)],
        )
        self.authenticate("tele_clerk", "tele_clerk")
        page = self.url_open("/my/customers")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("Own 0", page.text)
