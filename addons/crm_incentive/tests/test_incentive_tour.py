from datetime import date

from odoo.tests import HttpCase, tagged

from .common import IncentiveCommon


@tagged("post_install", "-at_install")
class TestIncentiveTour(HttpCase, IncentiveCommon):
    """I8, I9 in the browser: 6,000 and 8,000 at 5 % to 10,000 and 8 % above."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._plan(cls._measure(), cls._table())
        cls._invoice(date(2026, 1, 5), 6000)
        cls._invoice(date(2026, 1, 20), 8000)

    def _tour(self, name, user, action):
        self.start_tour(
            f"/odoo/action-crm_incentive.{action}",
            name,
            login=user.login,
            timeout=240,
        )
        self.env.invalidate_all()

    def test_manager_previews_and_runs_a_period(self):
        self._tour("crm_incentive_run", self.planner, "crm_incentive_run_action")
        run = self.env["crm.incentive.run"].search([("state", "=", "done")])
        self.assertEqual(run.period_id, self._period(1))
        self.assertEqual(run.user_id, self.planner)
        self.assertEqual(self._statement(1).earned, 820)

    def test_agent_reads_the_working_of_his_statement(self):
        self._run(1)
        self._tour(
            "crm_incentive_statement", self.rep, "crm_incentive_statement_action"
        )
