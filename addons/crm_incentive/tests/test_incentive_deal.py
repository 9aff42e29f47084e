from datetime import date

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import IncentiveCommon


@tagged("post_install", "-at_install")
class TestIncentiveDeal(IncentiveCommon):
    """I13, G65: my orders, the analyst's view of everybody, distribution of pay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._plan(cls._measure(), cls._table())
        cls.invoice = cls._invoice(date(2026, 1, 5), 6000, 5000)
        cls.other_invoice = cls._invoice(date(2026, 1, 6), 1000, user=cls.other_rep)
        cls._run(1)
        cls.analyst = cls._user(
            "incentive_analyst", "crm_incentive.crm_incentive_group_analyst"
        )

    def _deals(self, user):
        return self.env["crm.incentive.deal"].with_user(user).search([])

    def test_i13_my_orders_with_what_each_earned(self):
        deal = self._deals(self.rep)
        self.assertEqual(deal.document_name, self.invoice.display_name)
        self.assertEqual((deal.credited, deal.earned), (11000, 580))
        self.assertEqual(deal.participant_id, self.participant)
        self.assertEqual(deal.action_open_document()["res_id"], self.invoice.id)
        self._refund(self.invoice, date(2026, 1, 9))
        self._run(1)
        self.env.invalidate_all()
        deals = self._deals(self.rep)
        self.assertEqual(sorted(deals.mapped("credited")), [-11000, 11000])
        self.assertEqual(sum(deals.mapped("earned")), 0)

    def test_g65_analysts_read_everybody_and_change_nothing(self):
        self.assertEqual(len(self._deals(self.analyst)), 2)
        statements = self.env["crm.incentive.statement"].with_user(self.analyst)
        self.assertEqual(len(statements.search([])), 2)
        with self.assertRaises(AccessError):
            statements.search([]).action_submit()
        with self.assertRaises(AccessError):
            self.plan.with_user(self.analyst).write({"name": "Mine"})
        with self.assertRaises(AccessError):
            self.env["crm.incentive.run"].with_user(self.analyst).create(
                {"period_id": self._period(1).id}
            )

    def test_g65_analysts_replay_a_version(self):
        replay = (
            self.env["crm.incentive.replay"]
            .with_user(self.analyst)
            .create(
                {
                    "version_id": self.plan.version_ids.id,
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 3, 31),
                }
            )
        )
        replay.action_replay()
        self.assertEqual(replay.replayed, replay.earned)
        self.assertEqual(replay.earned, 630)

    def test_g65_distribution_of_pay(self):
        distribution = self.env["crm.incentive.distribution"]
        spread = distribution.with_user(self.analyst).search([])
        self.assertEqual((spread.people, spread.total), (2, 630))
        self.assertEqual((spread.lowest, spread.median, spread.highest), (50, 315, 580))
        self.assertAlmostEqual(spread.top_share, 92.1, 1)
        with self.assertRaises(AccessError):
            distribution.with_user(self.rep).search([])

    def test_i1_overlapping_versions_are_refused_by_the_database(self):
        version = self.plan.version_ids.copy({"date_from": date(2026, 4, 1)})
        version.action_approve()
        twin = self.plan.version_ids[0].copy({"date_from": date(2026, 4, 1)})
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            twin.action_approve()
            self.env.flush_all()

    def test_i10_the_payee_is_told_of_the_answer(self):
        dispute = (
            self.env["crm.incentive.dispute"]
            .with_user(self.rep)
            .create(
                {
                    "statement_id": self._statement(1).id,
                    "description": "An order is missing",
                }
            )
        )
        answered = dispute.with_user(self.planner)
        answered.answer = "It was paid in March."
        answered.action_reject()
        # who is not told does not see the notice
        notes_sudo = self.env["mail.message"].sudo()
        note = notes_sudo.search(
            [
                ("notified_partner_ids", "in", self.rep.partner_id.ids),
                ("body", "like", "was answered"),
            ]
        )
        self.assertIn("It was paid in March.", note.body)


@tagged("post_install", "-at_install")
class TestIncentivePlanPortal(IncentiveCommon, HttpCase):
    """I10, I12: plans and ranking in the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reseller, cls.stranger = (
            new_test_user(
                cls.env,
                login,
                groups="base.group_portal",
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for login in ("incentive_reseller", "incentive_portal_stranger")
        )
        cls.payee = cls.env["crm.incentive.participant"].create(
            {"partner_id": cls.reseller.partner_id.id, "kind": "reseller"}
        )
        measure = cls._measure()
        cls._plan(measure, cls._table(), people=cls.payee)
        hidden = cls._plan(cls._measure(), cls._table(((0, 77),)))
        hidden.name = "Not Yours"
        cls.env["crm.incentive.quota"].create(
            {
                "participant_id": cls.payee.id,
                "measure_id": measure.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2099, 12, 31),
                "amount": 1000,
            }
        )

    def test_i10_the_own_plans_with_their_rates(self):
        self.authenticate(self.reseller.login, self.reseller.login)
        page = self.url_open("/my/incentives/plans").text
        self.assertIn("10,000.00", page)
        self.assertIn("8 %", page)
        self.assertNotIn("Not Yours", page)
        self.assertNotIn("77 %", page)

    def test_i10_what_a_formula_pays_in_words(self):
        formula = self.env["crm.incentive.formula"].create(
            {
                "name": "Early bird",
                "code": "early_bird",
                "description": "300 for each order before the tenth",
                "version_ids": [
                    Command.create({"date_from": date(2026, 1, 1), "expression": "300"})
                ],
            }
        )
        formula.version_ids.action_approve()
        no_table = self.env["crm.incentive.rate.table"]
        self._plan(
            self.env["crm.incentive.measure"],
            no_table,
            people=self.payee,
            kind="formula",
            formula_id=formula.id,
        )
        self.authenticate(self.reseller.login, self.reseller.login)
        page = self.url_open("/my/incentives/plans").text
        self.assertIn("300 for each order before the tenth", page)

    def test_i12_the_ranking_without_pay(self):
        self.authenticate(self.reseller.login, self.reseller.login)
        page = self.url_open("/my/incentives/ranking").text
        self.assertIn(self.payee.name, page)
        self.assertNotIn("1,000.00", page)

    def test_i10_who_is_no_participant_finds_nothing(self):
        self.authenticate(self.stranger.login, self.stranger.login)
        for url in ("/my/incentives/plans", "/my/incentives/ranking"):
            self.assertEqual(self.url_open(url).status_code, 404)
