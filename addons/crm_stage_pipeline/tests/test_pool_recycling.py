import doctest
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_stage_pipeline.pool import recycling
from odoo.addons.crm_stage_pipeline.pool.recycling import (
    Clock,
    Facts,
    Rule,
    merge,
    returns_at,
)

# zones with and without daylight saving, also one whose midnight it skips
ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "America/Santiago", "Asia/Beirut")
WEEK = {(p, d): ((9.0, 12.0), (13.0, 17.5)) for p in (0, 1) for d in range(5)}
moments = st.datetimes(
    datetime(2022, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)
)
zones = st.sampled_from(ZONES)
days = st.integers(0, 90)
absences = st.lists(
    st.tuples(moments, st.integers(1, 40 * 24)).map(
        lambda pair: (pair[0], pair[0] + timedelta(hours=pair[1]))
    ),
    max_size=4,
)
rules = st.lists(
    st.builds(
        Rule,
        id=st.integers(1, 99),
        kind=st.sampled_from(["uncontacted", "gap", "failed", "protection"]),
        days=st.integers(1, 60),
        pool_id=st.none() | st.integers(1, 2),
        stage_ids=st.frozensets(st.integers(1, 3), max_size=2),
        has_domain=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda rule: rule.id,
)


@st.composite
def facts_of(draw):
    """A customer who was claimed, perhaps contacted, protected or failed."""
    claimed = draw(moments)
    near = st.integers(-60, 60).map(lambda hours: claimed + timedelta(hours=hours))
    return Facts(
        owner=7,
        claimed_at=claimed,
        last_contact_at=draw(st.none() | near),
        protected_until=draw(st.none() | near),
        resumed_at=draw(st.none() | near),
        pool_id=draw(st.integers(1, 2)),
        stage_id=draw(st.integers(1, 3)),
        failed_at=draw(st.dictionaries(st.integers(1, 99), near, max_size=9)),
        matched_ids=draw(st.frozensets(st.integers(1, 99), max_size=9)),
    )


@tagged("post_install", "-at_install")
class TestPoolRecycling(BaseCase):
    """P27: when a rule takes a customer back, without Odoo."""

    def test_doctests(self):
        failed, tried = doctest.testmod(recycling)
        self.assertEqual(failed, 0)
        self.assertGreater(tried, 0)

    @given(zones, moments, days)
    @settings(max_examples=200, deadline=None)
    def test_days_are_the_company_s(self, zone, start, count):
        """P27: the return is a local midnight, count whole local days away (DST)."""
        due = Clock(zone).due(start, count).astimezone(ZoneInfo(zone))
        begun = start.astimezone(ZoneInfo(zone)).date()
        self.assertEqual((due.date() - begun).days, count + 1)
        just_before = due.astimezone(UTC) - timedelta(seconds=1)
        self.assertEqual(
            just_before.astimezone(ZoneInfo(zone)).date(), due.date() - timedelta(1)
        )

    def test_claimed_a_minute_before_midnight(self):
        """P27: claimed at 23:59, one day: the whole next day is left."""
        start = datetime(2026, 3, 2, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
        due = Clock("Asia/Shanghai").due(start, 1)
        self.assertEqual(due, datetime(2026, 3, 3, 16, tzinfo=UTC))

    @given(zones, moments, days, absences)
    @settings(max_examples=150, deadline=None)
    def test_paused_clock_is_the_naive_count(self, zone, start, count, away):
        """P27: counting day by day, hour by hour, gives the same date."""
        clock = Clock(zone, WEEK, merge(away))
        local = ZoneInfo(zone)

        def works(day):
            minutes = (
                datetime.combine(day, datetime.min.time(), local) + timedelta(minutes=m)
                for begin, end in WEEK.get((0, day.weekday()), ())
                for m in range(int(begin * 60), int(end * 60), 30)
            )
            halves = [minute.astimezone(UTC) for minute in minutes]
            half = timedelta(minutes=30)
            return any(
                not any(b <= moment and moment + half <= e for b, e in clock.absences)
                for moment in halves
            )

        day, left = start.astimezone(local).date(), count
        while left:
            day += timedelta(days=1)
            left -= works(day)
        self.assertEqual(
            clock.due(start, count).astimezone(local).date(), day + timedelta(days=1)
        )

    @given(zones, moments, days, absences)
    @settings(max_examples=100, deadline=None)
    def test_more_pauses_never_come_sooner(self, zone, start, count, away):
        """P27: free days and absences only postpone; more days do too."""
        free, week = Clock(zone), Clock(zone, WEEK)
        absent = Clock(zone, WEEK, merge(away))
        self.assertLessEqual(free.due(start, count), week.due(start, count))
        self.assertLessEqual(week.due(start, count), absent.due(start, count))
        self.assertLess(absent.due(start, count), absent.due(start, count + 1))

    def test_clock_that_stands_still(self):
        """P27: who is away for ever loses nothing."""
        start = datetime(2026, 3, 2, tzinfo=UTC)
        always = ((start, start + timedelta(days=8000)),)
        self.assertIsNone(Clock("UTC", WEEK, always).due(start, 5))

    def test_every_second_week(self):
        """P27: a schedule of two weeks: the parity of the week decides."""
        odd = {(1, day): ((9.0, 17.0),) for day in range(5)}
        clock = Clock("UTC", odd)
        first = date(2026, 3, 2)
        counted = [clock.counts(first + timedelta(days=7 * n)) for n in range(4)]
        self.assertEqual(counted[0], counted[2])
        self.assertNotEqual(counted[0], counted[1])

    @given(rules, facts_of(), zones)
    @settings(max_examples=300, deadline=None)
    def test_earliest_of_all_rules(self, some_rules, facts, zone):
        """P27: adding a rule never makes it later, and nothing protected returns."""
        clock = Clock(zone)

        def clock_of(_counting, _owner):
            return clock

        found = returns_at(some_rules, facts, clock_of)
        alone = [returns_at([rule], facts, clock_of) for rule in some_rules]
        dates = [one[0] for one in alone if one]
        self.assertEqual(found and found[0], min(dates, default=None))
        if found:
            rule = next(rule for rule in some_rules if rule.id == found[1])
            self.assertIn(rule.pool_id, (None, facts.pool_id))
            self.assertTrue(not rule.stage_ids or facts.stage_id in rule.stage_ids)
            self.assertGreater(found[0], facts.claimed_at - timedelta(days=4))
            if facts.protected_until:
                self.assertGreaterEqual(found[0], facts.protected_until)

    def test_contact_ends_the_wait_for_the_first(self):
        """P27: a contact before the claim does not count, one after it does."""
        claimed = datetime(2026, 3, 2, 9, tzinfo=UTC)
        wait, gap = Rule(1, "uncontacted", 7), Rule(2, "gap", 30)
        clock = Clock("UTC")

        def rule_for(contact):
            facts = Facts(owner=7, claimed_at=claimed, last_contact_at=contact)
            return returns_at([wait, gap], facts, lambda *_args: clock)

        self.assertEqual(rule_for(None), (datetime(2026, 3, 10, tzinfo=UTC), 1))
        self.assertEqual(rule_for(claimed - timedelta(days=3))[1], 1)
        self.assertEqual(
            rule_for(claimed + timedelta(days=1)),
            (datetime(2026, 4, 3, tzinfo=UTC), 2),
        )
