from datetime import date

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import IncentiveCommon


class DrawCommon(IncentiveCommon):
    @classmethod
    def _draw(cls, **values):
        return cls.env["crm.incentive.draw"].create(
            {
                "participant_id": cls.participant.id,
                "currency_id": cls.company.currency_id.id,
                "date_from": date(2026, 1, 1),
                **values,
            }
        )

    @classmethod
    def _adjust(cls, amount, month, **values):
        return (
            cls.env["crm.incentive.adjustment"]
            .with_user(cls.planner)
            .create(
                {
                    "participant_id": cls.participant.id,
                    "period_id": cls._period(month).id,
                    "currency_id": cls.company.currency_id.id,
                    "amount": amount,
                    "reason": "Agreed",
                    **values,
                }
            )
        )

    def _figures(self, month, *names):
        statement = self._statement(month)
        return tuple(statement[name] for name in names)


@tagged("post_install", "-at_install")
class TestIncentiveDraw(DrawCommon):
    """I8: draws, recovery, caps; I9: the clawback window."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls._measure()
        cls._plan(cls.measure, cls._table(((0, 100),)), accumulation="month")

    def test_i8_the_recoverable_draw_of_the_cases(self):
        self._draw(
            date_to=date(2026, 6, 30), minimum=1000, recovery_from=date(2026, 4, 1)
        )
        for month, amount in enumerate((500, 700, 400, 1500, 800, 2600, 900), 1):
            self._invoice(date(2026, month, 5), amount)
        self._run(7)
        names = ("draw", "recovery", "payable", "draw_balance")
        self.assertEqual(
            [self._figures(month, *names) for month in range(1, 8)],
            [
                (500, 0, 1000, 500),
                (300, 0, 1000, 800),
                (600, 0, 1000, 1400),
                (0, 500, 1000, 900),
                (200, 0, 1000, 1100),
                (0, 1100, 1500, 0),
                (0, 0, 900, 0),
            ],
        )
        self._assert_unchanged(self._run(7))

    def test_i8_a_draw_that_is_not_recoverable(self):
        self._draw(date_to=date(2026, 6, 30), minimum=1000, is_recoverable=False)
        for month, amount in enumerate((500, 2600), 1):
            self._invoice(date(2026, month, 5), amount)
        self._run(2)
        names = ("draw", "recovery", "payable", "draw_balance")
        self.assertEqual(self._figures(1, *names), (500, 0, 1000, 0))
        self.assertEqual(self._figures(2, *names), (0, 0, 2600, 0))

    def test_i4_above_the_cap_is_forfeited_or_carried(self):
        draw = self._draw(maximum=1000)
        self._invoice(date(2026, 1, 5), 1500)
        self._invoice(date(2026, 2, 5), 200)
        self._run(2)
        names = ("opening", "earned", "capped", "payable", "closing")
        self.assertEqual(self._figures(1, *names), (0, 1500, 500, 1000, 0))
        self.assertEqual(self._figures(2, *names), (0, 200, 0, 200, 0))
        draw.above = "defer"
        self._run(2)
        self.assertEqual(self._figures(1, *names), (0, 1500, 0, 1000, 500))
        self.assertEqual(self._figures(2, *names), (500, 200, 0, 700, 0))

    def test_i8_what_is_refused_of_draws(self):
        self._draw(minimum=10, recovery_from=date(2026, 2, 1), date_to="2026-03-31")
        later = date(2026, 4, 1)
        crossed = {"maximum": 5, "minimum": 6, "is_recoverable": False}
        for error, values in (
            (psycopg2.IntegrityError, {"date_from": date(2026, 3, 1), "maximum": 5}),
            (ValidationError, {"date_from": later, "minimum": 5}),
            (psycopg2.IntegrityError, {"date_from": later, **crossed}),
            (psycopg2.IntegrityError, {"date_from": later, "maximum": -5}),
        ):
            with (
                self.subTest(**values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(error),
            ):
                self._draw(**values)

    def test_i8_terms_of_stated_periods_stay(self):
        draw = self._draw(maximum=1000)
        self._invoice(date(2026, 1, 5), 1500)
        self._run(1)
        self._post_statements(1)
        with self.assertRaisesRegex(ValidationError, "2026-01"):
            draw.maximum = 2000
        draw.date_to = date(2026, 1, 31)
        with self.assertRaises(ValidationError):
            draw.date_to = date(2025, 12, 31)
        with self.assertRaises(ValidationError):
            draw.unlink()

    def test_i9_a_credit_note_after_the_window_takes_nothing_back(self):
        measure = self._measure(clawback_days=30)
        self._plan(measure, self._table(((0, 10),)), accumulation="month")
        first = self._invoice(date(2026, 1, 5), 1000)
        second = self._invoice(date(2026, 1, 6), 1000)
        self._refund(first, date(2026, 2, 4))
        self._refund(second, date(2026, 2, 6))
        self._run(2)
        credits = self.env["crm.incentive.credit"].search(
            [("measure_id", "=", measure.id)], order="date, id"
        )
        self.assertEqual(credits.mapped("amount"), [1000, 1000, -1000])
        self.assertEqual(credits[-1].date, date(2026, 2, 4))


@tagged("post_install", "-at_install")
class TestIncentiveAdjustment(DrawCommon):
    """I8: amounts by hand need a second person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._plan(cls._measure(), cls._table(((0, 10),)), accumulation="month")
        cls._invoice(date(2026, 1, 5), 1000)
        cls._run(1)

    def test_i8_approved_it_stands_on_the_statement(self):
        adjustment = self._adjust(25, 1)
        self.assertEqual(self._figures(1, "manual", "payable"), (0, 100))
        adjustment.with_user(self.approver).action_approve()
        self.assertEqual(self._figures(1, "manual", "payable"), (25, 125))
        self.assertEqual(adjustment.statement_id, self._statement(1))
        self._assert_unchanged(self._run(1))

    def test_i8_of_a_stated_period_it_goes_to_the_next(self):
        self._post_statements(1)
        self._adjust(-30, 1).with_user(self.approver).action_approve()
        self._run(2)
        self.assertEqual(self._figures(1, "manual", "payable"), (0, 100))
        self.assertEqual(self._figures(2, "manual", "closing"), (-30, -30))

    def test_i8_two_persons(self):
        adjustment = self._adjust(25, 1)
        approver_group = self.env.ref("crm_incentive.crm_incentive_group_approver")
        with self.assertRaises(AccessError):
            adjustment.action_approve()
        self.planner.group_ids += approver_group
        with self.assertRaisesRegex(UserError, "who asks"):
            adjustment.action_approve()
        with self.assertRaisesRegex(UserError, "only who asked"):
            adjustment.with_user(self.approver).amount = 9999
        self.rep.group_ids += approver_group
        with self.assertRaisesRegex(UserError, "of his own"):
            adjustment.with_user(self.rep).action_approve()
        with self.assertRaises(UserError):
            adjustment.write({"state": "approved"})
        with self.assertRaises(UserError):
            self._adjust(1, 1, state="approved")
        self.assertEqual(adjustment.state, "asked")

    def test_i8_a_decision_is_final(self):
        adjustment = self._adjust(25, 1)
        refused = self._adjust(26, 1)
        adjustment.with_user(self.approver).action_approve()
        refused.with_user(self.approver).action_refuse()
        for each in (adjustment, refused):
            with self.assertRaises(UserError):
                each.with_user(self.approver).action_approve()
            with self.assertRaises(UserError):
                each.amount = 1
            with self.assertRaises(UserError):
                each.unlink()
        self.assertEqual(self._figures(1, "manual"), (25,))

    def test_i10_dispute_to_adjustment(self):
        statement = self._statement(1).with_user(self.rep)
        dispute = (
            self.env["crm.incentive.dispute"]
            .with_user(self.rep)
            .create(
                {
                    "statement_id": statement.id,
                    "amount": 40,
                    "description": "One order is missing",
                }
            )
        )
        with self.assertRaises(AccessError):
            dispute.action_accept()
        with self.assertRaises(AccessError):
            dispute.write({"answer": "Yes"})
        dispute.with_user(self.planner).action_accept()
        adjustment = dispute.sudo().adjustment_id
        self.assertEqual((adjustment.amount, adjustment.state), (40, "asked"))
        adjustment.with_user(self.approver).action_approve()
        self.assertEqual(self._figures(1, "manual", "payable"), (40, 140))
        with self.assertRaises(UserError):
            dispute.with_user(self.planner).action_reject()

    def test_i10_a_rejection_says_why(self):
        dispute = (
            self.env["crm.incentive.dispute"]
            .with_user(self.rep)
            .create({"statement_id": self._statement(1).id, "description": "Wrong"})
        ).with_user(self.planner)
        with self.assertRaisesRegex(UserError, "why"):
            dispute.action_reject()
        with self.assertRaisesRegex(UserError, "amount"):
            dispute.action_accept()
        dispute.answer = "The order was cancelled."
        dispute.action_reject()
        self.assertEqual(dispute.state, "rejected")
        self.assertFalse(dispute.adjustment_id)

    def test_i10_only_the_payee_disputes(self):
        values = {"statement_id": self._statement(1).id, "description": "Mine!"}
        for user in (self.other_rep, self.planner):
            with self.assertRaises(AccessError):
                self.env["crm.incentive.dispute"].with_user(user).create(values)
        with self.assertRaises(UserError):
            self.env["crm.incentive.dispute"].with_user(self.rep).create(
                {**values, "state": "accepted"}
            )
        found = self.env["crm.incentive.dispute"].with_user(self.other_rep).search([])
        self.assertFalse(found)


