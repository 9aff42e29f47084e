from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import IncentiveCommon


@tagged("post_install", "-at_install")
class TestIncentiveAccrual(IncentiveCommon):
    """I8: what is earned and not paid at a period's end is accrued and reversed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._plan(cls._measure(), cls._table())
        cls._invoice(date(2026, 1, 5), 14000)
        cls._run(1)
        cls.planner.group_ids += cls.env.ref("account.group_account_user")

    def _accrual(self, month=1, user=None):
        return (
            self.env["crm.incentive.accrual"]
            .with_user(user or self.planner)
            .create(
                {
                    "period_id": self._period(month).id,
                    "journal_id": self.company_data["default_journal_misc"].id,
                    "expense_account_id": self.company_data[
                        "default_account_expense"
                    ].id,
                    "liability_account_id": self.env["account.account"]
                    .search([("account_type", "=", "liability_current")], limit=1)
                    .id,
                }
            )
        )

    def test_i8_an_entry_and_its_reversal_the_next_day(self):
        accrual = self._accrual()
        self.assertEqual(accrual.amount, 820)
        accrual.action_accrue()
        move = self._period(1).accrual_move_id
        moves = self.env["account.move"]
        reversal = moves.search([("reversed_entry_id", "=", move.id)])
        self.assertEqual(move.date, date(2026, 1, 31))
        self.assertEqual(reversal.date, date(2026, 2, 1))
        for entry, sign in ((move, 1), (reversal, -1)):
            balances = dict(
                zip(
                    entry.line_ids.account_id.mapped("account_type"),
                    entry.line_ids.mapped("balance"),
                    strict=True,
                )
            )
            self.assertEqual(balances["expense"], 820 * sign)
            self.assertEqual(balances["liability_current"], -820 * sign)
            self.assertEqual(entry.state, "draft")

    def test_i8_a_period_is_accrued_once(self):
        self._accrual().action_accrue()
        with self.assertRaisesRegex(UserError, "cancel that entry"):
            self._accrual().action_accrue()
        self._period(1).accrual_move_id.button_cancel()
        self._accrual().action_accrue()

    def test_i8_what_is_paid_or_not_owed_is_not_accrued(self):
        self._post_statements(1)
        self._statement(1).with_user(self.planner).action_pay()
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "Nothing is owed"):
            self._accrual().action_accrue()
