from datetime import date, datetime, timedelta
from functools import partial

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import PoolCase

NOW = datetime(2026, 3, 11, 2, 0)
APRIL = date(2026, 4, 1)
TRACKING = "crm_stage_pipeline.crm_pool_customer_view_form_tracking"


@tagged("post_install", "-at_install")
class TestCrmExpectedPurchase(PoolCase):
    """G26: what customers and their people will buy, estimated, and compared."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.tz = "Asia/Shanghai"
        cls.product = cls.env["product.product"].create(
            {"name": "Stapler", "type": "consu", "standard_price": 60}
        )

    def setUp(self):
        super().setUp()
        self.startClassPatcher(freeze_time(NOW))
        [self.customer] = self._new_customers(1, "deal", self.agent_1)
        self.person = self.env["res.partner"].create(
            {"name": "Li Hua", "parent_id": self.customer.partner_id.id}
        )

    def _quote(self, price, partner=None, **vals):
        line = {
            "product_id": self.product.id,
            "price_unit": price,
            "tax_ids": [],
        }
        return self.env["sale.order"].create(
            {
                "partner_id": (partner or self.customer.partner_id).id,
                "user_id": self.agent_1.id,
                "order_line": [fields.Command.create(line)],
                **vals,
            }
        )

    def _sell(self, price, moment, partner=None):
        order = self._quote(price, partner)
        order.action_confirm()
        order.date_order = moment
        return order

    def _lead(self, revenue, **vals):
        return self.env["crm.lead"].create(
            {
                "name": "Need",
                "type": "opportunity",
                "partner_id": self.person.id,
                "user_id": self.agent_1.id,
                "expected_revenue": revenue,
                "probability": 50,
                **vals,
            }
        )

    def _run(self):
        self.policy.value_after = 0
        while self.policy.value_after >= 0:
            self.policy._rate_chunk()

    def _expected(self, person, period=APRIL):
        return self.env["crm.expected.purchase"].search(
            [
                ("customer_id", "=", self.customer.id),
                ("partner_id", "=", person.id),
                ("period_start", "=", period),
            ]
        )

    def test_by_who_orders(self):
        """G26: each person by his own orders; the customer is their sum."""
        self._sell(3650, NOW - timedelta(days=20), self.person)
        self._sell(730, NOW - timedelta(days=40))
        self._run()
        april = 30 / 365
        person, company = (
            self._expected(self.person),
            self._expected(self.customer.partner_id),
        )
        self.assertAlmostEqual(person.expected_amount, 3650 * april)
        self.assertAlmostEqual(company.expected_amount, 730 * april)
        self.assertEqual(person.period_end, date(2026, 4, 30))
        self.assertAlmostEqual(self.customer.expected_amount, 4380 * april)

    def test_offers_and_needs(self):
        """G26: quotations and needs by their probability; the greater counts."""
        lead = self._lead(4000)
        self._quote(1000, self.person)
        self._quote(2000, self.person, opportunity_id=lead.id)
        self._quote(9000, self.person, validity_date=NOW.date() - timedelta(days=1))
        self._lead(600)
        self._lead(9000, date_deadline="2026-05-01")
        self._lead(9000).action_set_lost()
        self._sell(365, NOW - timedelta(days=9), self.person)
        self._run()
        expected = self._expected(self.person)
        self.assertAlmostEqual(expected.usual_amount, 30)
        self.assertAlmostEqual(expected.offered_amount, 1000 * 0.3 + 2000 * 0.5)
        self.assertAlmostEqual(expected.needed_amount, 300)
        self.assertAlmostEqual(expected.expected_amount, 1600)
        self.assertTrue(expected.explanation)
        self.policy.expected_offer_share = 0
        self._run()
        self.assertAlmostEqual(expected.offered_amount, 1000)

    def test_bad_input(self):
        """G26: nothing known, refunds above all, an order in no currency's rate."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.person.id,
                "invoice_date": NOW.date(),
                "invoice_line_ids": [
                    fields.Command.create(
                        {"name": "Returned", "price_unit": 80, "tax_ids": []}
                    )
                ],
            }
        )
        move.action_post()
        self._run()
        self.assertFalse(self.customer.expected_amount)
        self.assertFalse(self._expected(self.person))
        # it was bought less, and is told so
        self.assertEqual(
            self._expected(self.person, date(2026, 3, 1)).actual_amount, -80
        )
        self._sell(365, NOW - timedelta(days=3), self.person)
        self._run()
        self.assertAlmostEqual(
            self._expected(self.person).expected_amount, (365 - 80) * 30 / 365, 2
        )
        before = self.customer.expected_amount
        self._sell(365, NOW - timedelta(days=3), self.person)
        self.customer._privileged()._write_pool({"active": False})
        self._run()
        self.assertEqual(self.customer.expected_amount, before)

    def test_own_estimate(self):
        """G26: the agent's value counts, with who, when, why; the night leaves it."""
        self._sell(365, NOW - timedelta(days=9), self.person)
        self._run()
        mine = self._expected(self.person).with_user(self.agent_1)
        with Form(self.customer.with_user(self.agent_1), TRACKING) as form:
            with form.expected_purchase_ids.edit(0) as line:
                self.assertEqual(line.partner_id, self.person)
                line.hand_amount = 500
                line.hand_reason = "New office"
        self.assertEqual(
            (mine.expected_amount, mine.computed_amount, mine.is_by_hand),
            (500, 30, True),
        )
        self.assertEqual((mine.hand_user_id, mine.hand_at), (self.agent_1, NOW))
        self.assertEqual(self.customer.expected_amount, 500)
        self._sell(365, NOW - timedelta(days=8), self.person)
        self._run()
        self.assertEqual((mine.expected_amount, mine.hand_reason), (500, "New office"))
        self.assertGreater(mine.computed_amount, 30)
        mine.is_by_hand = False
        self.assertEqual(mine.expected_amount, mine.computed_amount)
        # somebody of whom nothing is known
        new = mine.create(
            {
                "customer_id": self.customer.id,
                "hand_amount": 70,
                "hand_reason": "Said so",
            }
        )
        self.assertEqual(new.partner_id, self.customer.partner_id)
        self.assertEqual(new.period_start, APRIL)
        self._run()
        self.assertEqual(new.expected_amount, 70)

    def _refused(self, error, work):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(error),
            self.env.cr.savepoint(),
        ):
            work()
            self.env.flush_all()

    def test_estimates_that_are_refused(self):
        """G26: without a reason, negative, of a stranger, twice, computed."""
        self._sell(365, NOW - timedelta(days=9), self.person)
        self._run()
        mine = self._expected(self.person).with_user(self.agent_1)
        cases = [
            ({"hand_amount": 5}, IntegrityError),
            ({"hand_amount": 5, "hand_reason": " "}, IntegrityError),
            ({"hand_amount": -5, "hand_reason": "Why"}, IntegrityError),
            ({"computed_amount": 5}, AccessError),
            ({"actual_amount": 5}, AccessError),
            ({"hand_user_id": self.agent_2.id}, AccessError),
            ({"period_start": "2026-01-01"}, AccessError),
            ({"partner_id": self.agent_2.partner_id.id}, AccessError),
        ]
        for vals, error in cases:
            with self.subTest(vals=vals):
                self._refused(error, partial(mine.write, vals))
        vals = {
            "customer_id": self.customer.id,
            "hand_amount": 5,
            "hand_reason": "Why",
        }
        for partner, error in (
            (self.agent_2.partner_id, ValidationError),
            (self.person, IntegrityError),
        ):
            with self.subTest(partner=partner.name):
                entry = {**vals, "partner_id": partner.id}
                self._refused(error, partial(mine.create, entry))
        self._refused(AccessError, mine.unlink)
        customer = self.customer.with_user(self.manager)
        self._refused(AccessError, partial(customer.write, {"expected_amount": 9}))

    def test_seen_and_estimated_with_the_customer(self):
        """G26: who does not see the customer sees nothing and estimates nothing."""
        self._sell(365, NOW - timedelta(days=9), self.person)
        self._run()
        expected = self._expected(self.person)
        domain = [("id", "=", expected.id)]
        vals = {"hand_amount": 5, "hand_reason": "Why"}
        for user in (self.agent_1, self.leader, self.manager):
            self.assertTrue(expected.with_user(user).search_count(domain))
        for user in (self.agent_2, self.agent_3):
            self.assertFalse(expected.with_user(user).search_count(domain))
            with self.assertRaises(AccessError):
                expected.with_user(user).write(vals)
            with self.assertRaises(AccessError):
                expected.with_user(user).create(
                    {"customer_id": self.customer.id, **vals}
                )
        self.customer.action_share(self.agent_2.id, is_readonly=True)
        self.assertTrue(expected.with_user(self.agent_2).search_count(domain))
        with self.assertRaises(AccessError):
            expected.with_user(self.agent_2).write(vals)

    def test_compared_with_what_was_bought(self):
        """G26: what was expected stays once the period begins, beside the bought."""
        self._sell(3650, NOW - timedelta(days=20), self.person)
        self._run()
        expected = self._expected(self.person)
        said = expected.expected_amount
        with freeze_time(NOW + timedelta(days=25)):  # 5 April
            self._sell(100, datetime(2026, 3, 31, 16, 0), self.person)  # 1 April there
            self._sell(40, datetime(2026, 4, 4, 0, 0))
            self._run()
            self.assertEqual((expected.expected_amount, said), (said, 300))
            self.assertEqual(expected.actual_amount, 100)
            surprise = self._expected(self.customer.partner_id)
            self.assertEqual(
                (surprise.expected_amount, surprise.actual_amount), (0, 40)
            )
            self.assertGreater(
                self._expected(self.person, date(2026, 5, 1)).expected_amount, 0
            )
            with self.assertRaises(UserError):
                expected.with_user(self.agent_1).write(
                    {"hand_amount": 100, "hand_reason": "As if I had known"}
                )
        with freeze_time(datetime(2026, 5, 2, 2, 0)):
            late = self._sell(7, datetime(2026, 4, 30, 2, 0), self.person)
            self._run()
            self.assertEqual(expected.actual_amount, 107)
            late._action_cancel()
            self._run()
            self.assertEqual(expected.actual_amount, 100)

    def test_quarters(self):
        """G26: a company may expect by the quarter."""
        self._sell(3650, NOW - timedelta(days=20), self.person)
        self.policy.expected_months = "3"
        self.assertEqual(self.policy.value_after, 0)
        self._run()
        expected = self._expected(self.person)
        self.assertEqual(expected.period_end, date(2026, 6, 30))
        self.assertAlmostEqual(expected.expected_amount, 910)

    def test_nothing_left_to_expect(self):
        """G26: a quotation that was withdrawn is no longer expected; words stay."""
        order = self._quote(1000, self.person)
        other = self._quote(1000)
        self._run()
        mine = self._expected(self.customer.partner_id).with_user(self.agent_1)
        mine.write({"hand_amount": 9, "hand_reason": "Why"})
        (order | other)._action_cancel()
        self._run()
        self.assertFalse(self._expected(self.person))
        self.assertEqual((mine.computed_amount, mine.expected_amount), (0, 9))
        self.assertEqual(self.customer.expected_amount, 9)

    def test_likely_buyers(self):
        """G25, G26: the list of likely buyers, the most likely first."""
        [other, nobody] = self._new_customers(2, "deal", self.agent_1)
        self._sell(365, NOW - timedelta(days=9), self.person)
        self._sell(730, NOW - timedelta(days=9), other.partner_id)
        self._run()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_stage_pipeline.crm_pool_customer_action_buyers"
        )
        self.assertEqual(action["views"][0][1], "list")
        view = self.env["crm.pool.customer"].get_view(action["views"][0][0], "list")
        self.assertIn('default_order="expected_amount desc, id"', view["arch"])
        found = (
            self.env["crm.pool.customer"]
            .with_user(self.agent_1)
            .search(
                [("expected_amount", ">", 0), ("track_mark", "=", "tracking")],
                order="expected_amount desc, id",
            )
        )
        self.assertEqual(found, other | self.customer)
        self.assertNotIn(nobody, found)
