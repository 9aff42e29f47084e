import base64
import io
from datetime import date

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import IncentiveCommon


@tagged("post_install", "-at_install")
class TestIncentivePayout(IncentiveCommon):
    """I8: a posted statement becomes a vendor bill or a line of a payroll file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._plan(cls._measure(), cls._table())
        cls.other_participant.payout = "bill"
        cls._invoice(date(2026, 1, 5), 14000)
        cls._invoice(date(2026, 1, 6), 1000, user=cls.other_rep)
        cls._run(1)
        cls.statement = cls._statement(1)
        cls.billed = cls._statement(1, cls.other_participant)
        cls.planner.group_ids += cls.env.ref("account.group_account_invoice")

    def _pay_out(self, statements):
        statements.with_user(self.planner).action_pay()
        self.env.invalidate_all()

    def test_i8_a_bill_and_what_becomes_of_it(self):
        self._post_statements(1)
        self.assertEqual(self.billed.payout_state, "open")
        self._pay_out(self.billed)
        bill = self.billed.payout_ids.move_id
        self.assertEqual(
            (bill.move_type, bill.partner_id, bill.amount_total, bill.state),
            ("in_invoice", self.other_rep.partner_id, 50, "draft"),
        )
        self.assertEqual(self.billed.payout_state, "billed")
        with self.assertRaises(UserError):
            self._pay_out(self.billed)
        bill.invoice_line_ids.account_id = self.company_data["default_account_expense"]
        bill.action_post()
        self._pay(bill, date(2026, 2, 1))
        self.env.invalidate_all()
        self.assertEqual(self.billed.payout_state, "paid")

    def test_i8_a_cancelled_bill_opens_the_statement_again(self):
        self._post_statements(1)
        self._pay_out(self.billed)
        self.billed.payout_ids.move_id.button_cancel()
        self.env.invalidate_all()
        self.assertEqual(self.billed.payout_state, "open")
        self._pay_out(self.billed)
        self.assertEqual(self.billed.payout_ids.mapped("attempt"), [2, 1])
        self.assertEqual(self.billed.payout_state, "billed")
        self.billed.payout_ids[0].move_id.unlink()
        self.env.invalidate_all()
        self.assertEqual(self.billed.payout_state, "open")

    def test_i8_the_payroll_file(self):
        self._post_statements(1)
        self._pay_out(self.statement + self.billed)
        payroll = self.statement.payout_ids.payroll_id
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(payroll.file)))
        rows = list(book.worksheets[0].values)
        self.assertEqual(len(rows), 2)
        self.assertEqual(rows[1][0], self.participant.name)
        self.assertEqual(rows[1][4], 820)
        self.assertEqual(self.statement.payout_state, "payroll")
        with self.assertRaises(UserError):
            self._pay_out(self.statement)

    def test_i8_only_what_is_posted_and_due(self):
        with self.assertRaises(UserError):
            self._pay_out(self.statement)
        self._post_statements(1)
        self._run(2)
        self._post_statements(2)
        with self.assertRaises(UserError):
            self._pay_out(self._statement(2))

    def test_i8_who_may_pay(self):
        self._post_statements(1)
        for user in (self.rep, self.approver):
            with self.assertRaises(AccessError):
                self.statement.with_user(user).action_pay()
        self.planner.group_ids -= self.env.ref("account.group_account_invoice")
        with self.assertRaises(AccessError):
            self.billed.with_user(self.planner).action_pay()
        for model in ("payout", "payroll"):
            records = self.env[f"crm.incentive.{model}"]
            with self.assertRaises(AccessError):
                records.with_user(self.rep).search([])
            self.assertFalse(records.with_user(self.planner).has_access("write"))
            self.assertFalse(records.with_user(self.planner).has_access("create"))
