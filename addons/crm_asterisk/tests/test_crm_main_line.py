from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CallCase


@tagged("post_install", "-at_install")
class TestCrmMainLine(CallCase):
    """C16: missed calls on the main line until somebody has spoken with the caller."""

    def setUp(self):
        super().setUp()
        self.call = self.play("in_queue_abandoned")
        self.call.user_id = self.agent
        self.env.flush_all()
        # the sessions were recorded some day
        frozen = freeze_time(fields.Datetime.to_string(self.call.ended_at))
        frozen.start()
        self.addCleanup(frozen.stop)

    def _row(self, user, scope="mine"):
        line = self.env["crm.main.line"].with_user(user).get_main_line(scope)
        rows = {row["code"]: row["counts"] for row in line["rows"]}
        return line["day"], rows["missed_call"]

    def test_tiles_equal_lists(self):
        """C16, P40: each number of the missed calls is the length of the list."""
        for user, number in ((self.agent, 1), (self.other, 0)):
            day, counts = self._row(user)
            main_line = self.env["crm.main.line"].with_user(user)
            calls = self.env["crm.call"].with_user(user)
            for column in ("overdue", "today", "tomorrow", "week", "month"):
                with self.subTest(user=user.login, column=column):
                    action = main_line.open_tile("missed_call", column, "mine", day)
                    self.assertEqual(
                        calls.search_count(action["domain"]), counts[column]
                    )
            self.assertEqual(counts["today"], number)

    def test_first_in_the_queue(self):
        """C16: offered before all visits; ticked off, no more."""
        queue = self.env["crm.work.queue"].with_user(self.agent)
        self.assertEqual(queue.get_queue()[0]["key"], f"crm.call,{self.call.id}")
        with self.assertRaises(AccessError):
            self.call.with_user(self.other).action_called_back()
        self.call.with_user(self.agent).action_called_back()
        self.assertFalse(
            [row for row in queue.get_queue() if row["row"] == "missed_call"]
        )
        self.assertEqual(self._row(self.agent)[1]["today"], 0)

    def test_speaking_returns_the_call(self):
        """C16: an answered call with the same number, in or out, ticks it off."""
        vain = self.play("out_no_answer")
        vain.write({"e164": self.call.e164, "is_settled": False})
        vain._settle(fields.Datetime.now())
        self.assertFalse(self.call.is_returned)
        # the same caller, later
        self.call.started_at -= timedelta(minutes=1)
        spoken = self.play("in_queue_answered")
        self.assertEqual(spoken.e164, self.call.e164)
        self.assertTrue(self.call.is_returned)

    def test_an_earlier_conversation_returns_nothing(self):
        """C16: what was said before the missed call does not answer it."""
        spoken = self.play("in_queue_answered")
        self.assertEqual(spoken.e164, self.call.e164)
        self.assertLess(spoken.started_at, self.call.started_at)
        self.assertFalse(self.call.is_returned)
