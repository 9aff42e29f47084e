from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import IncentiveCommon

OWN = ("credit", "entry", "statement", "statement.line", "plan.assignment")


@tagged("post_install", "-at_install")
class TestIncentiveAccess(IncentiveCommon):
    """I10: everybody sees the own figures, planners and approvers the company's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls._measure()
        cls._plan(cls.measure, cls._table())
        cls._invoice(date(2026, 1, 5), 1000)
        cls._invoice(date(2026, 1, 6), 2000, user=cls.other_rep)
        cls._run(1)

    def _found(self, user, model):
        return self.env[f"crm.incentive.{model}"].with_user(user).search([])

    def test_i10_representatives_see_their_own(self):
        for model in OWN:
            for user in (self.rep, self.other_rep):
                found = self._found(user, model).sudo()
                self.assertEqual(found.participant_id.user_id, user, model)
        statement = self._found(self.rep, "statement")
        self.assertEqual(statement.earned, 50)
        self.assertEqual(statement.entry_ids.document_name[:3], "INV")
        self.assertTrue(statement.entry_ids.slices_text)
        self.assertTrue(statement.line_ids.name)
        with self.assertRaises(AccessError):
            self._statement(1, self.other_participant).with_user(self.rep).read(
                ["earned"]
            )

    def test_i10_planners_and_approvers_see_all(self):
        for model in OWN:
            for user in (self.planner, self.approver):
                found = self._found(user, model).sudo()
                self.assertEqual(
                    found.participant_id,
                    self.participant + self.other_participant,
                    model,
                )

    def test_i10_representatives_change_nothing(self):
        for user in (self.rep, self.approver):
            for model in (
                *OWN,
                "plan",
                "measure",
                "rate.table",
                "period",
                "participant",
            ):
                records = self._found(user, model)
                self.assertTrue(records, model)
                for right in ("write", "create", "unlink"):
                    self.assertFalse(records[0].has_access(right), (model, right))
            with self.assertRaises(AccessError):
                self._run(1, user)
            with self.assertRaises(AccessError):
                self._statement(1).with_user(user).action_submit()
            with self.assertRaises(AccessError):
                self._period(1).with_user(user).action_close()

    def test_i10_nobody_writes_the_ledger(self):
        for model in ("credit", "entry", "statement", "statement.line"):
            records = self._found(self.planner, model)
            for right in ("write", "create", "unlink"):
                self.assertFalse(records[0].has_access(right), (model, right))

    def test_i10_other_companies_are_closed(self):
        other = self.setup_other_company()["company"]
        user = new_test_user(
            self.env,
            "incentive_elsewhere",
            groups="base.group_user,crm_incentive.crm_incentive_group_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for model in (
            *OWN,
            "plan",
            "measure",
            "rate.table",
            "rate.tier",
            "period",
            "run",
        ):
            self.assertFalse(self._found(user, model), model)

    @mute_logger("odoo.models.unlink")
    def test_i10_strangers_see_nothing(self):
        user = new_test_user(self.env, "incentive_nobody", groups="base.group_user")
        for model in OWN:
            with self.assertRaises(AccessError):
                self._found(user, model)


@tagged("post_install", "-at_install")
class TestIncentivePosting(IncentiveCommon):
    """Posting and paying an invoice cost one mark for a batch with this addon."""

    def test_no_field_of_a_document_moves_incentives(self):
        for name in (
            *("account.move", "account.move.line", "account.partial.reconcile"),
            *("account.payment", "sale.order", "sale.order.line"),
        ):
            model = self.env.registry[name]
            triggers = self.env.registry.get_dependent_fields
            for field in model._fields.values():
                dependents = {f.model_name for f in triggers(field)}
                ours = {m for m in dependents if m.startswith("crm.incentive.")}
                self.assertFalse(ours, field)

    def test_posting_and_paying_write_marks_and_nothing_else(self):
        self._plan(self._measure("payment"), self._table())
        drafts = [self._invoice(date(2026, 1, 5), 100, post=False) for _n in range(2)]
        drafts[0].action_post()
        self._pay(drafts[0], date(2026, 1, 6))
        self.env.flush_all()
        queries = []
        execute = type(self.env.cr).execute

        def recording(cursor, query, *args, **kwargs):
            queries.append(str(getattr(query, "code", query)))
            return execute(cursor, query, *args, **kwargs)

        self.patch(type(self.env.cr), "execute", recording)
        drafts[1].action_post()
        self._pay(drafts[1], date(2026, 1, 6))
        self.env.flush_all()
        self.assertGreater(len(queries), 10)
        ours = [" ".join(q.split()) for q in queries if "crm_incentive" in q]
        for query in ours:
            self.assertTrue(query.startswith("INSERT INTO crm_incentive_mark"), query)
        self.assertLessEqual(len(ours), 4)

    def test_queries_of_a_run_do_not_grow_with_documents(self):
        self._plan(self._measure(), self._table())
        counts = []
        for number in (2, 20):
            for _each in range(number):
                self._invoice(date(2026, 1, 5), 100)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._run(1)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
        with self.assertQueryCount(counts[1]):
            self._run(1)
            self.env.flush_all()
