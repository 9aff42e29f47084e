from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_incentive_formula import FormulaCommon

EXAMPLES = settings(
    max_examples=4,
    phases=[Phase.generate],  # shrinking would take minutes of a real database
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
numbers = st.integers(0, 5)
amounts = st.integers(1, 8000)
months = st.integers(1, 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("invoice"), months, amounts, st.booleans()),
        st.tuples(st.just("invoice"), months, amounts, st.booleans()),
        st.tuples(st.just("order"), months, amounts),
        st.tuples(st.just("refund"), numbers, st.integers(1, 100)),
        st.tuples(st.just("pay"), numbers, st.integers(1, 100)),
        st.tuples(st.just("unpay"), numbers),
        st.tuples(st.just("cancel"), numbers),
        st.tuples(st.just("reassign"), numbers),
        st.tuples(st.just("version"), months, st.integers(1, 9)),
        st.tuples(st.just("quota"), amounts),
        st.tuples(st.just("state"), months),
        st.tuples(st.just("adjust"), months, amounts),
        st.tuples(st.just("follow"), months),
    ),
    min_size=6,
    max_size=11,
)


@tagged("post_install", "-at_install")
class TestIncentiveSequence(FormulaCommon):
    """I7, I9: whatever happens, incremental runs give what a full run gives."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure.clawback_days = 45
        cls.measure.rule_ids = [
            Command.create(
                {
                    "receiver": "fixed",
                    "participant_id": cls.other_participant.id,
                    "kind": "overlay",
                    "share": "5",
                    "condition": "deal > 3000 and lines > 1",
                }
            )
        ]
        cls.plan = cls._plan(cls.measure, cls._table())
        cls._plan(
            cls._measure("payment"), cls._table(((0, 2), (3000, 3))), mode="retroactive"
        )
        cls._plan(
            cls._measure("order"),
            cls._table(((0, 1), (2000, 4))),
            scope="transaction",
            people=cls.participant,
        )
        text = "sold * 0.01 * attainment(sold)"
        cls._formula_plan(cls._formula("reached", text), "quarter")

    @EXAMPLES
    @given(STEPS)
    def test_i7_full_equals_incremental(self, steps):
        with self.env.cr.savepoint() as savepoint:
            self.invoices, self.payments = [], []
            self._run(3)
            for name, *values in steps:
                getattr(self, f"_do_{name}")(*values)
            self._do_follow(3)
            self._assert_unchanged(self._run(3))
            for plan in self.env["crm.incentive.plan"].search([]):
                self.assertEqual(
                    self.env["crm.incentive.aggregate"]._differences(plan), []
                )
            self._assert_traced()
            savepoint.rollback()
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    def _assert_traced(self):
        """Statements sum to the ledger; each entry tells its source and version."""
        for statement in self.env["crm.incentive.statement"].search([]):
            entries = self.env["crm.incentive.entry"].search(
                [("statement_id", "=", statement.id)]
            )
            total = sum(Decimal(str(entry.amount)) for entry in entries)
            stated = Decimal(str(statement.earned)) + Decimal(
                str(statement.adjustments)
            )
            self.assertEqual(round(total, 2), round(stated, 2))
            for entry in entries:
                self.assertTrue(entry.version_id and entry.exchange_rate)
                self.assertTrue(entry.credit_id.res_id or entry.formula_version_id)
            self._assert_explained(entries.filtered("credit_id"))

    def _assert_explained(self, entries):
        """The slices told on reading sum up to what was written."""
        for entry in entries.filtered(lambda each: not each.reversal_of_id):
            told = sum(Decimal(part["amount"]) for part in entry.slices)
            self.assertAlmostEqual(told, Decimal(str(entry.amount_exact)), 9)

    def _pick(self, number):
        return self.invoices[number % len(self.invoices)] if self.invoices else None

    def _do_invoice(self, month, amount, is_mine):
        user = self.rep if is_mine else self.other_rep
        self.invoices.append(
            self._invoice(date(2026, month, 10), amount, amount / 3, user=user)
        )

    def _do_order(self, month, amount):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner_a.id,
                "user_id": self.rep.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.product_a.id, "price_unit": amount}
                    )
                ],
            }
        )
        order.action_confirm()
        order.date_order = f"2026-0{month}-12 02:00:00"
        if amount % 3 == 0:
            order._action_cancel()

    def _do_refund(self, number, percent):
        invoice = self._pick(number)
        if invoice and invoice.state == "posted":
            parts = [line.price_unit * percent / 100 for line in self._lines(invoice)]
            self._refund(invoice, date(2026, 1 + number % 3, 25), *parts)

    def _lines(self, invoice):
        return invoice.invoice_line_ids.filtered(lambda x: x.display_type == "product")

    def _do_pay(self, number, percent):
        invoice = self._pick(number)
        if invoice and invoice.state == "posted" and invoice.amount_residual > 1:
            amount = round(invoice.amount_residual * percent / 100, 2) or 1
            day = date(2026, 1 + number % 3, 20)
            self.payments.append(self._pay(invoice, day, amount))

    def _do_unpay(self, number):
        if self.payments:
            payment = self.payments.pop(number % len(self.payments))
            payment.action_draft()
            payment.action_cancel()

    def _do_cancel(self, number):
        invoice = self._pick(number)
        if invoice and invoice.state == "posted":
            invoice.button_draft()
            invoice.button_cancel()

    def _do_reassign(self, number):
        invoice = self._pick(number)
        if invoice:
            others = {self.rep: self.other_rep, self.other_rep: self.rep}
            invoice.invoice_user_id = others[invoice.invoice_user_id]

    def _do_version(self, month, rate):
        version = self.plan.version_ids[0].copy({"date_from": date(2026, month, 15)})
        version.component_ids.rate_table_id = self._table(((0, rate), (4000, 9)))
        known = self.plan.version_ids - version
        if version.date_from in known.mapped("date_from"):
            return
        try:
            with self.env.cr.savepoint():
                version.action_approve()
        except UserError:
            # reaches back into what is stated: refused, as it should be
            self.env.invalidate_all()

    def _do_quota(self, amount):
        quotas = self.env["crm.incentive.quota"]
        mine = quotas.search([("participant_id", "=", self.participant.id)])
        mine.unlink()
        quotas.create(
            {
                "participant_id": self.participant.id,
                "measure_id": self.measure.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 3, 31),
                "amount": amount,
            }
        )

    def _do_state(self, month):
        """The person's statement moves on, or comes back where that may be."""
        statement = self._statement(month).with_user(self.planner)
        if not statement:
            return
        steps = {"draft": statement.action_submit, "review": statement.action_reset}
        try:
            with self.env.cr.savepoint():
                steps[statement.state]()
        except UserError:
            # an earlier one is still a draft, or a later one is not
            self.env.invalidate_all()

    def _do_adjust(self, month, amount):
        adjustment = (
            self.env["crm.incentive.adjustment"]
            .with_user(self.planner)
            .create(
                {
                    "participant_id": self.participant.id,
                    "period_id": self._period(month).id,
                    "amount": amount,
                    "reason": "Agreed",
                }
            )
        )
        adjustment.with_user(self.approver).action_approve()

    def _do_follow(self, month):
        run = (
            self.env["crm.incentive.run"]
            .with_user(self.planner)
            .create({"period_id": self._period(month).id, "scope": "incremental"})
        )
        run.action_run()
