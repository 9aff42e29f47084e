import random
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import Form, tagged

from .common import PoolCase

NOW = datetime(2026, 3, 11, 2, 0)  # Wednesday, 10:00 in Shanghai
SCOPES = {
    "agent_1": ["mine", "shared"],
    "agent_3": ["mine", "shared"],
    "leader": ["mine", "shared", "team"],
    "manager": ["mine", "shared", "all"],
}


@tagged("post_install", "-at_install")
class TestCrmMainLine(PoolCase):
    """P40: the numbers of the main line and the lists behind them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.tz = "Asia/Shanghai"
        for user in (cls.agent_1, cls.agent_2, cls.agent_3, cls.leader, cls.manager):
            user.tz = "Asia/Shanghai"
        cls.outcomes = {
            code: cls.env.ref(f"crm_stage_pipeline.crm_contact_outcome_{code}")
            for code in ("interested", "no_answer")
        }

    def _line(self, user, scope=None):
        return self.env["crm.main.line"].with_user(user).get_main_line(scope)

    def _count(self, user, row, column, scope="mine"):
        line = self._line(user, scope)
        [found] = [r for r in line["rows"] if r["code"] == row]
        return found["counts"][column]

    def _list(self, user, row, column, scope="mine"):
        """What the client shows after a click on a tile."""
        line = self.env["crm.main.line"].with_user(user)
        action = line.open_tile(row, column, scope, line.get_main_line(scope)["day"])
        model = self.env[action["res_model"]].with_user(user)
        answer = model.web_search_read(
            action["domain"], {"display_name": {}}, limit=80, count_limit=10001
        )
        return model.browse(r["id"] for r in answer["records"]), answer["length"]

    def _plan(self, customer, moment):
        customer._privileged()._write_pool({"next_visit_date": moment})

    def _record(self, customer, user, outcome="interested", **vals):
        return (
            self.env["crm.contact.record"]
            .with_user(user)
            .create(
                {
                    "customer_id": customer.id,
                    "outcome_id": self.outcomes[outcome].id,
                    **vals,
                }
            )
        )

    def _make_random_work(self):
        """Customers of all stages and owners, with visits, contacts, opportunities."""
        chance = random.Random(40)
        users = [self.agent_1, self.agent_2, self.agent_3, self.leader, None]
        customers = self.env["crm.pool.customer"]
        for stage in ("reserve", "target", "potential", "opportunity", "deal"):
            for owner in users:
                customers |= self._new_customers(3, stage, owner)
        for customer in customers:
            self._plan(
                customer,
                chance.choice(
                    [False, NOW + timedelta(hours=chance.randint(-900, 900))]
                ),
            )
            paused = chance.random() < 0.2
            customer._privileged()._write_pool(
                {"track_mark": "paused" if paused else "tracking"}
            )
            for _number in range(chance.randint(0, 2)):
                user = customer.owner_id or chance.choice(users[:3])
                self._record(
                    customer,
                    user,
                    chance.choice(["interested", "no_answer"]),
                    date=NOW - timedelta(hours=chance.randint(0, 900)),
                )
            if chance.random() < 0.3:
                self.env["crm.lead"].create(
                    {
                        "name": "Chance",
                        "type": "opportunity",
                        "partner_id": customer.partner_id.id,
                        "user_id": customer.owner_id.id,
                        "next_visit_date": NOW
                        + timedelta(hours=chance.randint(-900, 900)),
                    }
                )

    @freeze_time(NOW)
    def test_visits_by_period(self):
        """P40: overdue in today and by itself; tomorrow, week, month of the zone."""
        moments = {
            "2026-03-10 15:59": {"overdue", "today", "week", "month"},
            "2026-03-10 16:00": {"today", "week", "month"},
            "2026-03-11 15:59": {"today", "week", "month"},
            "2026-03-11 16:00": {"tomorrow", "week", "month"},
            "2026-03-12 16:00": {"week", "month"},
            "2026-03-15 16:00": {"month"},
            "2026-02-28 15:59": {"overdue", "today"},
            "2026-03-31 16:00": set(),
        }
        [customer] = self._new_customers(1, "potential", self.agent_1)
        self.agent_1.lang = "en_US"
        self.env["res.lang"]._activate_lang("en_US").week_start = "1"
        for moment, columns in moments.items():
            self._plan(customer, fields.Datetime.to_datetime(f"{moment}:00"))
            for column in ("overdue", "today", "tomorrow", "week", "month"):
                with self.subTest(moment=moment, column=column):
                    self.assertEqual(
                        self._count(self.agent_1, "potential", column),
                        int(column in columns),
                    )

    @freeze_time(NOW)
    def test_another_zone_has_another_today(self):
        """P40: the day is the user's; the page names the zone when it differs."""
        [customer] = self._new_customers(1, "potential", self.agent_1)
        self._plan(customer, NOW + timedelta(hours=20))  # 22:00 UTC, tomorrow there
        self.assertEqual(self._count(self.agent_1, "potential", "tomorrow"), 1)
        self.agent_1.tz = "UTC"
        line = self._line(self.agent_1)
        self.assertEqual(self._count(self.agent_1, "potential", "today"), 1)
        self.assertEqual((line["zone"], line["company_zone"]), ("UTC", "Asia/Shanghai"))

    @freeze_time(NOW)
    def test_contacts_count_by_who_made_them(self):
        """P40: contacted today, this week, this month; a vain call is no contact."""
        mine, shared = (
            self._new_customers(1, "target", self.agent_1),
            (self._new_customers(1, "target")),
        )
        self._record(mine, self.agent_1, date=NOW - timedelta(days=1))
        self._record(shared, self.agent_1, date=NOW - timedelta(hours=1))
        self._record(shared, self.agent_2, date=NOW - timedelta(hours=1))
        self._record(mine, self.agent_1, "no_answer", date=NOW)
        count = {
            column: self._count(self.agent_1, "target", f"contacted_{column}")
            for column in ("day", "week", "month")
        }
        self.assertEqual(count, {"day": 1, "week": 2, "month": 2})
        found, _length = self._list(self.agent_1, "target", "contacted_day")
        self.assertEqual(found, shared)
        self.assertEqual(
            self._count(self.leader, "target", "contacted_week", "team"), 2
        )

    @freeze_time(NOW)
    def test_paused_is_not_due_but_was_contacted(self):
        """P9, P40: a paused customer is never due."""
        [customer] = self._new_customers(1, "potential", self.agent_1)
        self._plan(customer, NOW)
        self._record(customer, self.agent_1, date=NOW, next_visit_date=NOW)
        customer._privileged()._write_pool({"track_mark": "paused"})
        self.assertEqual(self._count(self.agent_1, "potential", "today"), 0)
        self.assertEqual(self._count(self.agent_1, "potential", "contacted_day"), 1)

    @freeze_time(NOW)
    def test_a_selling_deal_counts_under_opportunity_too(self):
        """C6: with its running opportunity a deal customer stands in both rows."""
        [customer] = self._new_customers(1, "deal", self.agent_1)
        self._plan(customer, NOW)
        self.assertEqual(self._count(self.agent_1, "opportunity", "today"), 0)
        lead = (
            self.env["crm.lead"]
            .with_user(self.agent_1)
            .create(
                {
                    "name": "Chairs again",
                    "type": "opportunity",
                    "partner_id": customer.partner_id.id,
                }
            )
        )
        self.assertEqual(customer.stage_code, "deal")
        self.assertEqual(self._count(self.agent_1, "opportunity", "today"), 1)
        self.assertEqual(self._count(self.agent_1, "deal", "today"), 1)
        found, _length = self._list(self.agent_1, "opportunity", "today")
        self.assertEqual(found, customer)
        lead.action_pause_selling()
        self.assertEqual(self._count(self.agent_1, "opportunity", "today"), 0)

    @freeze_time(NOW)
    def test_opportunities_and_orders_have_their_own_visits(self):
        """P41: a record with an opportunity or order plans the visit there too."""
        [customer] = self._new_customers(1, "opportunity", self.agent_1)
        partner = customer.partner_id
        lead = (
            self.env["crm.lead"]
            .with_user(self.agent_1)
            .create({"name": "Desks", "type": "opportunity", "partner_id": partner.id})
        )
        record = self._record(
            customer, self.agent_1, lead_id=lead.id, date=NOW, next_visit_date=NOW
        )
        self.assertEqual(self._count(self.agent_1, "lead", "today"), 1)
        record.next_visit_date = NOW + timedelta(days=1)
        self.assertEqual(self._count(self.agent_1, "lead", "today"), 0)
        self.assertEqual(self._count(self.agent_1, "lead", "tomorrow"), 1)
        record.unlink()
        self.assertFalse(lead.next_visit_date)
        order = self._new_order(customer)
        order.with_user(self.agent_1).action_confirm()
        self._record(
            customer, self.agent_1, order_id=order.id, date=NOW, next_visit_date=NOW
        )
        self.assertEqual(self._count(self.agent_1, "order", "today"), 1)
        self.assertEqual(self._list(self.agent_1, "order", "today")[0], order)
        order.with_user(self.agent_1).action_follow_pause()
        self.assertEqual(self._count(self.agent_1, "order", "today"), 0)

    @freeze_time(NOW)
    def test_a_tile_after_midnight(self):
        """Bad input: the tile of a day that is over opens nothing stale."""
        line = self.env["crm.main.line"].with_user(self.agent_1)
        day = line.get_main_line()["day"]
        self.assertTrue(line.open_tile("target", "today", "mine", day))
        with freeze_time(NOW + timedelta(hours=14)):  # midnight in Shanghai
            self.assertFalse(line.open_tile("target", "today", "mine", day))

    def test_scopes_by_role(self):
        """P40: nobody looks further than his role; his widest scope is the first."""
        for login, scopes in SCOPES.items():
            with self.subTest(user=login):
                line = self._line(getattr(self, login), "all")
                self.assertEqual([s["code"] for s in line["scopes"]], scopes)
                self.assertEqual(line["scope"] == "all", login == "manager")

    @freeze_time(NOW)
    def test_every_tile_counts_its_list(self):
        """P40: for random data and every role, number on the tile = length of list."""
        self._make_random_work()
        compared = found = 0
        for login, scopes in SCOPES.items():
            user = getattr(self, login)
            for scope in scopes:
                for row in self._line(user, scope)["rows"]:
                    for column, number in row["counts"].items():
                        _found, length = self._list(user, row["code"], column, scope)
                        with self.subTest(
                            user=login, scope=scope, row=row["code"], column=column
                        ):
                            self.assertEqual(number, length)
                        compared += 1
                        found += bool(number)
        self.assertGreater(compared, 400)
        self.assertGreater(found, 100)

    def test_the_opportunity_form_shows_its_visit(self):
        """G69: the visit of an opportunity can be seen and set on its form."""
        leads = self.env["crm.lead"].with_context(default_type="opportunity")
        with Form(leads, view="crm.crm_lead_view_form") as form:
            form.name = "Lamps"
            form.next_visit_date = NOW
        self.assertEqual(form.record.next_visit_date, NOW)
