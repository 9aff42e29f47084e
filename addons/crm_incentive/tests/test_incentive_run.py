from datetime import date
from decimal import Decimal

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import IncentiveCommon


def day(month, number):
    return date(2026, month, number)


@tagged("post_install", "-at_install")
class TestIncentiveRun(IncentiveCommon):
    """I4, I7, I8, I9: from posted documents to statements, by the agreed cases."""

    def _entries(self, month, participant=None):
        return self._statement(month, participant).entry_ids.sorted(
            lambda e: (e.date, e.id)
        )

    def test_i9_clawback_by_recalculation(self):
        self._plan(self._measure(), self._table())
        first = self._invoice(day(1, 5), 6000)
        self._invoice(day(1, 20), 8000)
        self._refund(first, day(2, 3), 5000)
        self._invoice(day(2, 10), 3000)
        self._invoice(day(3, 10), 4000)
        self._run(3)
        figures = [
            (s.opening, s.earned, s.payable, s.closing)
            for s in (self._statement(month) for month in (1, 2, 3))
        ]
        self.assertEqual(
            figures,
            [(0, 820, 820, 0), (0, -160, 0, -160), (-160, 320, 160, 0)],
        )
        self.assertFalse(self._statement(2, self.other_participant).earned)
        self._assert_unchanged(self._run(3))

    def test_i7_late_document_is_an_adjustment(self):
        self._plan(self._measure(), self._table())
        self._invoice(day(1, 5), 6000)
        self._invoice(day(1, 20), 8000)
        self._run(1)
        posted = self._post_statements(1).filtered("earned")
        self._period(1).action_close()
        before = posted.read()
        entries = posted.entry_ids.read()
        self._invoice(day(1, 28), 1000)
        self._invoice(day(2, 10), 2000)
        self._run(2)
        statement = self._statement(2)
        self.assertEqual((statement.adjustments, statement.earned), (80, 160))
        self.assertEqual(statement.payable, 240)
        lines = statement.line_ids.sorted("amount")
        self.assertEqual(lines.mapped("amount"), [80, 160])
        self.assertEqual(lines[0].origin_period_id, self._period(1))
        self.assertEqual(posted.read(), before)
        self.assertEqual(posted.entry_ids.read(), entries)
        self._assert_unchanged(self._run(2))

    def test_i7_a_cancelled_invoice_of_a_posted_period_is_taken_back(self):
        self._plan(self._measure(), self._table())
        invoice = self._invoice(day(1, 5), 6000)
        self._invoice(day(1, 20), 8000)
        self._run(1)
        self._post_statements(1)
        invoice.button_draft()
        invoice.button_cancel()
        self._run(2)
        statement = self._statement(2)
        self.assertEqual(statement.adjustments, 400 - 820)
        self.assertEqual(statement.closing, -420)
        self._assert_unchanged(self._run(2))

    def test_i7_draft_statements_follow_their_documents(self):
        self._plan(self._measure(), self._table())
        invoice = self._invoice(day(1, 5), 6000)
        self._invoice(day(1, 20), 8000)
        self._run(1)
        kept = self._entries(1).ids
        invoice.button_draft()
        invoice.button_cancel()
        run = self._run(1)
        self.assertEqual(self._statement(1).earned, 400)
        self.assertEqual((run.credits_reversed, run.entries_reversed), (1, 2))
        self.assertEqual(run.line_ids.mapped("difference"), [-420])
        everything = self.env["crm.incentive.entry"].search(
            [("participant_id", "=", self.participant.id)]
        )
        self.assertLess(set(kept), set(everything.ids))
        self.assertEqual(sum(everything.mapped("amount")), 400)

    def test_i4_retroactive_running_total(self):
        tiers = ((0, 1), (1000, 2), (3000, 3), (8000, 5))
        self._plan(self._measure(), self._table(tiers), mode="retroactive")
        for number, amount in enumerate((200, 300, 1500, 1200, 2000, 4500), 1):
            self._invoice(day(1, number), amount)
        self._run(1)
        self.assertEqual(self._entries(1).mapped("amount"), [2, 3, 35, 56, 60, 329])
        self.assertEqual(self._statement(1).earned, 485)

    def test_i4_marginal_per_deal(self):
        tiers = ((0, 1), (1000, 2), (3000, 3), (8000, 5))
        self._plan(self._measure(), self._table(tiers), scope="transaction")
        self._invoice(day(1, 1), 200)
        self._invoice(day(1, 2), 1000, 500)  # one deal of 1500, not two lines
        late = self._invoice(day(1, 3), 4500)
        self._run(1)
        self.assertEqual(self._statement(1).earned, 2 + 20 + 95)
        self._refund(late, day(2, 3), 1500)
        self._run(2)
        self.assertEqual(self._statement(2).earned, -45)

    def test_i4_interpolated_per_deal(self):
        tiers = ((0, 10), (1000, 40), (3000, 100), (8000, 2000))
        self._plan(
            self._measure(),
            self._table(tiers, 20000),
            mode="interpolated",
            scope="transaction",
        )
        for number, amount in enumerate((200, 300, 1500, 1200, 2000, 4500), 1):
            self._invoice(day(1, number), amount)
        self._run(1)
        self.assertEqual(self._entries(1).mapped("amount"), [2, 3, 20, 14, 30, 80])

    def test_i4_cents_are_rounded_once_per_period(self):
        self._plan(self._measure(), self._table(((0, 5),)), accumulation="month")
        for number in range(1, 4):
            self._invoice(day(1, number), 10.1)
        self._run(1)
        # 3 * 0.505 = 1.515; each line alone would be rounded to 0.51
        self.assertEqual(self._statement(1).earned, 1.52)
        self.assertEqual(sum(self._entries(1).mapped("amount")), 1.52)

    def test_i5_shares_overlay_and_house(self):
        fixed = Command.create(
            {"receiver": "fixed", "participant_id": self.other_participant.id}
            | {"share": "1/3", "sequence": 2}
        )
        overlay = Command.create(
            {"receiver": "fixed", "participant_id": self.other_participant.id}
            | {"share": "100", "kind": "overlay", "sequence": 3}
        )
        seller = Command.create(
            {"receiver": "salesperson", "share": "1/3", "sequence": 1}
        )
        house = Command.create({"receiver": "house", "share": "1/3", "sequence": 4})
        measure = self._measure(rule_ids=[seller, fixed, overlay, house])
        self._plan(measure, self._table(((0, 6),)))
        self._invoice(day(1, 5), 1000)
        stranger = self._user("incentive_stranger", "base.group_user")
        self._invoice(day(1, 6), 100, user=stranger)
        run = self._run(1)
        credits = self.env["crm.incentive.credit"].search(
            [("measure_id", "=", measure.id)]
        )
        found = sorted(
            (c.date.day, c.participant_id.kind, c.kind, c.amount) for c in credits
        )
        self.assertEqual(
            found,
            [
                (5, "house", "direct", 333.33),
                (5, "representative", "direct", 333.33),
                (5, "representative", "direct", 333.34),
                (5, "representative", "overlay", 1000.0),
                (6, "house", "direct", 33.33),
                (6, "house", "direct", 33.34),
                (6, "representative", "direct", 33.33),
                (6, "representative", "overlay", 100.0),
            ],
        )
        self.assertIn("house", run.note)
        self.assertEqual(self._statement(1).earned, 20)

    def test_i5_the_customers_owner_when_first_credited(self):
        row = self.env["crm.pool.customer"].create({"partner_id": self.partner_a.id})
        self.env.cr.execute(
            "UPDATE crm_pool_customer SET owner_id = %s, access = 'personal'"
            " WHERE id = %s",
            [self.other_rep.id, row.id],
        )
        measure = self._measure(
            rule_ids=[Command.create({"receiver": "owner", "share": "100"})]
        )
        self._plan(measure, self._table())
        invoice = self._invoice(day(1, 5), 1000)
        self._run(1)
        self.env.cr.execute(
            "UPDATE crm_pool_customer SET owner_id = %s WHERE id = %s",
            [self.rep.id, row.id],
        )
        self._refund(invoice, day(1, 9), 400)
        run = self._run(1)
        self.assertEqual(run.credits_reversed, 0)
        self.assertEqual(self._statement(1, self.other_participant).earned, 30)
        self.assertEqual(self._statement(1).earned, 0)

    def test_i6_converted_at_the_rate_of_the_date(self):
        currency = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 0.5), ("2026-01-15", 0.8)]
        )
        self._plan(self._measure(), self._table(((0, 10),)))
        self._invoice(day(1, 10), 100, currency=currency)
        self._invoice(day(1, 15), 100, currency=currency)
        self._run(1)
        entries = self._entries(1)
        self.assertEqual(entries.mapped("base_amount"), [200, 125])
        self.assertEqual(entries.mapped("exchange_rate"), [2, 1.25])
        self.assertEqual(self._statement(1).earned, 32.5)

    def test_i6_a_currency_without_rate_is_named(self):
        currency = self.setup_other_currency("EUR", rates=[("2026-01-15", 0.8)])
        self._plan(self._measure(), self._table())
        self._invoice(day(1, 10), 100, currency=currency)
        run = self._run(1)
        self.assertIn("EUR", run.note)
        self.assertEqual(self._statement(1).earned, 0)

    def test_i2_confirmed_orders(self):
        measure = self._measure("order")
        self._plan(measure, self._table())
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner_a.id,
                "user_id": self.rep.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product_a.id,
                            "product_uom_qty": 2,
                            "price_unit": 100,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        order.date_order = "2026-01-10 02:00:00"
        self._run(1)
        self.assertEqual(self._statement(1).earned, 10)
        order._action_cancel()
        self._run(1)
        self.assertEqual(self._statement(1).earned, 0)

    def test_i2_a_domain_chooses_lines(self):
        measure = self._measure(domain=f"[('product_id', '!=', {self.product_a.id})]")
        self._plan(measure, self._table())
        self._invoice(day(1, 5), 1000)
        run = self._run(1)
        self.assertEqual(run.credits_added, 0)
        self.assertIn("no document counts", run.note)

    def test_i1_a_new_version_pays_from_its_date(self):
        plan = self._plan(self._measure(), self._table(((0, 5),)))
        self._invoice(day(1, 5), 1000)
        self._run(1)
        self._post_statements(1)
        version = plan.version_ids.copy({"date_from": day(2, 1)})
        version.component_ids.rate_table_id = self._table(((0, 6),))
        version.action_approve()
        self._invoice(day(1, 6), 1000)
        self._invoice(day(2, 6), 1000)
        self._run(2)
        statement = self._statement(2)
        self.assertEqual((statement.adjustments, statement.earned), (50, 60))
        late = plan.version_ids[0].copy({"date_from": day(1, 15)})
        with self.assertRaises(UserError):
            late.action_approve()

    def test_i7_preview_writes_nothing(self):
        self._plan(self._measure(), self._table())
        self._invoice(day(1, 5), 1000)
        run = self.env["crm.incentive.run"].create({"period_id": self._period(1).id})
        run.action_preview()
        self.assertEqual(run.state, "previewed")
        self.assertEqual(run.line_ids.mapped("after"), [50])
        self.assertEqual((run.credits_added, run.entries_added), (1, 1))
        for model in ("credit", "entry", "statement"):
            self.assertFalse(self.env[f"crm.incentive.{model}"].search([]), model)
        run.action_run()
        self.assertEqual(run.line_ids.mapped("after"), [50])
        with self.assertRaises(UserError):
            run.action_run()

    def test_i7_one_statement_in_review_does_not_hold_the_others(self):
        self._plan(self._measure(), self._table())
        self._invoice(day(1, 5), 1000)
        self._run(1)
        self._statement(1).with_user(self.planner).action_submit()
        self._invoice(day(1, 6), 1000)
        self._invoice(day(1, 7), 1000, user=self.other_rep)
        run = self._run(1)
        self.assertIn("wait", run.note)
        self.assertEqual(self._statement(1).earned, 50)
        self.assertEqual(self._statement(1, self.other_participant).earned, 50)
        self._run(2)
        self.assertEqual(self._statement(2).adjustments, 50)
        self._statement(1).with_user(self.planner).action_reset()
        self._run(1)
        self.assertEqual(self._statement(1).earned, 100)
        self.assertEqual(self._statement(2).adjustments, 0)

    def test_i7_a_period_without_plan_says_so(self):
        run = self._run(1)
        self.assertIn("No approved plan", run.note)

    def test_i7_slices_explain_each_entry(self):
        self._plan(self._measure(), self._table())
        self._invoice(day(1, 5), 14000)
        self._run(1)
        entry = self._entries(1)
        parts = [(s["base"], s["value"], s["amount"]) for s in entry.slices]
        self.assertEqual(
            [tuple(map(Decimal, part)) for part in parts],
            [(10000, 5, 500), (4000, 8, 320)],
        )
        self.assertIn("8", entry.slices_text)
        self.assertEqual(entry.credit_id.res_model, "account.move.line")
