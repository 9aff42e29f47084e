from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common import IncentiveCommon


def day(month, number):
    return date(2026, month, number)


@tagged("post_install", "-at_install")
class TestIncentiveIncremental(IncentiveCommon):
    """I7: incremental runs over marks of what changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._plan(cls._measure(), cls._table())
        cls.invoice = cls._invoice(day(1, 5), 1000)
        cls._run(1)

    def _follow(self, month=1):
        run = (
            self.env["crm.incentive.run"]
            .with_user(self.planner)
            .create({"period_id": self._period(month).id, "scope": "incremental"})
        )
        run.action_run()
        return run.sudo()

    def _marked(self):
        self.env.flush_all()
        marks = self.env["crm.incentive.mark"].search(
            [("company_id", "=", self.company.id)]
        )
        return {(mark.res_model, mark.res_id) for mark in marks}

    @contextmanager
    def _unmarked(self):
        mark = self.env.registry["crm.incentive.mark"]
        with patch.object(mark, "_set"), patch.object(mark, "_set_found"):
            yield

    def _queries(self, invoices):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        invoices.action_post()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_i7_documents_are_marked(self):
        self.assertFalse(self._marked())
        invoice = self._invoice(day(1, 6), 100)
        draft = self._invoice(day(1, 6), 100, post=False)
        marked = ("account.move", invoice.id)
        self.assertEqual(self._marked(), {marked})
        self._follow()
        self.assertFalse(self._marked())
        self._pay(invoice, day(1, 7))
        self.assertIn(marked, self._marked())
        self.assertNotIn(("account.move", draft.id), self._marked())
        self._follow()
        invoice.invoice_user_id = self.other_rep
        self.assertEqual(self._marked(), {marked})
        run = self._follow()
        self.assertFalse(run.is_full)
        self.assertEqual(self._statement(1, self.other_participant).earned, 5)
        self._follow()
        refund = self._refund(invoice, day(1, 9))
        self.assertIn(("account.move", refund.id), self._marked())

    def test_i7_posting_adds_at_most_two_queries_a_batch(self):
        def batch():
            return self.env["account.move"].union(
                *(self._invoice(day(1, 8), 10, post=False) for _n in range(5))
            )

        batch().action_post()
        with self._unmarked():
            without = self._queries(batch())
        self.assertLessEqual(self._queries(batch()) - without, 2)
        self.assertEqual(len(self._marked()), 10)

    def test_i7_an_incremental_run_touches_only_what_changed(self):
        self._invoice(day(1, 6), 500, user=self.other_rep)
        run = self._follow()
        self.assertFalse(run.is_full)
        self.assertEqual((run.credits_added, run.entries_added), (1, 1))
        self.assertEqual(run.line_ids.participant_id, self.other_participant)
        self.assertEqual(self._statement(1, self.other_participant).earned, 25)
        self.assertEqual(self._statement(1).earned, 50)
        self._assert_unchanged(self._follow())
        self._assert_unchanged(self._run(1))

    def test_i7_a_change_of_plans_is_computed_in_full(self):
        version = self.plan.version_ids.copy({"date_from": day(1, 1)})
        version.date_from = day(1, 4)
        version.component_ids.rate_table_id = self._table(((0, 6),))
        version.action_approve()
        run = self._follow()
        self.assertTrue(run.is_full)
        self.assertIn("in full", run.note)
        self.assertEqual(self._statement(1).earned, 60)

    def test_i7_other_days_are_computed_in_full(self):
        self._invoice(day(2, 6), 500)
        self.assertFalse(self._follow(1).credits_added)
        run = self._follow(2)
        self.assertTrue(run.is_full)
        self.assertEqual(self._statement(2).earned, 25)

    def test_i7_a_preview_leaves_the_marks(self):
        invoice = self._invoice(day(1, 6), 100)
        run = self.env["crm.incentive.run"].create(
            {"period_id": self._period(1).id, "scope": "incremental"}
        )
        self.assertEqual(run.mark_count, 1)
        run.action_preview()
        self.assertEqual(run.line_ids.mapped("difference"), [5])
        self.assertEqual(self._marked(), {("account.move", invoice.id)})

    def test_i7_a_statement_back_in_draft_is_computed_again(self):
        statement = self._statement(1)
        statement.with_user(self.planner).action_submit()
        self._follow()
        self._invoice(day(1, 6), 100)
        run = self._follow()
        self.assertIn("wait", run.note)
        statement.with_user(self.planner).action_reset()
        run = self._follow()
        self.assertFalse(run.is_full)
        self.assertEqual(statement.earned, 55)

    def test_i7_confirmed_orders_are_marked(self):
        measure = self._measure("order")
        self._plan(measure, self._table())
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner_a.id,
                "user_id": self.rep.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product_a.id,
                            "price_unit": 100,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        self._run(1)
        self.assertFalse(self._marked())
        order.action_confirm()
        order.date_order = "2026-01-10 02:00:00"
        self._follow()
        before = self._statement(1).earned
        order.order_line.price_unit = 300
        self.assertEqual(self._marked(), {("sale.order", order.id)})
        self.assertFalse(self._follow().is_full)
        self.assertEqual(self._statement(1).earned - before, 10)

    def test_i7_companies_without_plans_mark_nothing(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_incentive_plan_version SET state = 'draft' WHERE plan_id = %s",
            [self.plan.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self._invoice(day(1, 6), 100)
        self.assertFalse(self._marked())

    def test_i7_the_cron_follows_what_changed(self):
        runs = self.env["crm.incentive.run"]
        mine = [("company_id", "=", self.company.id)]
        runs._cron_follow("incremental")
        self._invoice(day(1, 6), 100)
        count = runs.search_count(mine)
        runs._cron_follow("incremental")
        self.assertEqual(runs.search_count(mine), count + 1)
        self.assertFalse(self._marked())
        runs._cron_follow("incremental")
        self.assertEqual(runs.search_count(mine), count + 1)
        runs._cron_follow("full")
        self.assertEqual(runs.search_count(mine), count + 2)
