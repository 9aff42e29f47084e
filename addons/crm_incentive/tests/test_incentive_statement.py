import io
from datetime import date

import openpyxl

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, tagged

from .common import IncentiveCommon


@tagged("post_install", "-at_install")
class TestIncentiveStatement(IncentiveCommon):
    """I8: review, approval by another person, posting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._plan(cls._measure(), cls._table(), accumulation="month")
        cls._invoice(date(2026, 1, 5), 14000)
        cls._run(1)
        cls.statement = cls._statement(1)

    def test_i8_steps_and_people(self):
        statement = self.statement
        statement.with_user(self.planner).action_submit()
        with self.assertRaises(AccessError):
            statement.with_user(self.planner).action_approve()
        self.planner.group_ids += self.env.ref(
            "crm_incentive.crm_incentive_group_approver"
        )
        with self.assertRaisesRegex(UserError, "who submitted"):
            statement.with_user(self.planner).action_approve()
        statement.with_user(self.approver).action_approve()
        with self.assertRaises(AccessError):
            statement.with_user(self.approver).action_post()
        statement.with_user(self.planner).action_post()
        self.assertEqual(
            (statement.state, statement.approved_by_id, statement.posted_by_id),
            ("posted", self.approver, self.planner),
        )

    def test_i8_nobody_approves_the_own_statement(self):
        self.rep.group_ids += self.env.ref("crm_incentive.crm_incentive_group_approver")
        self.statement.with_user(self.planner).action_submit()
        with self.assertRaisesRegex(UserError, "own statement"):
            self.statement.with_user(self.rep).action_approve()

    def test_i8_a_posted_statement_never_changes(self):
        self._post_statements(1)
        statement = self.statement.sudo()
        for vals in ({"earned": 1}, {"state": "draft"}):
            with self.assertRaises(UserError):
                statement.write(vals)
        with self.assertRaises(UserError):
            statement.with_user(self.planner).action_reset()
        with self.assertRaises(UserError):
            statement.unlink()
        with self.assertRaises(UserError):
            statement.entry_ids.write({"amount": 1})
        with self.assertRaises(UserError):
            statement.entry_ids.unlink()
        with self.assertRaises(UserError):
            statement.entry_ids.credit_id.write({"amount": 1})

    def test_i8_steps_need_their_state(self):
        for action in ("action_approve", "action_post", "action_reset"):
            user = self.approver if action == "action_approve" else self.planner
            with self.assertRaises(UserError):
                getattr(self.statement.with_user(user), action)()

    def test_i8_in_order_of_time(self):
        self._run(2)
        with self.assertRaisesRegex(UserError, "2026-01"):
            self._statement(2).with_user(self.planner).action_submit()
        both = self._statement(2) + self.statement
        both.with_user(self.planner).action_submit()
        with self.assertRaisesRegex(UserError, "2026-02"):
            self.statement.with_user(self.planner).action_reset()
        both.with_user(self.planner).action_reset()
        self.assertEqual(set(both.mapped("state")), {"draft"})

    def test_i7_a_period_closes_when_all_is_posted(self):
        period = self._period(1).with_user(self.planner)
        with self.assertRaises(UserError):
            period.action_close()
        self._post_statements(1)
        period.action_close()
        with self.assertRaises(UserError):
            self._run(1)
        with self.assertRaises(UserError):
            period.date_to = date(2026, 1, 30)

    def test_i8_lines_are_the_ledger(self):
        self._invoice(date(2026, 1, 20), 100.5)
        self._run(1)
        for statement in self.env["crm.incentive.statement"].search([]):
            lines = sum(statement.line_ids.mapped("amount"))
            entries = sum(statement.entry_ids.mapped("amount"))
            self.assertAlmostEqual(lines, entries, 9)
            self.assertAlmostEqual(lines, statement.earned, 9)
        action = self.statement.line_ids.action_view_entries()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, self.statement.entry_ids)

    def test_i8_workbook(self):
        sheets = self.statement.with_user(self.rep)._to_workbook()
        self.assertEqual(sheets[0].rows[3][2], 820)
        self.assertEqual(sheets[1].rows[0][6], 14000)

    def test_i8_report_names_every_figure(self):
        report = self.env["ir.actions.report"].with_user(self.rep)
        html, _kind = report._render_qweb_html(
            "crm_incentive.crm_incentive_statement_report", self.statement.ids
        )
        text = html.decode()
        for figure in ("820.00", "14,000.00", "500.00", "320.00"):
            self.assertIn(figure, text)
        self.assertIn(self.statement.entry_ids.document_name, text)

    def test_i6_the_working_is_told_in_the_readers_language(self):
        """Two readers in one transaction: a PDF of several payees."""
        self.env["res.lang"]._activate_lang("zh_CN")
        entry = self.statement.entry_ids
        english = entry.with_context(lang="en_US").slices_text
        chinese = entry.with_context(lang="zh_CN").slices_text
        self.assertIn(" at ", english)
        self.assertNotIn(" at ", chinese)

    def test_i8_forms_open(self):
        for record in (self.plan, self.plan.version_ids, self.statement):
            with Form(record) as form:
                self.assertTrue(form.id)


@tagged("post_install", "-at_install")
class TestIncentivePlan(IncentiveCommon):
    """I1, I2, I4, I5: what is refused, and what an approval fixes."""

    def test_i1_an_approved_version_is_read_only(self):
        measure, table = self._measure(), self._table()
        plan = self._plan(measure, table)
        version = plan.version_ids
        for record, vals in (
            (version, {"date_from": date(2026, 2, 1)}),
            (version, {"state": "draft"}),
            (version.component_ids, {"scope": "transaction"}),
            (plan, {"accumulation": "year"}),
            (measure, {"domain": "[('id', '=', 1)]"}),
            (measure.rule_ids, {"share": "50"}),
            (table, {"kind": "amount"}),
            (table.tier_ids, {"value": 9}),
        ):
            with self.subTest(model=record._name, **vals), self.assertRaises(UserError):
                record.write(vals)
        for record in (version, version.component_ids, measure, table, table.tier_ids):
            with self.subTest(model=record._name), self.assertRaises(UserError):
                record.unlink()
        with self.assertRaises(UserError):
            version.component_ids.copy({"version_id": version.id, "code": "more"})

    def test_i1_a_state_cannot_be_written_by_hand(self):
        plan = self._plan(self._measure(), self._table())
        with self.assertRaises(UserError):
            plan.version_ids.create(
                {"plan_id": plan.id, "date_from": "2026-05-01", "state": "approved"}
            )
        draft = plan.version_ids.copy({"date_from": "2026-05-01"})
        with self.assertRaises(UserError):
            draft.write({"state": "approved"})

    def test_i1_a_version_without_components_is_refused(self):
        plan = self._plan(self._measure(), self._table())
        draft = plan.version_ids.create({"plan_id": plan.id, "date_from": "2026-05-01"})
        with self.assertRaises(UserError):
            draft.action_approve()

    def test_i5_shares_that_do_not_sum_are_refused(self):
        measure = self._measure()
        for share in ("60", "1/3", "abc", "120", "0"):
            with self.subTest(share=share), self.assertRaises(ValidationError):
                measure.rule_ids.share = share
            measure.invalidate_recordset()
        with self.assertRaises(ValidationError):
            measure.rule_ids.copy({"measure_id": measure.id})

    def test_i4_tables_that_are_refused(self):
        with self.assertRaises(ValidationError):
            self._table(((10, 5),))
        with self.assertRaises(ValidationError):
            self._table(())
        with self.assertRaises(ValidationError):
            self._table(((0, 5), (10, 6)), end=5)
        table = self._table()
        with self.assertRaises(ValidationError):
            table.tier_ids[0].lower_bound = 5

    def test_i4_interpolation_needs_amounts(self):
        with self.assertRaises(ValidationError):
            self._plan(self._measure(), self._table(), mode="interpolated")

    def test_i2_domains_and_codes_are_checked(self):
        measure = self._measure()
        for vals in (
            {"domain": "[('no_such_field', '=', 1)]"},
            {"domain": "__import__('os')"},
            {"domain": "["},
            {"code": "a b"},
            {"code": "min"},
            {"date_rule": "order"},
        ):
            with self.subTest(**vals), self.assertRaises(ValidationError):
                measure.write(vals)
            measure.invalidate_recordset()

    def test_i2_a_copy_is_free_again(self):
        measure = self._measure()
        self._plan(measure, self._table())
        copy = measure.copy()
        copy.domain = "[('quantity', '>', 0)]"
        self.assertNotEqual(copy.code, measure.code)
        self.assertEqual(copy.rule_ids.mapped("share"), ["100"])


@tagged("post_install", "-at_install")
class TestIncentiveDownload(IncentiveCommon, HttpCase):
    """I8, I10: the workbook over HTTP, to its owner only."""

    def test_i8_download(self):
        self._plan(self._measure(), self._table())
        self._invoice(date(2026, 1, 5), 14000)
        self._run(1)
        url = f"/crm_incentive/statement/{self._statement(1).id}.xlsx"
        self.authenticate(self.rep.login, self.rep.login)
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        book = openpyxl.load_workbook(io.BytesIO(response.content))
        values = [cell for row in book.worksheets[0].values for cell in row]
        self.assertIn(820, values)
        self.authenticate(self.other_rep.login, self.other_rep.login)
        self.assertEqual(self.url_open(url).status_code, 404)
