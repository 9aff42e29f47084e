import doctest
import json
from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged
from odoo.tools import file_open

from ..sla import (
    ClockState,
    HorizonError,
    Segment,
    WorkingTime,
    read_clock,
    working_time,
)
from .sla_oracle import expand


@tagged("post_install", "-at_install")
class TestSlaCases(BaseCase):
    """S7: the agreed cases of promised times."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open("crm_service/tests/data/sla_cases.json") as file:
            cls.cases = json.load(file)["cases"]

    def _segments(self, case):
        moment = datetime.fromisoformat
        created = moment(case["created"])
        calendar = case["calendar"]
        work = WorkingTime(
            expand(
                calendar["tz"],
                set(calendar["days"]),
                calendar["minutes"],
                created - timedelta(days=1),
                created + timedelta(days=60),
            )
        )
        marks = [(created, ClockState.RUNNING, case["budget_minutes"])]
        for start, stop in case["pauses"]:
            marks.append((moment(start), ClockState.PAUSED, None))
            marks.append((moment(stop), ClockState.RUNNING, None))
        for at, minutes in case["policy_changes"]:
            marks.append((moment(at), None, minutes))
        segments = []
        for at, state, minutes in sorted(marks, key=lambda mark: mark[0]):
            before = segments[-1] if segments else None
            segments.append(
                Segment(
                    at,
                    state or before.state,
                    before.budget if minutes is None else timedelta(minutes=minutes),
                    work,
                )
            )
        return segments

    def test_s7_agreed_cases(self):
        self.assertTrue(self.cases)
        for case in self.cases:
            with self.subTest(case=case["id"]):
                segments = self._segments(case)
                reading = read_clock(segments, segments[-1].start)
                expected = datetime.fromisoformat(case["expected_deadline"])
                self.assertEqual(reading.deadline, expected)

    def test_s7_agreed_cases_read_later(self):
        """The time of reading moves no deadline; one minute after it is breached."""
        for case in self.cases:
            with self.subTest(case=case["id"]):
                segments = self._segments(case)
                due = datetime.fromisoformat(case["expected_deadline"])
                at_due = read_clock(segments, due)
                later = read_clock(segments, due + timedelta(minutes=1))
                self.assertEqual((at_due.deadline, later.deadline), (due, due))
                self.assertFalse(at_due.breached)
                self.assertTrue(later.breached)

    def test_doctests(self):
        result = doctest.testmod(working_time)
        self.assertTrue(result.attempted)
        self.assertFalse(result.failed)


@tagged("post_install", "-at_install")
class TestSlaClock(BaseCase):
    """S7: rules of the clock that the agreed cases leave open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.day = datetime(2026, 3, 9)
        cls.work = WorkingTime(
            (
                cls.day + timedelta(days=day, hours=9),
                cls.day + timedelta(days=day, hours=17),
            )
            for day in range(5)
        )

    def _segment(self, hour, state, hours):
        return Segment(
            self.day + timedelta(hours=hour), state, timedelta(hours=hours), self.work
        )

    def test_s7_paused_clock_has_no_deadline_but_a_rest(self):
        segments = [
            self._segment(9, ClockState.RUNNING, 4),
            self._segment(10, ClockState.PAUSED, 4),
        ]
        reading = read_clock(segments, self.day + timedelta(days=3))
        self.assertIsNone(reading.deadline)
        self.assertFalse(reading.breached)
        self.assertEqual(reading.remaining, timedelta(hours=3))

    def test_s7_pause_outside_hours_moves_nothing(self):
        segments = [
            self._segment(9, ClockState.RUNNING, 10),
            self._segment(18, ClockState.PAUSED, 10),
            self._segment(24 + 8, ClockState.RUNNING, 10),
        ]
        reading = read_clock(segments, self.day + timedelta(hours=32))
        self.assertEqual(reading.deadline, self.day + timedelta(hours=24 + 11))

    def test_s7_shorter_promise_is_not_broken_before_it_was_made(self):
        segments = [
            self._segment(9, ClockState.RUNNING, 8),
            self._segment(14, ClockState.RUNNING, 1),
        ]
        reading = read_clock(segments, self.day + timedelta(hours=14))
        self.assertEqual(reading.deadline, self.day + timedelta(hours=14))
        self.assertFalse(reading.breached)

    def test_s7_longer_promise_moves_a_deadline_that_had_passed(self):
        segments = [
            self._segment(9, ClockState.RUNNING, 1),
            self._segment(12, ClockState.RUNNING, 5),
        ]
        reading = read_clock(segments, self.day + timedelta(hours=12))
        self.assertEqual(reading.deadline, self.day + timedelta(hours=14))
        self.assertFalse(reading.breached)

    def test_s7_stopped_clock_keeps_its_deadline(self):
        segments = [
            self._segment(9, ClockState.RUNNING, 4),
            self._segment(10, ClockState.STOPPED, 4),
        ]
        reading = read_clock(segments, self.day + timedelta(days=30))
        self.assertEqual(reading.deadline, self.day + timedelta(hours=13))
        self.assertEqual(reading.consumed, timedelta(hours=1))
        self.assertFalse(reading.breached)

    def test_s7_stopped_after_the_deadline_stays_breached(self):
        segments = [
            self._segment(9, ClockState.RUNNING, 8),
            self._segment(20, ClockState.STOPPED, 8),
        ]
        reading = read_clock(segments, self.day + timedelta(hours=21))
        self.assertEqual(reading.deadline, self.day + timedelta(hours=17))
        self.assertTrue(reading.breached)

    def test_s7_two_calendars_each_count_their_own_segment(self):
        round_the_clock = WorkingTime([(self.day, self.day + timedelta(days=9))])
        segments = [
            self._segment(15, ClockState.RUNNING, 6),
            Segment(
                self.day + timedelta(hours=18),
                ClockState.RUNNING,
                timedelta(hours=6),
                round_the_clock,
            ),
        ]
        reading = read_clock(segments, self.day + timedelta(hours=18))
        self.assertEqual(reading.deadline, self.day + timedelta(hours=22))

    def test_s7_calendar_that_ends_too_early_says_so(self):
        with self.assertRaises(HorizonError):
            read_clock([self._segment(9, ClockState.RUNNING, 99)], self.day)
        with self.assertRaises(HorizonError):
            WorkingTime([]).after(self.day, timedelta(minutes=1))

    def test_s7_bad_segments_are_refused(self):
        with self.assertRaises(ValueError):
            read_clock([], self.day)
        with self.assertRaises(ValueError):
            read_clock(
                [
                    self._segment(10, ClockState.RUNNING, 1),
                    self._segment(9, ClockState.PAUSED, 1),
                ],
                self.day,
            )
