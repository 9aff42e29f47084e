from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tests import Form, tagged
from odoo.tools import SQL

from .common import PoolCase

POLICY = "odoo.addons.crm_stage_pipeline.models.crm_pool_policy_value"
NOW = datetime(2026, 3, 11, 2, 0)  # 10:00 in Shanghai


@tagged("post_install", "-at_install")
class TestCrmCustomerValue(PoolCase):
    """G25: the nightly value of a customer, its explanation, who may see and set it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write(
            {
                "tz": "Asia/Shanghai",
                "value_full_amount": 1000,
                "value_full_margin": 500,
                "value_full_frequency": 4,
            }
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Stapler", "type": "consu", "standard_price": 60}
        )

    def setUp(self):
        super().setUp()
        self.startClassPatcher(freeze_time(NOW))

    def _sell(self, customer, price=100.0, days=10, quantity=1, partner=None, **vals):
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or customer.partner_id).id,
                "user_id": self.agent_1.id,
                "order_line": [
                    fields.Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [],
                        }
                    )
                ],
                **vals,
            }
        )
        order.action_confirm()
        order.date_order = NOW - timedelta(days=days)
        return order

    def _sell_dozen(self, customer, price):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._sell(customer).order_line.write(
            {"product_uom_id": dozen.id, "price_unit": price}
        )

    def _refund(self, customer, amount):
        move = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": customer.partner_id.id,
                "invoice_date": NOW.date(),
                "invoice_line_ids": [
                    fields.Command.create(
                        {"name": "Returned", "price_unit": amount, "tax_ids": []}
                    )
                ],
            }
        )
        move.action_post()

    def _rating(self, customer, points, agent=None):
        self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": customer.partner_id.id,
                "partner_id": customer.partner_id.id,
                "rated_partner_id": agent and agent.partner_id.id,
                "rating": points,
                "consumed": True,
            }
        )

    def _rate(self):
        self.policy.value_after = 0
        while self.policy.value_after >= 0:
            self.policy._rate_chunk()

    def _run_job(self, seconds, handled):
        """The nightly job, two customers at a time, with so many seconds to go on."""
        rate_chunk = type(self.policy)._rate_chunk

        def slowly(policy, _limit):
            handled.append(rate_chunk(policy, 2))
            return handled[-1]

        with (
            # without its commit
            patch(f"{POLICY}.retrying", lambda work, _env: work()),
            patch.object(type(self.policy), "_rate_chunk", slowly),
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", return_value=seconds
            ),
        ):
            self.env["crm.pool.policy"]._cron_rate_customers()

    def _figures(self, customer):
        value = self.env["crm.customer.value"].search(
            [("customer_id", "=", customer.id)]
        )
        return {part["code"]: part["figure"] for part in value.parts or ()}

    def test_figures_and_score(self):
        """G25: each part's figure; the explanation adds up to score and grade."""
        buyer, other, nobody = self._new_customers(3, "deal", self.agent_1)
        person = self.env["res.partner"].create(
            {"name": "Li Hua", "parent_id": buyer.partner_id.id}
        )
        self._sell(buyer, 100, days=10, quantity=4)
        self._sell(buyer, 200, days=73, partner=person)
        self._sell(buyer, 999, days=500)
        self._rating(buyer, 4)
        self._rating(buyer, 2, self.agent_2)
        other._privileged().referrer_id = person
        self._rate()
        self.assertEqual(
            self._figures(buyer),
            {
                "recency": 10,
                "frequency": 2,
                "amount": 600,
                "margin": 300,
                "satisfaction": 3,
                "referral": 1,
            },
        )
        # of 25, 20, 25, 15, 10, 5
        exact = 25 * 355 / 365 + 20 / 2 + 25 * 0.6 + 15 * 0.6 + 10 / 2 + 5 / 3
        self.assertEqual(buyer.value_score, round(exact))
        self.assertEqual(buyer.value_grade, "b")
        shares = (
            self.env["crm.customer.value"]
            .search([("customer_id", "=", buyer.id)])
            .parts
        )
        self.assertEqual(sum(part["share"] for part in shares), buyer.value_score)
        for unknown in (other, nobody):
            self.assertEqual((unknown.value_score, unknown.value_grade), (0, False))
            self.assertFalse(unknown.value_explanation)

    def test_cases(self):
        """G25, bad input: one order, refunds above all, a cost above the price."""
        cases = {
            "one order": (lambda c: self._sell(c), {"frequency": 1, "amount": 100}),
            "half refunded": (
                lambda c: (self._sell(c), self._refund(c, 50)),
                {"amount": 50, "margin": 20},
            ),
            "refunded, never ordered": (
                lambda c: self._refund(c, 80),
                {"amount": -80, "margin": -80, "recency": None, "frequency": 0},
            ),
            "sold below cost": (
                lambda c: self._sell(c, price=50),
                {"amount": 50, "margin": -10},
            ),
            "a dozen": (
                lambda c: self._sell_dozen(c, 1000),
                {"margin": 280},
            ),
            "rated only": (
                lambda c: self._rating(c, 5),
                {"satisfaction": 5, "frequency": 0},
            ),
            "cancelled order": (lambda c: self._sell(c)._action_cancel(), {}),
        }
        customers = self._new_customers(len(cases), "deal", self.agent_1)
        for customer, (make, _expected) in zip(customers, cases.values(), strict=True):
            make(customer)
        self.product.invalidate_recordset()
        self._rate()
        for customer, (name, case) in zip(customers, cases.items(), strict=True):
            with self.subTest(name):
                figures = self._figures(customer)
                self.assertEqual({c: figures[c] for c in case[1]}, case[1])
                self.assertTrue(0 <= customer.value_score <= 100)
                self.assertEqual(bool(customer.value_grade), bool(figures))

    def test_amounts_in_the_company_s_currency(self):
        """G25: other currencies are converted; without a rate they are left out."""
        foreign, unrated = self.env["res.currency"].create(
            [
                {"name": "XAA", "symbol": "a", "rounding": 0.01},
                {"name": "XBB", "symbol": "b", "rounding": 0.01},
            ]
        )
        self.env["res.currency.rate"].search(
            [("currency_id", "=", self.company.currency_id.id)]
        ).unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": foreign.id, "name": "2026-01-01", "rate": 4}
        )
        [customer] = self._new_customers(1, "deal", self.agent_1)
        for currency in (foreign, unrated):
            pricelist = self.env["product.pricelist"].create(
                {"name": currency.name, "currency_id": currency.id}
            )
            self._sell(customer, 400, pricelist_id=pricelist.id)
        self._rate()
        self.assertAlmostEqual(self._figures(customer)["amount"], 100)
        value = self.env["crm.customer.value"].search(
            [("customer_id", "=", customer.id)]
        )
        self.assertEqual(value.unconverted_count, 1)
        self.assertIn("text-warning", customer.value_explanation)

    def test_a_company_without_customers(self):
        """G25, bad input: nothing to rate, nor after exactly one full batch."""
        company = self.env["res.company"].create({"name": "Empty Works"})
        policy = self.env["crm.pool.policy"]._policy_for(company)
        policy.value_after = 0
        self.assertEqual(policy._rate_chunk(), 0)
        self.assertEqual(policy.value_after, -1)
        self._new_customers(2, "deal", self.agent_1)
        self.policy.value_after = 0
        count = self.env["crm.pool.customer"].search_count(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(self.policy._rate_chunk(count), count)
        self.assertGreater(self.policy.value_after, 0)
        self.assertEqual(self.policy._rate_chunk(count), 0)
        self.assertEqual(self.policy.value_after, -1)

    def test_companies_are_apart(self):
        """G25: what another company sold or heard does not count here."""
        other = self.env["res.company"].create({"name": "Other Works"})
        stranger = self._new_user("stranger", "user")
        stranger.write({"company_ids": other.ids, "company_id": other.id})
        [customer] = self._new_customers(1, "deal", self.agent_1)
        self._rating(customer, 5, stranger)
        self._rate()
        self.assertFalse(customer.value_grade)
        self._rating(customer, 4, self.agent_1)
        self._rate()
        self.assertEqual(self._figures(customer)["satisfaction"], 4)

    def test_archived_customers_keep_theirs(self):
        """G25, bad input: an archived customer is not rated, nor does it count."""
        customer, referred = self._new_customers(2, "deal", self.agent_1)
        referred._privileged().referrer_id = customer.partner_id
        self._rate()
        before = customer.value_score
        self.assertTrue(before)
        referred.with_user(self.manager).action_archive()
        self._rate()
        self.assertEqual((customer.value_score, customer.value_grade), (0, False))
        self.assertFalse(self._figures(customer))
        self.assertFalse(referred.value_score)

    def test_weights(self):
        """G25: weights and grades are the company's; a change rates all anew."""
        [customer] = self._new_customers(1, "deal", self.agent_1)
        self._sell(customer, 1000)
        self._rate()
        zero = dict.fromkeys(
            [name for name in self.policy._fields if name.startswith("value_weight_")],
            0,
        )
        with self.assertRaises(ValidationError):
            self.policy.write(zero)
        with self.assertRaises(ValidationError):
            self.policy.value_weight_amount = -1
        self.policy.write({**zero, "value_weight_amount": 7})
        self.assertEqual(self.policy.value_after, 0)
        self._rate()
        self.assertEqual((customer.value_score, customer.value_grade), (100, "a"))
        with Form(self.policy.with_user(self.manager)) as form:
            form.value_full_amount = 10_000
            form.value_least_d = 11
        self._rate()
        self.assertEqual((customer.value_score, customer.value_grade), (10, "e"))

    def test_stops_and_goes_on(self):
        """G25: in batches, each night once; stopped it goes on; twice is as once."""
        customers = self._new_customers(5, "deal", self.agent_1)
        for customer in customers:
            self._sell(customer)
        policies = self.env["crm.pool.policy"]
        self.policy.write({"recycle_hour": 10, "value_day": False, "value_after": -1})
        (policies.search([]) - self.policy).value_day = NOW.date()
        handled = []
        with freeze_time(NOW - timedelta(hours=1)):
            self._run_job(9.0, handled)
        self.assertFalse(handled)
        self._run_job(0, handled)
        self.assertEqual(len(handled), 1)
        rated = customers.filtered("value_grade")
        self.assertLess(len(rated), 5)
        self.assertGreaterEqual(self.policy.value_after, 0)
        self._run_job(9.0, handled)
        self.assertEqual(self.policy.value_after, -1)
        self.assertEqual(customers.filtered("value_grade"), customers)
        count = len(handled)
        self._run_job(9.0, handled)
        self.assertEqual(len(handled), count)
        scores = customers.mapped("value_score")
        self._rate()
        self.assertEqual(customers.mapped("value_score"), scores)

    def test_no_statement_for_each_customer(self):
        """G25: two customers or fifty are rated by the same number of statements."""
        counts = []
        for number in (2, 48):
            for customer in self._new_customers(number, "deal", self.agent_1):
                self._sell(customer)
            self.env.flush_all()
            self.policy.value_after = 0
            self._rate()
            self.policy.value_after = 0
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.policy._rate_chunk()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_nobody_writes_a_score(self):
        """G25: value and grade are refused by RPC, whoever asks."""
        [customer] = self._new_customers(1, "deal", self.agent_1)
        self._sell(customer)
        self._rate()
        value = self.env["crm.customer.value"].search(
            [("customer_id", "=", customer.id)]
        )
        for user in (self.agent_1, self.leader, self.manager):
            for vals in ({"value_score": 100}, {"value_grade": "a"}):
                with self.subTest(user=user.name), self.assertRaises(AccessError):
                    customer.with_user(user).write(vals)
                with self.assertRaises(AccessError):
                    self.env["crm.pool.customer"].with_user(user).create(
                        {"partner_id": self.seller.partner_id.id, **vals}
                    )
            with self.assertRaises(AccessError):
                value.with_user(user).parts = []
            with self.assertRaises(AccessError):
                value.with_user(user).unlink()
        with self.assertRaises(AccessError):
            self.policy.with_user(self.leader).action_rate_customers()

    def test_seen_with_the_customer(self):
        """G25: who sees the customer sees the value and why; nobody else does."""
        [customer] = self._new_customers(1, "deal", self.agent_1)
        self._sell(customer)
        self._rate()
        values = self.env["crm.customer.value"]
        domain = [("customer_id", "=", customer.id)]
        for user in (self.agent_1, self.leader, self.manager):
            self.assertTrue(values.with_user(user).search_count(domain))
            explanation = customer.with_user(user).value_explanation
            self.assertEqual(explanation.count("<tr>"), 8)
            partner = customer.partner_id.with_user(user)
            self.assertEqual(partner.pool_value_score, customer.value_score)
        for user in (self.agent_2, self.agent_3):
            self.assertFalse(values.with_user(user).search_count(domain))
            with self.assertRaises(AccessError):
                customer.with_user(user).read(["value_score", "value_explanation"])
        with self.assertRaises(AccessError):
            values.with_user(self.seller).search_count(domain)

    def test_explained_in_the_reader_s_language(self):
        """G25: the words of the explanation are the reader's."""
        [customer] = self._new_customers(1, "deal", self.agent_1)
        self._sell(customer)
        self._rate()
        english = customer.with_context(lang="en_US").value_explanation
        chinese = customer.with_context(lang="zh_CN").value_explanation
        self.assertNotEqual(english, chinese)

    def test_who_introduced_it(self):
        """G25: no customer introduces itself; a hidden contact cannot be named."""
        customer, hidden = self._new_customers(2, "deal", self.agent_1)
        person = self.env["res.partner"].create(
            {"name": "Li Hua", "parent_id": customer.partner_id.id}
        )
        with self.assertRaises(ValidationError):
            customer.with_user(self.agent_1).referrer_id = person
        [mine] = self._new_customers(1, "deal", self.agent_2)
        with self.assertRaises(AccessError):
            mine.with_user(self.agent_2).referrer_id = hidden.partner_id.id
        partner = hidden.partner_id.with_user(self.agent_1)
        partner.pool_referrer_id = person
        self.assertEqual(hidden.referrer_id, person)

    def test_order_of_work(self):
        """G25, P41: inside a stage the most valuable customer comes first."""
        self.registry_enter_test_mode()
        made = {}
        for owner, stage, score, days in (
            (self.agent_1, "potential", 20, 0),
            (self.agent_1, "potential", 70, 3),
            (self.agent_1, "potential", 70, 5),
            (self.agent_1, "opportunity", 10, 0),
            (None, "potential", 30, 9),
            (None, "potential", 90, 1),
        ):
            [customer] = self._new_customers(1, stage, owner)
            customer._privileged()._write_pool(
                {
                    "value_score": score,
                    "next_visit_date": NOW - timedelta(days=days),
                }
            )
            made[customer.id] = (bool(owner), stage, score, days)
        queue = self.env["crm.work.queue"].with_user(self.agent_1)
        found = [made[item["customer_id"]] for item in queue.get_queue()]
        own = [
            (True, "opportunity", 10, 0),
            (True, "potential", 70, 5),
            (True, "potential", 70, 3),
            (True, "potential", 20, 0),
        ]
        self.assertEqual(found, own)
        shared = [made[item["customer_id"]] for item in queue.get_queue("shared")]
        self.assertEqual(
            shared, [(False, "potential", 90, 1), (False, "potential", 30, 9)]
        )
        keys = []
        while (item := queue.next_work(keys))["kind"] == "work":
            keys.append(item["key"])
        walked = [made[int(key.split(",")[1])] for key in keys]
        self.assertEqual(walked, own + shared)

    def test_next_reads_the_index(self):
        """G25: "next" among many shared customers reads no more than it hands out."""
        [customer] = self._new_customers(1, "potential")
        self._multiply_customer(
            customer,
            5000,
            value_score="mod(n, 100)",
            next_visit_date="timestamp '2026-03-10' - interval '1 day' * mod(n, 7)",
        )
        self.env.cr.execute("ANALYZE crm_pool_customer")
        queue = self.env["crm.work.queue"].with_user(self.agent_1)
        main_line = self.env["crm.main.line"].with_user(self.agent_1)
        row = next(row for row in main_line._rows() if row.code == "potential")
        found = queue._due(row, "today", "shared", Domain.TRUE, 20)
        self.assertEqual(found.mapped("value_score"), [99] * 20)
        query = (
            self.env["crm.pool.customer"]
            .with_user(self.agent_1)
            ._search(
                main_line._tile_domain(row, "today", "shared", main_line._today())
                & Domain("owner_id", "=", False),
                order="value_score desc, next_visit_date, id",
                limit=20,
            )
        )
        self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertIn("crm_pool_customer_value_idx", plan)
        self.assertNotIn("Sort", plan)
