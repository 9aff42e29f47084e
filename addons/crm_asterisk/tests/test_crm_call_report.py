from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import CallCase, events


@tagged("post_install", "-at_install")
class TestCrmCallReport(CallCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.queue = cls.env["asterisk.queue"].create(
            {"name": "sales", "server_id": cls.server.id}
        )
        cls.manager = new_test_user(
            cls.env,
            "call_manager",
            groups="crm_stage_pipeline.crm_stage_pipeline_group_manager",
        )

    def _today(self, call):
        """The recorded call as if it had just been."""
        shift = fields.Datetime.now() - call.ended_at
        for name in ("started_at", "answered_at", "ended_at"):
            if call[name]:
                call[name] += shift
        return call

    def _board(self):
        board = self.env["asterisk.queue"].with_user(self.agent).wallboard()
        [queue] = [row for row in board["queues"] if row["id"] == self.queue.id]
        return queue

    def test_wallboard_counts_today(self):
        """A10: answered, lost, served in time since midnight."""
        self.env.user.tz = self.agent.tz = "UTC"
        self.assertIsNone(self._board()["service_percent"])
        answered = self._today(self.play("in_queue_answered"))
        lost = self._today(self.play("in_queue_abandoned"))
        (answered | lost).started_at = fields.Datetime.now()
        board = self._board()
        self.assertEqual(
            (board["answered"], board["lost"], board["service_percent"]), (1, 1, 50)
        )
        answered.wait_s = 21
        self.assertEqual(self._board()["service_percent"], 0)
        (answered | lost).started_at = fields.Datetime.now() - timedelta(days=2)
        self.assertEqual((self._board()["answered"], self._board()["lost"]), (0, 0))

    def test_wallboard_tells_who_waits(self):
        """A10: a caller in the queue, how long, and the agents; nobody is named."""
        stream = events("in_queue_abandoned")
        join = next(
            n for n, event in enumerate(stream) if event.name == "QueueCallerJoin"
        )
        call = self.play("", stream[: join + 1])
        call.started_at = fields.Datetime.now() - timedelta(seconds=75)
        board = self._board()
        self.assertEqual(board["waiting"], 1)
        self.assertIn(board["longest_s"], range(75, 80))
        whole = self.env["asterisk.queue"].with_user(self.agent).wallboard()
        self.assertNotIn(call.number, str(whole))
        self.assertIn(self.agent.name, [agent["name"] for agent in whole["agents"]])

    def test_analysis(self):
        """A10: answer rate, transfer rate, lengths by agent and direction."""
        for name in ("out_answered", "out_busy", "transfer_blind", "in_direct"):
            self.play(name)
        report = self.env["crm.call.report"].with_user(self.manager)
        rows = report._read_group(
            [("server_id", "=", self.server.id)],
            ["direction"],
            ["__count", "answer_rate:avg", "transfer_rate:avg", "talk_s:sum"],
        )
        found = {row[0]: row[1:] for row in rows}
        self.assertEqual(found["out"][:3], (2, 50.0, 0.0))
        self.assertEqual(found["in"][:3], (2, 100.0, 50.0))
        calls = self.env["crm.call"].search([("server_id", "=", self.server.id)])
        self.assertEqual(sum(row[4] for row in rows), sum(calls.mapped("talk_s")))

    def test_A10_hours_are_the_readers(self):
        """A10: a call at 23:30 in London was at 07:30 in Shanghai."""
        call = self.play("out_answered")
        call.started_at = "2026-01-05 23:30:00"
        report = self.env["crm.call.report"].with_user(self.manager)
        for zone, hour in (("UTC", 23), ("Asia/Shanghai", 7)):
            self.manager.tz = zone
            self.env.flush_all()
            found = report.search([("started_at", "=", call.started_at)])
            self.assertEqual(found.hour, hour)
            report.invalidate_model()

    def test_A10_load_of_agents(self):
        """A10: hours ready, paused and in calls; the load of any group is of its
        sums; a leader who listens in is in no call."""
        endpoint = self.server.endpoint_ids[:1]
        begin = fields.Datetime.now() - timedelta(hours=10)
        for state, first, last in (("ready", 0, 4), ("paused", 4, 5), ("out", 5, 9)):
            self.env["asterisk.agent.log"].create(
                {
                    "endpoint_id": endpoint.id,
                    "user_id": self.agent.id,
                    "state": state,
                    "started_at": begin + timedelta(hours=first),
                    "ended_at": begin + timedelta(hours=last),
                }
            )
        call = self.play("out_answered")
        leg = call.channel_ids.filtered(lambda leg: leg.endpoint_id == endpoint)
        leg.write({"answered_at": begin, "ended_at": begin + timedelta(hours=1)})
        leg.copy(
            {
                "uniqueid": "odoo-spy-1",
                "answered_at": begin,
                "ended_at": begin + timedelta(hours=9),
            }
        )
        self.env.flush_all()
        load = self.env["asterisk.agent.load"].with_user(self.manager)
        measures = ["ready_hours", "paused_hours", "call_hours", "call_count"]
        [row] = load._read_group(
            [("user_id", "=", self.agent.id)],
            ["user_id"],
            [*(f"{name}:sum" for name in measures), "load_percent:avg"],
        )
        self.assertEqual(row[0], self.agent)
        for value, expected in zip(row[1:], (4, 1, 1, 1, 25), strict=True):
            self.assertAlmostEqual(value, expected, 3)
        with self.assertRaises(AccessError):
            load.with_user(self.agent).search([])

    def test_analysis_is_of_ones_own(self):
        """A10, A15: an agent counts his calls, a manager all."""
        self.play("out_answered")
        self.play("in_queue_answered")
        report = self.env["crm.call.report"]
        own = report.with_user(self.agent).search([])
        self.assertEqual(own.user_id, self.agent)
        both = report.with_user(self.manager).search(
            [("server_id", "=", self.server.id)]
        )
        self.assertEqual(both.user_id, self.agent | self.other)
        with self.assertRaises(AccessError):
            report.with_user(self.env.ref("base.public_user")).search([])
