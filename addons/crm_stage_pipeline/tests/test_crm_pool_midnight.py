from contextlib import contextmanager
from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo.tests import tagged

from .common import PoolCase

LIMIT = 3


@tagged("post_install", "-at_install")
class TestCrmPoolMidnight(PoolCase):
    """P25, bad input: the quota's day, through the actions, at every kind of midnight.

    Times are UTC: the transaction's, which the claim counts with.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_limit(LIMIT, "target")
        cls.customers = cls._new_customers(4 * LIMIT)

    @contextmanager
    def _at(self, moment):
        with patch.object(self.env.cr, "now", return_value=moment):
            yield

    def _claim_at(self, *moment):
        """How many of `LIMIT` + 1 free customers the agent gets at a moment (UTC)."""
        free = self.customers.filtered(lambda row: not row.owner_id)[: LIMIT + 1]
        with self._at(datetime(*moment)):
            results = free.with_user(self.agent_1).action_claim()
        return [row["code"] for row in results].count("claimed")

    def _days(self):
        counters = self.env["crm.pool.quota"].search(
            [("user_id", "=", self.agent_1.id)], order="day"
        )
        return {counter.day: counter.used for counter in counters}

    def test_new_day_begins_at_the_company_s_midnight(self):
        """Not at that of UTC, nor at that of the agent's own zone."""
        self.policy.tz = "Asia/Shanghai"
        self.agent_1.tz = "America/New_York"
        self.assertEqual(self._claim_at(2026, 3, 1, 15, 59, 59), LIMIT)
        self.assertEqual(self._claim_at(2026, 3, 1, 16, 0, 0), LIMIT)
        self.assertEqual(self._claim_at(2026, 3, 2, 0, 0, 1), 0)
        self.assertEqual(
            self._days(), {date(2026, 3, 1): LIMIT, date(2026, 3, 2): LIMIT}
        )

    def test_zone_moved_west_gives_no_second_quota(self):
        """The day that was reached stays, however early it now is."""
        self.policy.tz = "Pacific/Kiritimati"
        self.assertEqual(self._claim_at(2026, 3, 1, 11, 0), LIMIT)
        self.policy.tz = "Pacific/Pago_Pago"
        for hour in range(11, 24):
            self.assertEqual(self._claim_at(2026, 3, 1, hour), 0)
        # until midnight of the second has passed in the new zone too
        self.assertEqual(self._claim_at(2026, 3, 3, 10, 59), 0)
        self.assertEqual(self._claim_at(2026, 3, 3, 11, 0), LIMIT)
        self.assertEqual(
            self._days(), {date(2026, 3, 2): LIMIT, date(2026, 3, 3): LIMIT}
        )

    def test_zone_moved_to_and_fro(self):
        """Each change at the border gives at most the one new day that it begins."""
        moment, taken = datetime(2026, 3, 1, 9, 0), 0
        for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago") * 2:
            self.policy.tz = zone
            moment += timedelta(minutes=30)
            taken += self._claim_at(*moment.timetuple()[:5])
        # the first of March in UTC, the second in Kiritimati from 10:00 on
        self.assertEqual(taken, 2 * LIMIT)
        self.assertEqual(
            self._days(), {date(2026, 3, 1): LIMIT, date(2026, 3, 2): LIMIT}
        )

    def test_night_of_25_hours(self):
        """Clocks back in New York: two hours called one are one day's."""
        self.policy.tz = "America/New_York"
        self.assertEqual(self._claim_at(2026, 11, 1, 4, 0), LIMIT)
        for hour, minute in ((5, 30), (6, 30), (23, 59)):
            self.assertEqual(self._claim_at(2026, 11, 1, hour, minute), 0)
        self.assertEqual(self._claim_at(2026, 11, 2, 4, 59), 0)
        self.assertEqual(self._claim_at(2026, 11, 2, 5, 0), LIMIT)

    def test_night_of_23_hours(self):
        """Clocks forward in New York: the day ends an hour earlier in UTC."""
        self.policy.tz = "America/New_York"
        self.assertEqual(self._claim_at(2026, 3, 8, 5, 0), LIMIT)
        self.assertEqual(self._claim_at(2026, 3, 9, 3, 59), 0)
        self.assertEqual(self._claim_at(2026, 3, 9, 4, 0), LIMIT)

    def test_midnight_that_does_not_exist(self):
        """Clocks forward at midnight in Beirut: the day begins at one o'clock."""
        self.policy.tz = "Asia/Beirut"
        self.assertEqual(self._claim_at(2026, 3, 28, 21, 59, 59), LIMIT)
        self.assertEqual(self._claim_at(2026, 3, 28, 22, 0), LIMIT)
        self.assertEqual(
            self._days(), {date(2026, 3, 28): LIMIT, date(2026, 3, 29): LIMIT}
        )

    def test_transaction_over_midnight_counts_for_its_beginning(self):
        """The day is that of the transaction, however long it lasts."""
        self.policy.tz = "UTC"
        first, second = self.customers[:2].with_user(self.agent_1)
        with self._at(datetime(2026, 3, 1, 23, 59, 59)):
            first.action_claim()
            second.action_claim()
        self.assertEqual(self._days(), {date(2026, 3, 1): 2})

    def test_draws_and_screening_have_the_same_day(self):
        """P26, P6: all ways to take customers ask the same calendar."""
        self.policy.tz = "Asia/Shanghai"
        self._set_limit(1, "reserve")
        self._new_customers(6, "reserve")
        pool = self.env["crm.pool.customer"].with_user(self.agent_1)
        for moment, count in (
            (datetime(2026, 3, 1, 15, 59), 1),
            (datetime(2026, 3, 1, 15, 59), 0),
            (datetime(2026, 3, 1, 16, 0), 1),
        ):
            with self._at(moment):
                codes = [row["code"] for row in pool.action_claim_random(2)]
                self.assertEqual(codes.count("claimed"), count)
