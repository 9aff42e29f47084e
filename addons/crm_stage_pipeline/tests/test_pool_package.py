import doctest
import importlib
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_stage_pipeline.pool import (
    Allowance,
    Move,
    MoveTable,
    daily_limit,
    quota_day,
    share_out,
)
from odoo.addons.crm_stage_pipeline.pool.transition import (
    STAGES,
    default_moves,
    rank,
)

ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati")
moments = st.datetimes(
    datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)
)
limits = st.none() | st.integers(0, 50)
allowances = st.builds(
    Allowance,
    quota=limits,
    used=st.integers(0, 60),
    cap=limits,
    held=st.integers(0, 60),
)


@tagged("post_install", "-at_install")
class TestPoolPackage(BaseCase):
    """P3, P24, P25, P30: the rules that need no Odoo."""

    def test_doctests(self):
        for name in ("quota", "transition"):
            module = importlib.import_module(
                f"odoo.addons.crm_stage_pipeline.pool.{name}"
            )
            result = doctest.testmod(module)
            self.assertTrue(result.attempted)
            self.assertFalse(result.failed)

    @settings(deadline=None)
    @given(st.lists(st.tuples(moments, st.sampled_from(ZONES)), min_size=1))
    def test_day_never_goes_back(self, claims):
        """P25: whatever the zone is changed to, days only grow."""
        last = None
        for now, zone in sorted(claims, key=lambda claim: claim[0]):
            day = quota_day(now, zone, last)
            self.assertTrue(last is None or day >= last)
            last = day

    @given(moments, st.sampled_from(ZONES))
    def test_day_is_the_zone_s(self, now, zone):
        """P25: without history it is the calendar day of the company's zone."""
        day = quota_day(now, zone)
        self.assertLessEqual(abs(day - now.date()), timedelta(days=1))

    def test_day_needs_a_zone(self):
        with self.assertRaises(ValueError):
            quota_day(datetime(2026, 1, 1), "UTC")

    def test_day_on_daylight_saving(self):
        """P25: a day of 25 hours is one day."""
        nights = [
            datetime(2026, 11, 1, 4, 30, tzinfo=UTC) + timedelta(hours=hour)
            for hour in range(24)
        ]
        days = {quota_day(night, "America/New_York") for night in nights}
        self.assertEqual(days, {date(2026, 11, 1)})

    @given(st.lists(limits))
    def test_most_generous_limit(self, lines):
        """P24: several roles: the highest, and no line is no limit."""
        limit = daily_limit(lines)
        if not lines or None in lines:
            self.assertIsNone(limit)
        else:
            self.assertEqual(limit, max(lines))

    @given(st.lists(st.integers(), unique=True), allowances, st.booleans())
    def test_share_out(self, wanted, allowance, partial):
        """P6, P24: nothing is lost, nothing is above what is left, order is kept."""
        chosen, refused = share_out(wanted, allowance, partial=partial)
        self.assertEqual(chosen + refused, wanted)
        if allowance.left is not None:
            self.assertLessEqual(len(chosen), allowance.left)
            self.assertGreaterEqual(allowance.left, 0)
        if not partial:
            self.assertIn(len(chosen), (0, len(wanted)))
        if not refused:
            self.assertEqual(chosen, wanted)

    @given(
        st.lists(st.lists(st.integers(0, 5), max_size=8), max_size=8),
        st.integers(0, 20),
    )
    def test_quota_is_never_passed(self, requests, limit):
        """P24: any series of claims, released or not, ends at the limit."""
        used = 0
        for request in requests:
            wanted = list(range(len(request)))
            chosen, _refused = share_out(wanted, Allowance(limit, used), partial=True)
            used += len(chosen)
        self.assertLessEqual(used, limit)

    @given(allowances)
    def test_refusal_names_the_tighter_bound(self, allowance):
        """P30: the sentence tells which of the two bounds stops."""
        if allowance.left is None:
            return
        code = allowance.refusal()
        bound = {
            "quota_exceeded": allowance.quota_left,
            "cap_exceeded": allowance.cap_left,
        }[code]
        self.assertEqual(bound, allowance.left)

    def test_moves_of_each_role(self):
        """P3, C3: what agents may not, managers may; deal is reached from all."""
        table = MoveTable(default_moves())
        agent = {"user"}
        manager = {"user", "leader", "manager"}
        for code in (None, "reserve"):
            self.assertEqual(table.targets("promote", code, agent), [])
            self.assertEqual(table.targets("demote", code, agent), [])
            self.assertIn("deal", table.targets("promote", code, manager))
        self.assertEqual(
            table.targets("screen", "reserve", agent),
            ["target", "potential", "opportunity"],
        )
        for code in STAGES[1:-1]:
            self.assertIn("deal", table.targets("promote", code, agent))
            self.assertIn(None, table.targets("demote", code, agent))

    def test_direction_of_moves(self):
        """P3, P4: promotion goes up, demotion down; the reserve is shared."""
        for move in default_moves():
            step = rank(move.to_code) - rank(move.from_code)
            if move.kind in ("promote", "screen"):
                self.assertGreater(step, 0)
            if move.kind == "demote":
                self.assertLess(step, 0)
                self.assertEqual(move.clear_owner, move.to_code == "reserve")

    def test_wider_role_is_not_restricted(self):
        """Of two fitting moves the one that keeps the owner is taken."""
        table = MoveTable(
            [
                Move("demote", "deal", "reserve", "user", clear_owner=True),
                Move("demote", "deal", "reserve", "manager"),
            ]
        )
        found = table.find("demote", "deal", "reserve", {"user", "manager"})
        self.assertFalse(found.clear_owner)
