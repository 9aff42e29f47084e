import doctest
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_stage_pipeline.pool import workday
from odoo.addons.crm_stage_pipeline.pool.workday import (
    local_day,
    midnight,
    work_periods,
)

ZONES = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",  # DST begins at midnight
    "Australia/Lord_Howe",  # DST of half an hour
    "Pacific/Kiritimati",
]


@tagged("post_install", "-at_install")
class TestWorkday(BaseCase):
    """P40: today, tomorrow, week and month of a person's zone, in UTC."""

    def test_doctests(self):
        self.assertFalse(doctest.testmod(workday).failed)
        self.assertTrue(doctest.testmod(workday).attempted)

    def test_table(self):
        """The periods of one Wednesday, by zone and first day of the week."""
        cases = [
            ("Asia/Shanghai", 1, "today", None, "2026-03-11 16:00"),
            ("Asia/Shanghai", 1, "overdue", None, "2026-03-10 16:00"),
            ("Asia/Shanghai", 1, "day", "2026-03-10 16:00", "2026-03-11 16:00"),
            ("Asia/Shanghai", 1, "tomorrow", "2026-03-11 16:00", "2026-03-12 16:00"),
            ("Asia/Shanghai", 1, "week", "2026-03-08 16:00", "2026-03-15 16:00"),
            ("Asia/Shanghai", 7, "week", "2026-03-07 16:00", "2026-03-14 16:00"),
            ("Asia/Shanghai", 1, "month", "2026-02-28 16:00", "2026-03-31 16:00"),
            # the zone's DST begins and ends within these periods
            ("America/New_York", 7, "week", "2026-03-08 05:00", "2026-03-15 04:00"),
            ("America/New_York", 1, "month", "2026-03-01 05:00", "2026-04-01 04:00"),
        ]
        for zone, weekday, code, start, end in cases:
            with self.subTest(zone=zone, weekday=weekday, code=code):
                period = work_periods(date(2026, 3, 11), zone, weekday)[code]
                self.assertEqual(period.start and f"{period.start:%F %H:%M}", start)
                self.assertEqual(f"{period.end:%F %H:%M}", end)

    @given(
        st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31)),
        st.sampled_from(ZONES),
        st.integers(1, 7),
    )
    def test_now_lies_in_its_day_week_and_month(self, now, zone, weekday):
        """Any instant, also in a DST change: in one day, one week, one month."""
        today = local_day(now, zone)
        periods = work_periods(today, zone, weekday)
        for code in ("today", "day", "week", "month"):
            self.assertIn(now, periods[code])
        for code in ("overdue", "tomorrow"):
            self.assertNotIn(now, periods[code])
        self.assertEqual(periods["overdue"].end, periods["day"].start)
        self.assertEqual(periods["day"].end, periods["tomorrow"].start)
        first = periods["week"].start.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        self.assertEqual(first.isoweekday(), weekday)

    @given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.sampled_from(ZONES))
    def test_days_touch_and_are_about_a_day(self, day, zone):
        """No instant lies between two days, none in both."""
        start = midnight(day, zone)
        end = midnight(day + timedelta(days=1), zone)
        self.assertEqual(local_day(start, zone), day)
        before = local_day(start - timedelta(microseconds=1), zone)
        self.assertEqual(before, day - timedelta(days=1))
        self.assertLess(abs(end - start - timedelta(days=1)), timedelta(hours=2))
