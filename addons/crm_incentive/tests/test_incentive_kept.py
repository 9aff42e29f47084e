from datetime import date
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.crm_stage_pipeline.models.kept_many2one import KeptMany2one

from ..formula import Scope, evaluate, parse
from .common import IncentiveCommon


@tagged("post_install", "-at_install")
class TestIncentiveKept(IncentiveCommon):
    """I7: what the ledger names without a foreign key cannot be deleted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._plan(cls._measure(), cls._table())
        cls.invoice = cls._invoice(date(2026, 1, 10), 1000)
        cls._run(1)
        late = cls._invoice(date(2026, 1, 12), 400)
        cls._run(1)
        late.button_draft()
        cls._run(1)

    def _is_refused(self, record):
        """Whether deleting ``record`` is refused, by the addon or the database."""
        try:
            with self.env.cr.savepoint():
                record.unlink()
                self.env.flush_all()
        except (UserError, IntegrityError):
            self.env.invalidate_all()
            return True
        return False

    @mute_logger("odoo.sql_db")
    def test_i7_parents_of_the_ledger_stay(self):
        tried = set()
        for model in ("crm.incentive.credit", "crm.incentive.entry"):
            rows = self.env[model].sudo().search([])
            self.assertTrue(rows)
            for name, field in rows._fields.items():
                if not isinstance(field, KeptMany2one):
                    continue
                parents = rows[name]
                if not parents:
                    continue
                with self.subTest(model=model, field=name):
                    self.assertTrue(self._is_refused(parents[:1]))
                tried.add((model, name))
        self.assertEqual(len(tried), 20, tried)

    @mute_logger("odoo.sql_db")
    def test_i7_nothing_above_them_takes_them_along(self):
        """Deleting a plan, a measure or a customer would cascade."""
        entry = self._statement(1).entry_ids[:1]
        plan = entry.plan_id
        for record in (plan, entry.component_id.measure_id, self.partner_a):
            with self.subTest(record=record):
                self.assertTrue(self._is_refused(record))
        self.assertTrue(plan.copy({"name": "Draft"}).unlink())

    def test_i7_credits_follow_a_merged_customer(self):
        credits = self.env["crm.incentive.credit"].search(
            [("partner_id", "=", self.partner_a.id)]
        )
        self.assertTrue(credits)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.partner_a.id, self.partner_b.id], self.partner_b, extra_checks=False
        )
        credits.invalidate_recordset()
        self.assertEqual(credits.partner_id, self.partner_b)


@tagged("post_install", "-at_install")
class TestIncentiveCondition(IncentiveCommon):
    """I5, I3: a formula chooses the deals of an overlay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls._measure(
            rule_ids=[
                Command.create({"receiver": "salesperson", "share": "100"}),
                Command.create(
                    {
                        "receiver": "fixed",
                        "participant_id": cls.other_participant.id,
                        "kind": "overlay",
                        "share": "10",
                        "condition": "deal >= 1000 and lines > 1",
                    }
                ),
            ]
        )
        cls._plan(cls.measure, cls._table())

    def _overlay(self):
        credits = self.env["crm.incentive.credit"].search(
            [
                ("measure_id", "=", self.measure.id),
                ("kind", "=", "overlay"),
                ("reversal_of_id", "=", False),
            ]
        )
        return sum(credits.filtered(lambda c: not c.reversal_ids).mapped("amount"))

    def test_i5_a_deal_that_fits_and_its_refund(self):
        """I9: a partial credit note has the split of its invoice."""
        invoice = self._invoice(date(2026, 1, 5), 600, 400)
        self._invoice(date(2026, 1, 6), 600, 399.99)
        self._invoice(date(2026, 1, 7), 5000)
        self._run(1)
        self.assertEqual(self._overlay(), 100)
        self._refund(invoice, date(2026, 1, 20), 100, 0)
        run = self.env["crm.incentive.run"].create(
            {"period_id": self._period(1).id, "scope": "incremental"}
        )
        run.action_run()
        self.assertFalse(run.is_full)
        self.assertEqual(self._overlay(), 90)
        self._assert_unchanged(self._run(1))

    def test_i6_a_condition_is_in_the_companys_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2026-01-01", 2)])
        self._invoice(date(2026, 1, 5), 1000, 999, currency=currency)
        self._run(1)
        self.assertEqual(self._overlay(), 0)
        self._invoice(date(2026, 1, 6), 1000, 1000, currency=currency)
        self._run(1)
        self.assertEqual(self._overlay(), 200)

    def test_i3_conditions_that_are_refused(self):
        rule = self.env["crm.incentive.credit.rule"].new({})
        for text in (
            *("deal /", "deal / 2 > 1", "amount > 1", "deal ** 2", "quota(deal) > 1"),
            *("tier(deal, 1)", "round(deal)", "deal.id", "'x'", "deal; 1", ""),
        ):
            rule.condition = text
            with self.subTest(text=text), self.assertRaises(ValidationError):
                rule._condition_sql()
        measure = self._measure()
        with self.assertRaises(ValidationError):
            measure.rule_ids.condition = "deal > 1"

    def test_i3_sql_says_what_the_evaluator_says(self):
        rule = self.env["crm.incentive.credit.rule"].new({})
        for text in (
            *("deal", "-deal + lines", "not deal", "deal and lines", "deal or lines"),
            *("1 < deal <= 5 < lines", "(deal and lines) - 3", "(deal or 4) == 4"),
            *("min(deal, lines, 2) > 1", "max(deal, -lines)", "abs(deal) * 0.1 != 0.5"),
            "deal > 2 if lines else not deal",
        ):
            rule.condition = text
            condition = rule._condition_sql()
            for deal, lines in ((0, 0), (0, 3), (-5, 1), (5, 6), (2.5, 0), (4, 2)):
                values = {"deal": Decimal(str(deal)), "lines": Decimal(lines)}
                [(found,)] = self.env.execute_query(
                    SQL(
                        "SELECT %s FROM (SELECT %s::numeric AS deal, %s AS lines)"
                        " source",
                        *(condition, deal, lines),
                    )
                )
                with self.subTest(text=text, deal=deal, lines=lines):
                    wanted = evaluate(parse(text), Scope(values))
                    self.assertEqual(found, bool(wanted))
