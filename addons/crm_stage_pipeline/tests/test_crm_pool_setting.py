from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from .common import PoolCase

# Every setting of the page that is a company's, with a value that no default has.
VALUES = {
    "crm_pool_partial_mode": "all_or_nothing",
    "crm_pool_tz": "Asia/Tokyo",
    "crm_pool_holding_cap": 77,
    "crm_pool_cooldown_days": 5,
    "crm_pool_fresh_delay": 9,
    "crm_pool_number_prefix": "KH",
    "crm_pool_number_padding": 4,
    "crm_pool_number_next": 900,
    "crm_pool_phone_duplicates": "block",
    "crm_pool_restrict_fields": True,
    "crm_pool_use_territories": True,
    "crm_pool_opens_with_main_line": False,
    "crm_pool_alarm_email": "admin@second.example",
    "crm_pool_receivable_days": 11,
    "crm_pool_birthday_days": 12,
    "crm_pool_quotation_digits": "3",
    "crm_pool_order_digits": "1",
    "crm_pool_product_digits": "0",
}


@tagged("post_install", "-at_install")
class TestCrmPoolSetting(PoolCase):
    """P58, G19: the settings of a company, on one page; each value for itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Second"})
        cls.other_policy = cls.env["crm.pool.policy"]._policy_for(cls.other)
        cls.consultant = cls._new_user("consultant", "manager")
        cls.consultant.group_ids += cls.env.ref("base.group_system")
        cls.consultant.company_ids += cls.other

    def _settings(self, company):
        return (
            self.env["res.config.settings"]
            .with_user(self.consultant)
            .with_context(allowed_company_ids=company.ids)
        )

    def test_agents_begin_with_the_main_line(self):
        """G19: without a home action of their own, and only where the company says."""

        def home(user):
            return user._pool_home_action_xml_id()

        main_line = "crm_stage_pipeline.crm_main_line_action"
        leader = self._new_user("leader_home", "leader")
        self.assertEqual(home(self.agent_1), main_line)
        self.assertEqual(home(leader), main_line)
        self.assertFalse(home(self.consultant))
        plain = self.env["res.users"].create({"name": "P", "login": "plain_home"})
        self.assertFalse(home(plain))
        self.env["crm.pool.policy"]._policy_for(
            self.company
        ).opens_with_main_line = False
        self.assertFalse(home(self.agent_1))

    def test_every_value_is_the_companys_own(self):
        """P58, G19: what one company sets, the other does not have."""
        values = {**VALUES, "crm_pool_default_stage_id": self._stage("target")}
        before = self._settings(self.company).create({})
        kept = {name: before[name] for name in values}
        settings = self._settings(self.other).create({})
        for name, value in values.items():
            settings[name] = value
        settings.execute()
        after = self._settings(self.company).create({})
        there = self._settings(self.other).create({})
        for name, value in values.items():
            with self.subTest(setting=name):
                self.assertEqual(there[name], value)
                self.assertEqual(after[name], kept[name])
        customer = self.env["crm.pool.customer"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "New"}).id,
                "company_id": self.other.id,
                "owner_id": False,
            }
        )
        self.assertEqual(customer.customer_number, "KH0900")
        self.assertEqual(customer.stage_code, "target")

    def test_page_names_every_setting(self):
        """G19: one page; all reminder days stand in one block."""
        arch = self._settings(self.company).get_view()["arch"]
        names = [
            name
            for name in self.env["res.config.settings"]._fields
            if name.startswith("crm_pool_") and name != "crm_pool_policy_id"
        ]
        for name in names:
            with self.subTest(setting=name):
                self.assertIn(f'name="{name}"', arch)
        block = arch.split('name="crm_pool_reminder_block"')[1].split("</block>")[0]
        for name in ("crm_pool_receivable_days", "crm_pool_birthday_days"):
            self.assertIn(name, block)

    def test_links_of_the_page(self):
        """P58: the lists that the page opens exist."""
        settings = self._settings(self.company).create({})
        for name in (
            "crm_customer_class_action",
            "res_partner_category_action",
            "utm_source_action",
            "crm_pool_stage_action",
            "crm_pool_action",
            "crm_pool_territory_action",
        ):
            with self.subTest(action=name):
                opened = settings.with_context(crm_pool_list=name)
                self.assertTrue(opened.action_crm_pool_open()["res_model"])
        self.assertEqual(settings.action_crm_pool_quotas()["res_id"], self.policy.id)

    def test_manager_sets_without_being_administrator(self):
        """P58: managers have the same on Quotas and Rules; agents only read."""
        policy = self.policy.with_user(self.manager)
        with Form(policy) as form:
            form.birthday_reminder_days = 3
            form.restrict_fields = True
        self.assertEqual(self.policy.birthday_reminder_days, 3)
        with self.assertRaises(AccessError):
            self.policy.with_user(self.agent_1).restrict_fields = False

    def test_quotas_of_two_companies(self):
        """P58, P24: quota lines are each company's own."""
        self._set_limit(3, "target")
        lines = self.other_policy.line_ids
        self.assertEqual(set(lines.mapped("daily_limit")), {20})

    def test_decimals_of_quotation_and_order(self):
        """G19: stored with the decimals of the company, finer ones are cut."""
        self.policy.write({"quotation_digits": "2", "order_digits": "1"})
        customer = self._new_customers(1)
        order = self._new_order(customer, price=1.2367)
        self.assertEqual(order.order_line.price_unit, 1.24)
        order.order_line.price_unit = 2.3551
        self.assertEqual(order.order_line.price_unit, 2.36)
        order.action_confirm()
        self.assertEqual(order.order_line.price_unit, 2.4)
        foreign = (
            self.env["sale.order"]
            .with_company(self.other)
            .create(
                {
                    "partner_id": customer.partner_id.id,
                    "company_id": self.other.id,
                    "user_id": False,
                    "order_line": [
                        (0, 0, {"product_id": order.order_line.product_id.id})
                    ],
                }
            )
        )
        foreign.order_line.price_unit = 1.2367
        self.assertEqual(foreign.order_line.price_unit, 1.2367)

    def test_decimals_of_products(self):
        """G19: sales prices by the company that enters them."""
        self.other_policy.product_digits = "0"
        product = self.env["product.template"]
        here = product.create({"name": "P", "list_price": 1.567})
        there = product.with_company(self.other).create(
            {"name": "P", "list_price": 1.567}
        )
        self.assertEqual((here.list_price, there.list_price), (1.567, 2.0))

    def test_decimals_of_all_companies(self):
        """G19: what prices show at least, and quantities, from the same page."""
        settings = self._settings(self.company).create({})
        settings.crm_pool_price_digits = 3
        settings.execute()
        self.assertEqual(self.env.ref("product.decimal_price").digits, 3)

    def test_alarms_go_to_the_administrator(self):
        """G19: each company's address gets a failed job; bad addresses are refused."""
        self.policy.alarm_email = "a@first.example, b@first.example"
        self.other_policy.alarm_email = "a@second.example"
        mails = self.env["crm.pool.policy"]._send_alarm("S", "M", self.other)
        self.assertEqual(mails.mapped("email_to"), ["a@second.example"])
        with mute_logger("odoo.addons.base.models.ir_cron"):  # core logs it too
            self.env["ir.cron"]._notify_admin("The job was switched off")
        found = self.env["mail.mail"].search(
            [("body_html", "ilike", "The job was switched off")]
        )
        self.assertEqual(
            set(found.mapped("email_to")),
            {"a@first.example", "b@first.example", "a@second.example"},
        )
        with self.assertRaises(ValidationError):
            self.policy.alarm_email = "nobody"

    def test_birthday_soon(self):
        """G19: within the company's days; 29 February on 1 March of common years."""
        people = self.env["res.partner"].create(
            [
                {"name": name, "birthday": day}
                for name, day in (
                    ("leap", date(2000, 2, 29)),
                    ("march", date(1990, 3, 2)),
                    ("past", date(1990, 2, 20)),
                    ("none", False),
                )
            ]
        )
        for day, days, found in (
            (date(2026, 2, 22), 7, {"leap"}),
            (date(2026, 2, 22), 8, {"leap", "march"}),
            (date(2026, 2, 21), 7, set()),
            (date(2028, 2, 22), 7, {"leap"}),
            (date(2026, 12, 31), 62, {"leap", "march", "past"}),
        ):
            with self.subTest(day=day, days=days), freeze_time(day):
                self.policy.birthday_reminder_days = days
                people.invalidate_model(["has_birthday_soon"])
                mine = [("id", "in", people.ids)]
                hits = people.search([*mine, ("has_birthday_soon", "=", True)])
                rest = people.search([*mine, ("has_birthday_soon", "=", False)])
                self.assertEqual(set(hits.mapped("name")), found)
                self.assertEqual(hits, people.filtered("has_birthday_soon"))
                self.assertEqual(hits | rest, people)
        with freeze_time(date(2026, 2, 22)):
            self.other_policy.birthday_reminder_days = 0
            there = people.with_company(self.other)
            self.assertFalse(there.search([*mine, ("has_birthday_soon", "=", True)]))


@tagged("post_install", "-at_install")
class TestCrmPoolHome(HttpCase, PoolCase):
    """G19: what the web client gets to know after logging in."""

    def test_own_home_action_is_kept(self):
        """G19: nothing is written to the user, and what somebody chose stays."""
        main_line = self.env.ref("crm_stage_pipeline.crm_main_line_action")
        self.authenticate(self.agent_1.login, self.agent_1.login)
        self.assertEqual(self._home_action_id(), main_line.id)
        self.assertFalse(self.agent_1.action_id)
        chosen = self.env.ref("contacts.action_contacts")
        self.agent_1.action_id = chosen.id
        self.env.flush_all()
        self.assertEqual(self._home_action_id(), chosen.id)

    def _home_action_id(self):
        url = "/web/session/get_session_info"
        return self.make_jsonrpc_request(url)["home_action_id"]
