from datetime import datetime

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import CallCase


@tagged("post_install", "-at_install")
class TestCrmCallTrend(CallCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.queue = cls.env["asterisk.queue"].create(
            {
                "name": "sales",
                "server_id": cls.server.id,
                "service_seconds": 20,
                "answer_target": 90,
                "service_target": 70,
                "handled_target": 6,
            }
        )
        cls.leader = new_test_user(
            cls.env,
            "trend_leader",
            tz="Asia/Shanghai",
            groups="crm_stage_pipeline.crm_stage_pipeline_group_leader",
        )
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Calls",
                "user_id": cls.leader.id,
                "member_ids": [(6, 0, cls.agent.ids)],
                "call_target": 3,
            }
        )

    def add(self, at, result, **vals):
        self.env["crm.call"].create(
            {
                "server_id": self.server.id,
                "linkedid": f"t.{at}.{result}",
                "direction": "in",
                "state": "ended",
                "queue": "sales",
                "result": result,
                "started_at": at,
                **vals,
            }
        )

    def days(self, domain, *measures, user=None):
        """{(day, line): values}"""
        trend = self.env["crm.call.trend"].with_user(user or self.leader)
        rows = trend.with_context(tz="Asia/Shanghai")._read_group(
            [*domain, ("company_id", "=", self.company.id)],
            ["started_at:day", "series"],
            measures,
        )
        return {(day.strftime("%m-%d"), line): values for day, line, *values in rows}

    def test_A10_queue_against_its_target(self):
        """A10: answered, in time and number of calls by day beside the target; days
        of the reader's zone."""
        for hour, result, wait in (
            (1, "answered", 5),
            (2, "answered", 30),
            (3, "abandoned", 40),
            (4, "missed", 9),
            (18, "answered", 3),  # two in the morning in Shanghai
        ):
            self.add(datetime(2026, 3, 2, hour), result, wait_s=wait)
        self.add(datetime(2026, 3, 2, 5), "callback")  # neither served nor lost
        found = self.days(
            [("queue_id", "=", self.queue.id)],
            "answer_rate:avg",
            "service_rate:avg",
            "handled:sum",
        )
        self.assertEqual(
            found,
            {
                ("03-02", "actual"): [50, 25, 2],
                ("03-02", "target"): [90, 70, 6],
                ("03-03", "actual"): [100, 100, 1],
                ("03-03", "target"): [90, 70, 6],
            },
        )

    def test_A10_team_against_its_target(self):
        """A10: calls that went out, of the agent's team; the leader of another team
        does not see them, an agent sees none of it."""
        for minute, result in enumerate(("answered", "busy", "answered")):
            self.add(
                datetime(2026, 3, 2, 1, minute),
                result,
                direction="out",
                queue=False,
                user_id=self.agent.id,
            )
        domain = [("team_id", "!=", False)]
        found = self.days(domain, "handled:sum")
        self.assertEqual(found, {("03-02", "actual"): [2], ("03-02", "target"): [3]})
        other = new_test_user(
            self.env,
            "trend_other",
            groups="crm_stage_pipeline.crm_stage_pipeline_group_leader",
        )
        self.assertFalse(self.days(domain, "handled:sum", user=other))
        with self.assertRaises(AccessError):
            self.days(domain, "handled:sum", user=self.agent)

    def test_A10_targets_are_shares(self):
        """A10: no target above all or below nothing."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.queue.answer_target = 101
            self.queue.flush_recordset()
