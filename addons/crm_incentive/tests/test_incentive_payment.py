from datetime import date

from odoo.tests import tagged

from .common import IncentiveCommon


@tagged("post_install", "-at_install")
class TestIncentivePayment(IncentiveCommon):
    """I9: payments received earn as they come, and close exactly."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls._measure("payment")
        cls._plan(cls.measure, cls._table(((0, 10),)), accumulation="month")

    def _credits(self):
        return self.env["crm.incentive.credit"].search(
            [("measure_id", "=", self.measure.id)], order="date, id"
        )

    def test_i9_an_unpaid_invoice_earns_nothing(self):
        self._invoice(date(2026, 1, 5), 1000)
        run = self._run(1)
        self.assertEqual(self._statement(1).earned, 0)
        self.assertIn("no document counts", run.note)

    def test_i9_partial_payments_close_exactly(self):
        invoice = self._invoice(date(2026, 1, 5), 10, 20, tax=True)
        third = round(invoice.amount_total / 3, 2)
        self._pay(invoice, date(2026, 1, 10), third)
        self._pay(invoice, date(2026, 2, 10), third)
        self._pay(invoice, date(2026, 3, 10))
        self.assertFalse(invoice.amount_residual)
        self._run(3)
        credits = self._credits()
        self.assertEqual(len(credits), 6)
        for line in invoice.invoice_line_ids:
            parts = credits.filtered(lambda c, line=line: c.res_id == line.id)
            self.assertAlmostEqual(sum(parts.mapped("amount")), line.price_subtotal, 9)
        self.assertEqual(
            [self._statement(month).earned for month in (1, 2, 3)], [1, 1, 1]
        )
        self._assert_unchanged(self._run(3))

    def test_i9_a_credit_note_counts_on_its_own_date(self):
        invoice = self._invoice(date(2026, 1, 5), 1000)
        self._pay(invoice, date(2026, 1, 10))
        self._refund(invoice, date(2026, 2, 3), 300)
        self._run(2)
        self.assertEqual(self._statement(1).earned, 100)
        self.assertEqual(self._statement(2).earned, -30)
        self.assertEqual(self._statement(2, self.other_participant).earned, 0)

    def test_i9_a_credit_note_instead_of_payment_nets_out(self):
        invoice = self._invoice(date(2026, 1, 5), 1000)
        refund = self._refund(invoice, date(2026, 1, 8), 300)
        lines = (invoice + refund).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.reconcile()
        self._pay(invoice, date(2026, 1, 10))
        self._run(1)
        self.assertEqual(self._statement(1).earned, 70)

    def test_i9_a_payment_undone_is_taken_back(self):
        invoice = self._invoice(date(2026, 1, 5), 1000)
        self._pay(invoice, date(2026, 1, 10))
        self._run(1)
        self.assertEqual(self._statement(1).earned, 100)
        invoice.line_ids.remove_move_reconcile()
        self._run(1)
        self.assertEqual(self._statement(1).earned, 0)

    def test_i9_payments_without_entry_count(self):
        # as where bank statements are reconciled: payments wait without an entry
        self.patch(
            self.env.registry["account.move"],
            "_get_invoice_in_payment_state",
            lambda move: "in_payment",
        )
        journal = self.company_data["default_journal_bank"]
        journal.inbound_payment_method_line_ids.payment_account_id = False
        invoices = self._invoice(date(2026, 1, 5), 100) + self._invoice(
            date(2026, 1, 6), 50
        )
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create(
                {
                    "payment_date": date(2026, 1, 10),
                    "journal_id": journal.id,
                    "group_payment": True,
                    "amount": 120,
                }
            )
        )
        payment = wizard._create_payments()
        self.assertFalse(payment.move_id)
        self._run(1)
        self.assertEqual(self._credits().mapped("amount"), [100, 20])
