from datetime import datetime, timedelta, timezone

from hypothesis import HealthCheck, given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ..sla import ClockState, Segment, WorkingTime, read_clock
from .sla_oracle import MINUTE, deadline_by_minutes, expand

LIMIT = timedelta(days=12)
UTC = timezone.utc
ZONES = ("Asia/Shanghai", "Europe/Paris", "America/New_York", "UTC")
# days around which the clocks of Paris and New York change, and quiet ones
DAYS = (
    datetime(2026, 3, 27, tzinfo=UTC),
    datetime(2026, 10, 23, tzinfo=UTC),
    datetime(2026, 3, 6, tzinfo=UTC),
    datetime(2026, 10, 30, tzinfo=UTC),
    datetime(2026, 7, 1, tzinfo=UTC),
)


@st.composite
def calendars(draw):
    """Up to three stretches a day; no edge inside the hours that a zone skips."""
    edges = draw(
        st.lists(
            st.integers(0, 24 * 60).filter(lambda m: not 45 < m < 195),
            min_size=2,
            max_size=6,
            unique=True,
        )
    )
    edges = sorted(edges)[: len(edges) // 2 * 2]
    minutes = list(zip(edges[::2], edges[1::2], strict=True))
    days = draw(st.sets(st.integers(0, 6), min_size=1))
    return draw(st.sampled_from(ZONES)), days, minutes


@st.composite
def histories(draw):
    """Marks (instant, running, budget): pauses and new promises at random minutes."""
    moment = draw(st.sampled_from(DAYS)) + draw(st.integers(0, 2880)) * MINUTE
    budget = draw(st.integers(1, 600))
    marks = [(moment, True, budget)]
    for _index in range(draw(st.integers(0, 5))):
        moment += draw(st.integers(0, 900)) * MINUTE
        if draw(st.booleans()):
            budget = draw(st.integers(1, 600))
        marks.append((moment, draw(st.booleans()), budget))
    if not marks[-1][1]:
        marks.append((moment + draw(st.integers(0, 900)) * MINUTE, True, budget))
    return marks


def segments_of(marks, work):
    return [
        Segment(
            moment,
            ClockState.RUNNING if running else ClockState.PAUSED,
            timedelta(minutes=budget),
            work,
        )
        for moment, running, budget in marks
    ]


@tagged("post_install", "-at_install")
class TestSlaProperties(BaseCase):
    """S7: the clock equals a count of minutes, also where summer time begins."""

    @settings(
        max_examples=120,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(calendar=calendars(), marks=histories())
    def test_s7_deadline_equals_the_count_of_minutes(self, calendar, marks):
        expected, consumed = deadline_by_minutes(*calendar, marks, LIMIT)
        if expected is None:  # more work than the looked-at days hold
            return
        begin, end = marks[0][0], marks[-1][0] + LIMIT + timedelta(days=2)
        segments = segments_of(marks, WorkingTime(expand(*calendar, begin, end)))
        reading = read_clock(segments, marks[-1][0])
        self.assertEqual(reading.deadline, expected)
        self.assertEqual(reading.consumed, timedelta(minutes=consumed))
        later = read_clock(segments, expected + MINUTE)
        self.assertEqual(later.deadline, expected)
        self.assertTrue(later.breached)

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(calendar=calendars(), marks=histories(), cut=st.integers(1, 2000))
    def test_s7_a_segment_cut_in_two_changes_nothing(self, calendar, marks, cut):
        begin, end = marks[0][0], marks[-1][0] + timedelta(days=60)
        work = WorkingTime(expand(*calendar, begin, end))
        worked = work.worked(marks[-1][0], end)
        if worked < timedelta(minutes=marks[-1][2] + 1):
            return
        whole = segments_of(marks, work)
        place = min(len(marks) - 1, cut % len(marks))
        moment, running, budget = marks[place]
        stop = marks[place + 1][0] if place + 1 < len(marks) else moment + 9 * MINUTE
        middle = moment + (stop - moment) // 2
        halves = marks[: place + 1] + [(middle, running, budget)] + marks[place + 1 :]
        now = max(halves[-1][0], marks[-1][0])
        self.assertEqual(
            read_clock(segments_of(halves, work), now),
            read_clock(whole, now),
        )

    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(
        edges=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 300))),
        start=st.integers(0, 5000),
        needed=st.integers(1, 400),
    )
    def test_s7_after_is_the_earliest_moment_that_worked_enough(
        self, edges, start, needed
    ):
        zero = datetime(2026, 1, 1)
        work = WorkingTime(
            (zero + first * MINUTE, zero + (first + length) * MINUTE)
            for first, length in edges
        )
        begin = zero + start * MINUTE
        total = work.worked(begin, zero + timedelta(days=30))
        if total < needed * MINUTE:
            return
        due = work.after(begin, needed * MINUTE)
        self.assertEqual(work.worked(begin, due), needed * MINUTE)
        self.assertLess(work.worked(begin, due - MINUTE), needed * MINUTE)
