from datetime import date

from lxml import html

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, tagged

from .common import IncentiveCommon


class FormulaCommon(IncentiveCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls._measure(code="sold")

    @classmethod
    def _formula(cls, code, *texts, approve=True):
        """A formula with a version from each (date, expression), or one from 2026."""
        texts = [(date(2026, 1, 1), t) if isinstance(t, str) else t for t in texts]
        formula = cls.env["crm.incentive.formula"].create(
            {
                "name": code.title(),
                "code": code,
                "version_ids": [
                    Command.create({"date_from": day, "expression": text})
                    for day, text in texts
                ],
            }
        )
        if approve:
            formula.version_ids.action_approve()
        return formula

    @classmethod
    def _formula_plan(cls, formula, accumulation="month"):
        plan = cls.env["crm.incentive.plan"].create(
            {
                "name": "By formula",
                "accumulation": accumulation,
                "currency_id": cls.company.currency_id.id,
                "assignment_ids": [
                    Command.create(
                        {"participant_id": person.id, "date_from": date(2026, 1, 1)}
                    )
                    for person in cls.participant + cls.other_participant
                ],
                "version_ids": [
                    Command.create(
                        {
                            "date_from": date(2026, 1, 1),
                            "component_ids": [
                                Command.create(
                                    {
                                        "name": "Bonus",
                                        "code": "bonus",
                                        "kind": "formula",
                                        "formula_id": formula.id,
                                    }
                                )
                            ],
                        }
                    )
                ],
            }
        )
        plan.version_ids.action_approve()
        return plan

    @classmethod
    def _quota(cls, amount, first, last, participant=None):
        return cls.env["crm.incentive.quota"].create(
            {
                "participant_id": (participant or cls.participant).id,
                "measure_id": cls.measure.id,
                "date_from": first,
                "date_to": last,
                "amount": amount,
                "currency_id": cls.company.currency_id.id,
            }
        )


@tagged("post_install", "-at_install")
class TestIncentiveFormula(FormulaCommon):
    """I3: formulas pay, nested and versioned, exactly, and nothing else can run."""

    def test_i3_earns_as_the_tiers_of_the_cases(self):
        self._formula("extra", "max(sold - 10000, 0) * 0.03")
        total = self._formula("total", "sold * 0.05 + extra")
        self._formula_plan(total, "quarter")
        first = self._invoice(date(2026, 1, 5), 6000)
        self._invoice(date(2026, 1, 20), 8000)
        self._refund(first, date(2026, 2, 3), 5000)
        self._invoice(date(2026, 2, 10), 3000)
        self._invoice(date(2026, 3, 10), 4000)
        self._run(3)
        figures = [
            (s.opening, s.earned, s.payable, s.closing)
            for s in (self._statement(month) for month in (1, 2, 3))
        ]
        self.assertEqual(
            figures, [(0, 820, 820, 0), (0, -160, 0, -160), (-160, 320, 160, 0)]
        )
        self._assert_unchanged(self._run(3))

    def test_i3_i7_a_late_document_is_an_adjustment(self):
        total = self._formula("total", "sold * 0.05 + max(sold - 10000, 0) * 0.03")
        self._formula_plan(total, "quarter")
        self._invoice(date(2026, 1, 5), 14000)
        self._run(1)
        self._post_statements(1)
        self._invoice(date(2026, 1, 28), 1000)
        self._invoice(date(2026, 2, 10), 2000)
        self._run(2)
        statement = self._statement(2)
        self.assertEqual((statement.adjustments, statement.earned), (80, 160))
        late = statement.entry_ids.filtered(lambda e: e.kind == "adjustment")
        self.assertEqual(late.origin_period_id, self._period(1))
        self.assertEqual(self._statement(1).earned, 820)
        self._assert_unchanged(self._run(2))

    def test_i3_drafts_follow_their_documents(self):
        self._formula_plan(self._formula("total", "sold / 10"))
        invoice = self._invoice(date(2026, 1, 5), 1000)
        self._run(1)
        invoice.button_draft()
        invoice.button_cancel()
        run = self._run(1)
        self.assertEqual((run.entries_reversed, run.entries_added), (1, 0))
        self.assertEqual(self._statement(1).earned, 0)

    def test_i3_a_division_by_zero_is_reported_and_the_others_go_on(self):
        self._formula_plan(self._formula("odd", "1000000 / sold"))
        self._invoice(date(2026, 1, 5), 2000)
        run = self._run(1)
        self.assertEqual(self._statement(1).earned, 500)
        self.assertEqual(self._statement(1, self.other_participant).earned, 0)
        [line] = [text for text in run.note.splitlines() if "Division" in text]
        self.assertIn(self.other_participant.name, line)
        self.assertIn("2026-01", line)
        self.assertNotIn(self.participant.name + ",", line)

    def test_i3_the_fault_of_a_formula_below_is_named(self):
        self._formula("ratio", "100 / sold")
        self._formula_plan(self._formula("twice", "ratio * 2"))
        run = self._run(1)
        self.assertIn("Ratio: Division by zero.", run.note)

    def test_i4_attainment_and_a_missing_quota_is_named(self):
        formula = self._formula(
            "bonus", "500 if attainment(sold) >= 1 else quota(sold) / 100"
        )
        self._formula_plan(formula)
        self._quota(1000, date(2026, 1, 1), date(2026, 1, 31))
        self._invoice(date(2026, 1, 5), 999.99)
        run = self._run(1)
        self.assertEqual(self._statement(1).earned, 10)
        self.assertIn("attainment(sold) is missing", run.note)
        self.assertIn(self.other_participant.name, run.note)
        self._invoice(date(2026, 1, 6), 0.01)
        self._run(1)
        self.assertEqual(self._statement(1).earned, 500)

    def test_i4_quotas_inside_the_running_total_add_up(self):
        self._formula_plan(self._formula("goal", "quota(sold) / 10"), "quarter")
        for month, last in ((1, 31), (2, 28), (3, 31)):
            self._quota(100 * month, date(2026, month, 1), date(2026, month, last))
        self._quota(9000, date(2026, 4, 1), date(2026, 12, 31))
        self._run(1)
        self.assertEqual(self._statement(1).earned, 60)

    def test_i3_earlier_periods(self):
        self._formula_plan(self._formula("both", "prev(sold) / 10 + ytd(sold) / 100"))
        self._invoice(date(2026, 1, 5), 1000)
        self._invoice(date(2026, 2, 5), 3000)
        self._run(2)
        self.assertEqual(self._statement(1).earned, 10)
        self.assertEqual(self._statement(2).earned, 100 + 40)

    def test_i3_rate_tables_by_their_code(self):
        table = self._table()
        table.code = "steps"
        self._formula_plan(
            self._formula("paid", "marginal(steps, sold) + tier(steps, sold)")
        )
        self._invoice(date(2026, 1, 5), 14000)
        self._run(1)
        self.assertEqual(self._statement(1).earned, 820 + 8)
        with self.assertRaises(UserError):
            table.tier_ids[0].value = 6

    def test_i6_credits_are_converted_at_their_date(self):
        euro = self.setup_other_currency(
            "EUR", rates=[("2026-01-01", 0.5), ("2026-01-10", 0.25)]
        )
        self._formula_plan(self._formula("all", "sold"))
        self._invoice(date(2026, 1, 5), 100, currency=euro)
        self._invoice(date(2026, 1, 15), 100, currency=euro)
        self._run(1)
        self.assertEqual(self._statement(1).earned, 200 + 400)

    def test_i3_versions_by_date(self):
        formula = self._formula(
            "total", (date(2026, 1, 1), "sold / 10"), (date(2026, 2, 1), "sold / 5")
        )
        self._formula_plan(formula)
        self._invoice(date(2026, 1, 5), 100)
        self._invoice(date(2026, 2, 5), 100)
        self._run(2)
        self.assertEqual([self._statement(month).earned for month in (1, 2)], [10, 20])
        self._post_statements(1)
        version = formula.version_ids.sorted("date_from")[0]
        late = version.copy({"date_from": date(2026, 1, 15)})
        with self.assertRaisesRegex(UserError, "2026-01"):
            late.action_approve()
        with self.assertRaises(UserError):
            version.write({"expression": "sold"})
        with self.assertRaises(UserError):
            late.write({"state": "approved"})
        with self.assertRaises(UserError):
            version.unlink()

    def test_i3_what_an_approved_formula_names_is_locked(self):
        self._formula("total", "sold / 10")
        self.assertTrue(self.measure.is_locked)
        with self.assertRaises(UserError):
            self.measure.domain = "[('quantity', '>', 1)]"
        with self.assertRaises(UserError):
            self.measure.code = "other"

    def test_i3_cycles_are_refused_with_their_path(self):
        first = self._formula("first", "sold", approve=False)
        self._formula("second", "first + 1", approve=False)
        self._formula("third", "second * 2", approve=False)
        with self.assertRaisesRegex(ValidationError, "first -> third -> second -> fir"):
            first.version_ids.expression = "third / 2"

    def test_i3_what_is_refused(self):
        formula = self._formula("total", "sold", approve=False)
        for text in (
            "sold +",
            "unknown",
            "9**9**8",
            "sold.unlink()",
            "().__class__",
            "'a' * 10",
            "quota(unknown)",
            "tier(unknown, 1)",
            "[x for x in sold]",
            "1" + " + 1" * 500,
            "sold / 2" + " " * 2000,
        ):
            with self.subTest(text=text[:20]), self.assertRaises(ValidationError):
                formula.version_ids.expression = text
            formula.version_ids.invalidate_recordset()
        for code in ("sold", "min", "a b"):
            with self.subTest(code=code), self.assertRaises(ValidationError):
                self._formula(code, "1", approve=False)
        with self.assertRaises(ValidationError):
            self._measure(code="total")

    def test_i3_a_plan_waits_for_its_formulas(self):
        self._formula("below", "sold", approve=False)
        above = self._formula("above", "below * 2")
        with self.assertRaisesRegex(ValidationError, "Below"):
            self._formula_plan(above)

    def test_i3_the_entry_tells_what_it_was_given(self):
        self._formula_plan(self._formula("total", "sold * 0.1"))
        self._invoice(date(2026, 1, 5), 1234.5)
        self._run(1)
        entry = self._statement(1).entry_ids.with_user(self.rep)
        self.assertIn("sold * 0.1", entry.slices_text)
        self.assertIn("sold = 1234.5", entry.slices_text)
        self.assertIn("123.45", entry.slices_text)
        action = entry.action_open_document()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found.mapped("amount"), [1234.5])

    def test_i8_a_row_without_customer_keeps_its_columns(self):
        self._formula_plan(self._formula("bonus", "sold * 0.1"))
        self._invoice(date(2026, 1, 5), 1000)
        self._run(1)
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "crm_incentive.crm_incentive_statement_report", self._statement(1).ids
        )
        rows = html.fromstring(page).xpath("(//table)[last()]//tr")
        self.assertGreater(len(rows), 1)
        self.assertEqual(len({len(row.xpath("td|th")) for row in rows}), 1)

    def test_i3_the_editor_is_told_what_is_wrong_and_where(self):
        formulas = self.env["crm.incentive.formula"].with_user(self.planner)
        self.assertEqual(
            formulas.check_expression("sold * 2"),
            {"message": False, "position": False},
        )
        fault = formulas.check_expression("sold * $")
        self.assertEqual(fault["position"], 7)
        self.assertIn("$", fault["message"])
        codes = [row["code"] for row in formulas.completions()]
        self.assertIn("sold", codes)
        self.assertIn("attainment(", codes)

    def test_i3_a_draft_is_tried_on_a_person_and_period(self):
        plan = self._plan(self.measure, self._table())
        self._invoice(date(2026, 1, 5), 1000)
        self._run(1)
        draft = self._formula("later", "sold / 4", approve=False).version_ids
        action = draft.with_user(self.planner).action_try()
        trial = self.env[action["res_model"]].with_user(self.planner)
        form = Form(trial.with_context(**action["context"]))
        form.participant_id = self.participant
        form.plan_id = plan
        form.period_id = self._period(1)
        self.assertIn("sold = 1000", form.result)
        self.assertIn("250.00", form.result)
        form.participant_id = self.other_participant
        self.assertIn("0.00", form.result)
        with self.assertRaises(AccessError):
            trial.with_user(self.rep).create({"version_id": draft.id})

    def test_i4_a_quota_of_a_stated_period_stays(self):
        self._formula_plan(self._formula("goal", "quota(sold)"))
        quota = self._quota(100, date(2026, 1, 1), date(2026, 1, 31))
        self._run(1)
        self._post_statements(1)
        with self.assertRaisesRegex(ValidationError, "2026-01"):
            quota.amount = 1
        with self.assertRaises(ValidationError):
            quota.unlink()
        with self.assertRaises(UserError):
            quota.with_user(self.rep).write({"amount": 1})

    def test_i10_quotas_are_ones_own(self):
        self._quota(100, date(2026, 1, 1), date(2026, 1, 31))
        self._quota(
            100, date(2026, 1, 1), date(2026, 1, 31), participant=self.other_participant
        )
        found = self.env["crm.incentive.quota"].with_user(self.rep).search([])
        self.assertEqual(found.participant_id, self.participant)


@tagged("post_install", "-at_install")
class TestIncentiveFormulaTour(FormulaCommon, HttpCase):
    """I3: the editor in the browser."""

    def test_i3_a_formula_is_written_and_approved(self):
        self._formula("rate", "0.05")
        self.start_tour(
            "/odoo/action-crm_incentive.crm_incentive_formula_action",
            "crm_incentive_formula",
            login=self.planner.login,
            timeout=240,
        )
        version = self.env["crm.incentive.formula.version"].search(
            [("formula_id.code", "=", "story")]
        )
        self.assertEqual(version.expression, "sold * rate")
        self.assertEqual(version.state, "approved")
