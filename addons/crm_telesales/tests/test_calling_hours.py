import doctest
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ..calling_hours import CallingHours, CallingHoursError, Closure, Window, hours

MINUTE = timedelta(minutes=1)
WEEK = tuple(Window(day, 9 * 60, 18 * 60) for day in range(7))
ZONES = [
    "Asia/Shanghai",
    "Asia/Kathmandu",  # +5:45
    "Asia/Kolkata",  # +5:30
    "Australia/Adelaide",  # +9:30, summer time in the southern year
    "Australia/Lord_Howe",  # summer time of half an hour
    "America/New_York",
    "America/St_Johns",  # -3:30
    "Europe/Berlin",
    "Pacific/Kiritimati",  # +14
    "Pacific/Pago_Pago",  # -11
    "UTC",
]


def oracle_open(hours_, moment, zones):
    """Judged by the calendar alone: the wall clock of each zone, one look each."""
    for name in zones:
        wall = (
            moment.replace(tzinfo=UTC).astimezone(ZoneInfo(name)).replace(tzinfo=None)
        )
        minute = wall.hour * 60 + wall.minute
        day = wall.weekday()
        if not any(
            w.weekday == day and w.start <= minute < w.end for w in hours_.windows
        ):
            return False
        if any(c.start <= wall < c.end for c in hours_.closures):
            return False
    return bool(zones)


def oracle_next(hours_, after, zones, horizon):
    moment = after
    while moment < after + horizon:
        if oracle_open(hours_, moment, zones):
            return moment
        moment += MINUTE
    return None


windows = st.builds(
    lambda day, a, b: Window(day, min(a, b), max(a, b) + 1),
    st.integers(0, 6),
    st.integers(0, 1439),
    st.integers(0, 1439),
)
# around changes to and from summer time, and anywhere else
moments = st.one_of(
    st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1)),
    st.builds(
        lambda base, minutes: base + minutes * MINUTE,
        st.sampled_from(
            [
                datetime(2026, 3, 8, 7),
                datetime(2026, 11, 1, 6),
                datetime(2026, 3, 29, 1),
                datetime(2026, 10, 25, 1),
                datetime(2026, 4, 4, 16, 30),
                datetime(2026, 10, 3, 16, 30),
            ]
        ),
        st.integers(-2880, 2880),
    ),
).map(lambda moment: moment.replace(second=0, microsecond=0))


@st.composite
def cases(draw):
    moment = draw(moments)
    closures = [
        Closure(start, start + draw(st.integers(1, 3000)) * MINUTE)
        for start in draw(
            st.lists(
                st.integers(-2000, 4000).map(lambda m: moment + m * MINUTE), max_size=2
            )
        )
    ]
    weekly = tuple(draw(st.lists(windows, max_size=10)))
    zones = draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=3))
    return CallingHours(weekly, tuple(closures)), moment, zones


@tagged("post_install", "-at_install")
class TestCallingHours(BaseCase):
    """T7: calling hours in the callee's own zone."""

    def test_T7_doctests(self):
        result = doctest.testmod(hours)
        self.assertGreater(result.attempted, 5)
        self.assertFalse(result.failed)

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cases())
    def test_T7_verdict_is_the_oracles(self, case):
        hours_, moment, zones = case
        for minutes in (0, 1, 59, 60, 777):
            at = moment + minutes * MINUTE
            self.assertEqual(
                hours_.judge(at, zones).is_open, oracle_open(hours_, at, zones)
            )

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cases())
    def test_T7_next_opening_is_the_oracles_first_minute(self, case):
        hours_, moment, zones = case
        horizon = timedelta(days=2)
        self.assertEqual(
            hours_.next_opening(moment, zones, horizon),
            oracle_next(hours_, moment, zones, horizon),
        )

    def test_T7_half_hour_zone_opens_at_its_own_nine(self):
        office = CallingHours(WEEK)
        for zone, utc in [
            ("Asia/Kathmandu", datetime(2026, 3, 2, 3, 15)),
            ("Australia/Adelaide", datetime(2026, 3, 1, 22, 30)),
            ("America/St_Johns", datetime(2026, 3, 2, 12, 30)),
        ]:
            with self.subTest(zone=zone):
                self.assertTrue(office.judge(utc, [zone]).is_open)
                self.assertFalse(office.judge(utc - MINUTE, [zone]).is_open)

    def test_T7_summer_time_moves_the_opening_in_utc(self):
        office = CallingHours(WEEK)
        berlin = ["Europe/Berlin"]
        self.assertEqual(
            office.next_opening(datetime(2026, 3, 28, 20), berlin),
            datetime(2026, 3, 29, 7),
        )
        self.assertEqual(
            office.next_opening(datetime(2026, 3, 27, 20), berlin),
            datetime(2026, 3, 28, 8),
        )

    def test_T7_skipped_hour_opens_when_the_clock_has_jumped(self):
        night = CallingHours((Window(6, 2 * 60, 4 * 60),))
        self.assertEqual(
            night.next_opening(datetime(2026, 3, 29), ["Europe/Berlin"]),
            datetime(2026, 3, 29, 1),
        )

    def test_T7_holiday_is_a_day_of_the_callee(self):
        holiday = Closure(datetime(2026, 10, 1), datetime(2026, 10, 2))
        office = CallingHours(WEEK, (holiday,))
        at = datetime(2026, 10, 1, 2)
        self.assertEqual(office.judge(at, ["Asia/Shanghai"]).reason, "holiday")
        self.assertEqual(office.judge(at, ["America/New_York"]).reason, "outside_hours")
        self.assertEqual(
            office.next_opening(at, ["Asia/Shanghai"]), datetime(2026, 10, 2, 1)
        )

    def test_T7_every_candidate_zone_must_be_open(self):
        us = ["America/New_York", "America/Los_Angeles"]
        office = CallingHours(WEEK)
        self.assertFalse(office.judge(datetime(2026, 6, 1, 13), us).is_open)
        self.assertEqual(
            office.next_opening(datetime(2026, 6, 1, 13), us), datetime(2026, 6, 1, 16)
        )

    def test_T7_windows_that_never_meet_have_no_opening(self):
        monday = CallingHours((Window(0, 540, 600),))
        self.assertIsNone(
            monday.next_opening(
                datetime(2026, 6, 1), ["Asia/Shanghai", "America/New_York"]
            )
        )

    def test_T7_unknown_zone_and_no_zone_are_closed(self):
        office = CallingHours(WEEK)
        self.assertEqual(office.judge(datetime(2026, 6, 1), []).reason, "no_zone")
        self.assertIsNone(office.next_opening(datetime(2026, 6, 1), []))
        for name in ("Mars/Olympus", "", "../etc/passwd"):
            with self.assertRaises(CallingHoursError):
                office.judge(datetime(2026, 6, 1), [name])

    def test_T7_nonsense_is_refused(self):
        for window in ((7, 0, 60), (0, 60, 60), (0, 0, 1441), (0, -1, 5)):
            with self.assertRaises(CallingHoursError):
                Window(*window)
        with self.assertRaises(CallingHoursError):
            Closure(datetime(2026, 1, 2), datetime(2026, 1, 1))
        with self.assertRaises(CallingHoursError):
            CallingHours(WEEK).judge(datetime(2026, 1, 1, tzinfo=UTC), ["UTC"])
