from datetime import date
from decimal import Decimal
from random import Random

from odoo.tests import tagged

from ..rating import RateTable, Tier, earning, rounding
from .common import IncentiveCommon

MODES = (
    ("marginal", "running", None),
    ("retroactive", "running", None),
    ("marginal", "transaction", None),
    ("interpolated", "running", 30000),
)


@tagged("post_install", "-at_install")
class TestIncentiveLedger(IncentiveCommon):
    """I4, I7: what SQL writes is what the pure package says, for any documents."""

    def _pure(self, table, mode, scope, amounts):
        tiers = RateTable(
            tuple(
                Tier(Decimal(str(t.lower_bound)), Decimal(str(t.value)))
                for t in table.tier_ids.sorted("lower_bound")
            ),
            Decimal(str(table.end_bound)) if table.end_bound else None,
        )
        credits = [Decimal(str(a)) for a in amounts]
        function = earning.running if scope == "running" else earning.per_transaction
        return function(tiers, mode, credits)

    def test_i4_sql_agrees_with_the_pure_package(self):
        random = Random(7)
        amounts = [round(random.uniform(1, 9000), 2) for _n in range(8)]
        for number, amount in enumerate(amounts, 1):
            self._invoice(date(2026, 1, number), amount)
        self._refund(self._invoice(date(2026, 1, 20), 12000), date(2026, 1, 21))
        amounts += [12000, -12000]
        plans = []
        for mode, scope, end in MODES:
            tiers = [(0, 3.125), (1000, 4.5), (7777.77, 6.25), (20000, 9)]
            table = self._table(tiers, end)
            plan = self._plan(
                self._measure(), table, people=self.participant, mode=mode, scope=scope
            )
            plans.append((plan, table, mode, scope))
        self._run(1)
        for plan, table, mode, scope in plans:
            with self.subTest(mode=mode, scope=scope):
                entries = self._statement(1).entry_ids.filtered(
                    lambda e, plan=plan: e.plan_id == plan
                )
                entries = entries.sorted(lambda e: (e.date, e.id))
                if scope == "transaction":  # a refund is part of its deal: both leave
                    lines = self._pure(table, mode, scope, amounts[:-2])
                    self.assertAlmostEqual(
                        sum(entries.mapped("amount")),
                        float(sum(line.amount for line in lines)),
                        9,
                    )
                    continue
                lines = self._pure(table, mode, scope, amounts)
                self.assertEqual(
                    [rounding.round_money(Decimal(str(e.amount))) for e in entries],
                    [line.amount for line in lines],
                )
        self._assert_unchanged(self._run(1))

    def test_i7_any_sequence_ends_in_the_same_sums(self):
        """Runs in between, late documents, refunds, cancellations change no total."""
        random = Random(11)
        self._plan(self._measure(), self._table(), accumulation="year")
        self._play(random)
        self._run(4)
        statements = self.env["crm.incentive.statement"].search(
            [("participant_id", "=", self.participant.id)], order="period_id"
        )
        lines = self.env["account.move.line"].search(
            [
                ("move_id.invoice_user_id", "in", (self.rep + self.other_rep).ids),
                ("parent_state", "=", "posted"),
                ("display_type", "=", "product"),
                ("move_id.move_type", "in", ("out_invoice", "out_refund")),
            ]
        )
        total = -sum(Decimal(str(line.amount_currency)) for line in lines)
        tiers = ((0, 5), (10000, 8))
        table = RateTable(tuple(Tier(Decimal(b), Decimal(r)) for b, r in tiers))
        paid = sum(Decimal(str(s.payable)) for s in statements)
        closing = statements.sorted(lambda s: s.period_id.date_from)[-1].closing
        earned = rounding.round_money(table.marginal(total))
        self.assertEqual(rounding.round_money(paid + Decimal(str(closing))), earned)
        entries = self.env["crm.incentive.entry"].search([])
        ledger = sum(Decimal(str(entry.amount)) for entry in entries)
        self.assertEqual(rounding.round_money(ledger), earned)
        self._assert_unchanged(self._run(4))

    def _play(self, random):
        """Fourteen random documents over four months, with runs and postings."""
        documents = []
        for step in range(14):
            month = min(1 + step // 4, 4)
            kind = random.choice(["invoice", "invoice", "late", "refund", "cancel"])
            if kind in ("invoice", "late") or not documents:
                day = date(2026, 1 if kind == "late" else month, random.randint(1, 28))
                documents.append(self._invoice(day, round(random.uniform(10, 6000), 2)))
            elif kind == "refund":
                self._refund(random.choice(documents), date(2026, month, 28))
            else:
                document = documents.pop(random.randrange(len(documents)))
                if not document.reversal_move_ids:
                    document.button_draft()
                    document.button_cancel()
            if step % 2:
                self._run(month)
            if step in (5, 9):
                self._run(month)
                self._post_statements_until(month)

    def _post_statements_until(self, month):
        for number in range(1, month + 1):
            drafts = self.env["crm.incentive.statement"].search(
                [("period_id", "=", self._period(number).id), ("state", "=", "draft")]
            )
            drafts.with_user(self.planner).action_submit()
            drafts.with_user(self.approver).action_approve()
            drafts.with_user(self.planner).action_post()

    def test_i7_one_person_alone_gets_the_same(self):
        self._plan(self._measure(), self._table())
        self._invoice(date(2026, 1, 5), 12345.67)
        self._invoice(date(2026, 1, 6), 2000, user=self.other_rep)
        self._run(1)
        both = self._statement(1).earned
        alone = self._plan(self._measure(), self._table(), people=self.participant)
        self._run(1)
        entries = self._statement(1).entry_ids.filtered(lambda e: e.plan_id == alone)
        self.assertEqual(sum(entries.mapped("amount")), both)