@tagged("post_install", "-at_install")
class TestIncentivePortal(IncentiveCommon, HttpCase):
    """I10: a reseller reads and disputes the own statement, and nobody else's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reseller = new_test_user(
            cls.env,
            "incentive_reseller",
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.payee = cls.env["crm.incentive.participant"].create(
            {"partner_id": cls.reseller.partner_id.id, "kind": "reseller"}
        )
        measure = cls._measure(
            rule_ids=[
                Command.create(
                    {
                        "receiver": "fixed",
                        "participant_id": cls.payee.id,
                        "share": "100",
                    }
                )
            ]
        )
        cls._plan(measure, cls._table(), people=cls.payee)
        cls._plan(cls._measure(), cls._table())
        cls._invoice(date(2026, 1, 5), 14000)
        cls._run(1)

    def test_i10_the_own_statement_down_to_the_document(self):
        self.authenticate(self.reseller.login, self.reseller.login)
        self.assertIn("2026-01", self.url_open("/my/incentives").text)
        statement = self._statement(1, self.payee)
        page = self.url_open(f"/my/incentives/{statement.id}").text
        for text in ("820.00", "500.00", "320.00", statement.entry_ids.document_name):
            self.assertIn(text, page)
        book = self.url_open(f"/crm_incentive/statement/{statement.id}.xlsx")
        self.assertEqual(book.status_code, 200)
        paper = self.url_open(f"/crm_incentive/statement/{statement.id}.pdf")
        self.assertEqual(paper.status_code, 200)

    def test_i10_anothers_statement_is_not_found(self):
        self.authenticate(self.reseller.login, self.reseller.login)
        other = self._statement(1, self.participant)
        self.assertTrue(other.earned)
        for url in (
            f"/my/incentives/{other.id}",
            f"/crm_incentive/statement/{other.id}.xlsx",
            f"/crm_incentive/statement/{other.id}.pdf",
        ):
            self.assertEqual(self.url_open(url).status_code, 404)
        for model in ("entry", "credit", "statement.line", "plan", "quota", "draw"):
            with self.assertRaises(AccessError):
                self.env[f"crm.incentive.{model}"].with_user(self.reseller).search([])
        seen = self.env["crm.incentive.statement"].with_user(self.reseller).search([])
        self.assertEqual(seen.sudo().participant_id, self.payee)
        with self.assertRaises(AccessError):
            self.env["crm.incentive.dispute"].with_user(self.reseller).create(
                {"statement_id": other.id, "description": "Give it to me"}
            )

    def test_i10_a_dispute_from_the_portal(self):
        statement = self._statement(1, self.payee)
        url = f"/my/incentives/{statement.id}"
        self.authenticate(self.reseller.login, self.reseller.login)
        token = Request.csrf_token(self)
        for values, words in (
            ({"description": "  "}, "Say what is wrong"),
            ({"description": "No", "amount": "much"}, "no number"),
        ):
            page = self.url_open(url, data={"csrf_token": token, **values})
            self.assertIn(words, page.text)
        page = self.url_open(
            url,
            data={
                "csrf_token": token,
                "description": "An order is <b>missing</b>",
                "amount": "12.5",
            },
        )
        self.assertIn("An order is &lt;b&gt;missing", page.text)
        dispute = self.env["crm.incentive.dispute"].search([])
        self.assertEqual(
            (dispute.statement_id, dispute.amount, dispute.state),
            (statement, 12.5, "open"),
        )
        dispute.with_user(self.planner).write({"answer": "It was paid in March."})
        dispute.with_user(self.planner).action_reject()
        self.assertIn("paid in March", self.url_open(url).text)
