from decimal import Decimal

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import BaseCase, tagged

from ..formula import Scope, evaluate, parse
from ..rating import RateTable, TableError, Tier
from ..rating.tier import GridTable
from .test_incentive_formula import FormulaCommon


def row(*rates):
    bounds = (0, 1000)
    return tuple(
        Tier(Decimal(bound), Decimal(rate))
        for bound, rate in zip(bounds, rates, strict=True)
    )


@tagged("post_install", "-at_install")
class TestRateGrid(BaseCase):
    """I4: rates by two figures, the pure table and its function."""

    GRID = GridTable(((Decimal(0), row(1, 2)), (Decimal(1), row(3, 4))))

    def test_i4_boundaries_belong_to_the_upper_interval(self):
        for first, second, rate in (
            *(("0", "0", 1), ("0.99", "999.99", 1), ("0.99", "1000", 2)),
            *(("1", "0", 3), ("1", "1000", 4), ("7", "99999", 4), ("-1", "-5", 1)),
        ):
            with self.subTest(first=first, second=second):
                self.assertEqual(self.GRID.cell(Decimal(first), Decimal(second)), rate)

    def test_i4_grids_that_are_refused(self):
        short = (Tier(Decimal(0), Decimal(1)),)
        for rows, code in (
            ((), "empty"),
            (((Decimal(1), row(1, 2)),), "first_bound"),
            (((Decimal(0), row(1, 2)), (Decimal(0), row(1, 2))), "order"),
            (((Decimal(0), row(1, 2)), (Decimal(1), short)), "ragged"),
            (((Decimal(0), (Tier(Decimal(1), Decimal(1)),)),), "first_bound"),
        ):
            with self.subTest(code), self.assertRaises(TableError) as refused:
                GridTable(rows)
            self.assertEqual(refused.exception.code, code)

    def test_i4_the_function_needs_its_kind_of_table(self):
        scope = Scope(tables={"two": self.GRID, "one": RateTable(row(1, 2))})
        self.assertEqual(evaluate(parse("grid(two, 1, 1000)"), scope), 4)
        for text in ("grid(one, 1, 1)", "tier(two, 1)", "marginal(two, 1)"):
            with self.subTest(text):
                self.assertEqual(evaluate(parse(text), scope).code, "wrong_table")


@tagged("post_install", "-at_install")
class TestIncentiveGrid(FormulaCommon):
    """I4: a formula pays by a grid of attainment and sales."""

    @classmethod
    def _grid(cls, *cells):
        return cls.env["crm.incentive.rate.table"].create(
            {
                "name": "Grid",
                "code": "steps",
                "kind": "grid",
                "tier_ids": [
                    Command.create(
                        {"lower_bound": first, "column_bound": second, "value": value}
                    )
                    for first, second, value in cells
                ],
            }
        )

    def test_i4_a_formula_pays_by_two_figures(self):
        self._grid((0, 0, 1), (0, 1000, 2), (3000, 0, 3), (3000, 1000, 4))
        formula = self._formula("pay", "sold * grid(steps, ytd(sold), sold) / 100")
        self._formula_plan(formula)
        self._invoice("2026-01-05", 2500)
        self._invoice("2026-02-05", 500)
        self._run(2)
        self.assertEqual(self._statement(1).earned, 50)
        self.assertEqual(self._statement(2).earned, 15)

    def test_i4_a_component_by_two_figures_needs_no_formula(self):
        """The wizard writes it; the statement explains it."""
        self._grid((0, 0, 1), (0, 1, 2), (3000, 0, 3), (3000, 1, 4))
        plan = self.env["crm.incentive.plan"].create(
            {
                "name": "By grid",
                "assignment_ids": [
                    Command.create(
                        {
                            "participant_id": self.participant.id,
                            "date_from": "2026-01-01",
                        }
                    )
                ],
                "version_ids": [Command.create({"date_from": "2026-01-01"})],
            }
        )
        self._quota(2000, "2026-01-01", "2026-01-31")
        wizard = self.env["crm.incentive.component.grid"].with_user(self.planner)
        values = {"version_id": plan.version_ids.id, "name": "Grid", "code": "pay"}
        values |= {
            "measure_id": self.measure.id,
            "table_id": self.env["crm.incentive.rate.table"]
            .search([("code", "=", "steps")])
            .id,
        }
        with self.assertRaises(UserError):
            wizard.create({**values, "column": "measure"}).action_add()
        wizard.create(values).action_add()
        plan.version_ids.action_approve()
        self._invoice("2026-01-05", 2500)
        self._run(1)
        self.assertEqual(self._statement(1).earned, 50)
        self.assertIn("grid(steps", self._statement(1).entry_ids.slices_text)

    def test_i4_what_is_refused_of_grids(self):
        with self.assertRaises(ValidationError):
            self._grid((0, 0, 1), (0, 1000, 2), (3000, 0, 3))
        grid = self._grid((0, 0, 1))
        with self.assertRaises(ValidationError):
            self._plan(self.measure, grid)
