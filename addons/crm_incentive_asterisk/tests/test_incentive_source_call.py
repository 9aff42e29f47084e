from odoo.tests import tagged

from odoo.addons.crm_incentive.tests.common import IncentiveCommon


@tagged("post_install", "-at_install")
class TestIncentiveSourceCall(IncentiveCommon):
    """I2: answered calls count one each for the agent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = (
            cls.env["asterisk.server"]
            .sudo()
            .create({"name": "PBX", "secret": "hidden", "company_id": cls.company.id})
        )
        cls.measure = cls._measure("call", domain='[("talk_s", ">=", 60)]')
        cls._plan(cls.measure, cls._table())

    def _call(self, number, **values):
        return (
            self.env["crm.call"]
            .sudo()
            .create(
                {
                    "server_id": self.server.id,
                    "linkedid": f"incentive.{number}",
                    "direction": "out",
                    "state": "ended",
                    "user_id": self.rep.id,
                    "started_at": "2026-01-10 10:00:00",
                    "answered_at": "2026-01-10 10:00:10",
                    "talk_s": 90,
                    **values,
                }
            )
        )

    def test_i2_answered_calls_of_the_filter_count(self):
        call = self._call(1)
        self._call(2, talk_s=20)
        self._call(3, answered_at=False)
        self._call(4, state="talking")
        self._call(5, direction="internal")
        self._run(1)
        credit = self.env["crm.incentive.credit"].search(
            [("measure_id", "=", self.measure.id)]
        )
        self.assertEqual((credit.res_id, credit.amount), (call.id, 1))
        self.assertEqual(credit.participant_id, self.participant)

    def test_i7_a_call_is_marked_when_it_ends(self):
        self._run(1)
        call = self._call(6, state="talking")
        marks = self.env["crm.incentive.mark"]
        self.assertFalse(marks.search([]))
        call.state = "ended"
        self.assertEqual(marks.search([]).res_id, call.id)
        run = self.env["crm.incentive.run"].create(
            {"period_id": self._period(1).id, "scope": "incremental"}
        )
        run.action_run()
        self.assertEqual((run.is_full, run.credits_added), (False, 1))
