from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import IncentiveCommon


@tagged("post_install", "-at_install")
class TestIncentiveSalesPlan(IncentiveCommon):
    """G67: a sales plan broken down and added up, in versions; quotas read it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls._measure()
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Inside",
                "company_id": cls.company.id,
                "member_ids": [Command.set((cls.rep + cls.other_rep).ids)],
            }
        )
        cls.sales_plan = (
            cls.env["crm.incentive.sales.plan"]
            .with_user(cls.planner)
            .create(
                {
                    "name": "Sales 2026",
                    "measure_id": cls.measure.id,
                    "currency_id": cls.company.currency_id.id,
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 12, 31),
                    "line_ids": [
                        Command.create(
                            {
                                "team_id": cls.team.id,
                                "date_from": date(2026, 1, 1),
                                "date_to": date(2026, 12, 31),
                                "amount": 1000,
                            }
                        )
                    ],
                }
            )
        )

    def _break_down(self):
        year = self.sales_plan.line_ids
        year.action_break_down_quarters()
        first = year.child_ids.sorted("date_from")[0]
        first.action_break_down_people()
        first.child_ids[0].action_break_down_months()
        return year, first

    def _quotas(self):
        found = self.env["crm.incentive.quota"].search(
            [("measure_id", "=", self.measure.id)], order="date_from, date_to, id"
        )
        return [(str(q.date_from), str(q.date_to), q.amount) for q in found]

    def test_g67_broken_down_to_the_cent(self):
        year, first = self._break_down()
        self.assertEqual(year.child_ids.mapped("amount"), [250] * 4)
        self.assertEqual(first.child_ids.mapped("amount"), [125, 125])
        months = first.child_ids[0].child_ids.sorted("date_from")
        self.assertEqual(months.mapped("amount"), [41.67, 41.67, 41.66])
        self.assertEqual(str(months[1].date_to), "2026-02-28")
        self.assertEqual(self.sales_plan.total, 1000)
        for line in year + first + first.child_ids[0]:
            self.assertEqual(line.remaining, 0)
        with self.assertRaises(UserError):
            year.action_break_down_months()

    def test_g67_approved_by_another_it_sets_the_quotas(self):
        self._break_down()
        with self.assertRaises(AccessError):
            self.sales_plan.action_approve()
        self.planner.group_ids += self.env.ref(
            "crm_incentive.crm_incentive_group_approver"
        )
        with self.assertRaisesRegex(UserError, "does not approve"):
            self.sales_plan.action_approve()
        self.sales_plan.with_user(self.approver).action_approve()
        self.assertEqual(
            self._quotas(),
            [
                ("2026-01-01", "2026-01-31", 41.67),
                ("2026-01-01", "2026-03-31", 125),
                ("2026-02-01", "2026-02-28", 41.67),
                ("2026-03-01", "2026-03-31", 41.66),
            ],
        )
        for record, values in (
            (self.sales_plan, {"name": "Other"}),
            (self.sales_plan.line_ids[0], {"amount": 1}),
            (self.sales_plan, {"state": "draft"}),
        ):
            with self.assertRaises(UserError):
                record.write(values)

    def test_g67_what_does_not_add_up_is_refused(self):
        _year, first = self._break_down()
        first.child_ids[1].amount = 100
        with self.assertRaisesRegex(ValidationError, "25.00"):
            self.sales_plan.with_user(self.approver).action_approve()
        with self.assertRaises(ValidationError):
            first.date_from = date(2025, 12, 31)

    def test_g67_a_new_version_replaces_the_old_one(self):
        self._break_down()
        self.sales_plan.with_user(self.approver).action_approve()
        action = self.sales_plan.action_new_version()
        new = self.sales_plan.browse(action["res_id"])
        self.assertEqual((new.version, new.state, len(new.line_ids)), (2, "draft", 10))
        whole = new.line_ids.filtered(
            lambda line: line.participant_id and line.amount == 125
        )
        month = whole.child_ids.sorted("date_from")[0]
        month.amount, whole.child_ids.sorted("date_from")[2].amount = 41.66, 41.67
        new.with_user(self.approver).action_approve()
        self.assertEqual(self.sales_plan.state, "replaced")
        self.assertEqual([q[2] for q in self._quotas()], [41.66, 125, 41.67, 41.67])

    def test_g67_representatives_do_not_read_the_plan(self):
        for model in ("sales.plan", "sales.plan.line"):
            with self.assertRaises(AccessError):
                self.env[f"crm.incentive.{model}"].with_user(self.rep).search([])
