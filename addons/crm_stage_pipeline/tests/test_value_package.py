import doctest
from datetime import date, timedelta

from hypothesis import given, strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.crm_stage_pipeline.value import (
    History,
    Part,
    expect,
    expecting,
    grade,
    period_of,
    rate,
    rating,
)

numbers = st.floats(-1e7, 1e7, allow_nan=False)
figures = st.none() | numbers


@st.composite
def rated(draw):
    """Parts of which at least one counts, and what is known of a customer."""
    count = draw(st.integers(1, 6))
    parts = [
        Part(
            code=f"part_{number}",
            weight=draw(st.integers(0, 100) | st.floats(0, 100)),
            empty=draw(st.sampled_from([0, 1, 365, -10])),
            full=draw(st.sampled_from([5, 12, 100_000, -400])),
        )
        for number in range(count)
    ]
    parts.append(Part("certain", 1, 0, 10))
    known = {part.code: draw(figures) for part in parts}
    return parts, known


histories = st.builds(
    History,
    amount=numbers,
    count=st.integers(0, 400),
    first_on=st.none() | st.dates(date(2015, 1, 1), date(2026, 5, 1)),
    same_amount=numbers,
)
TODAY = date(2026, 5, 20)
JUNE = period_of(TODAY, 1, ahead=1)


@tagged("post_install", "-at_install")
class TestValuePackage(BaseCase):
    """G25, G26: value and expected purchase, without Odoo."""

    def test_doctests(self):
        for module in (rating, expecting):
            failed, tried = doctest.testmod(module)
            self.assertEqual(failed, 0)
            self.assertGreater(tried, 0)

    @given(rated())
    def test_shares_add_up_within_bounds(self, case):
        """G25: the score is 0 to 100 and the sum of its shares; weights are 100 %."""
        shares = rate(*case)
        self.assertAlmostEqual(sum(share.weight for share in shares), 100)
        score = sum(share.share for share in shares)
        self.assertTrue(0 <= score <= 100)
        for share in shares:
            self.assertGreaterEqual(share.share, 0)
            exact = share.points * share.weight / 100
            # a share is rounded with the running sum, its points by themselves
            self.assertLess(abs(share.share - exact), 1.6)

    @given(rated(), st.data())
    def test_monotone_in_each_part(self, case, data):
        """G25: whoever is better in one part is never worth less."""
        parts, known = case
        part = data.draw(st.sampled_from(parts))
        better = data.draw(numbers)
        towards_full = 1 if part.full > part.empty else -1
        if known[part.code] is not None:
            better = known[part.code] + towards_full * abs(better)
        before = sum(share.share for share in rate(parts, known))
        after = sum(s.share for s in rate(parts, {**known, part.code: better}))
        self.assertGreaterEqual(after, before)

    @given(rated(), st.integers(1, 50))
    def test_only_the_ratio_of_weights_counts(self, case, times):
        """G25: weights 1:2 say the same as 10:20."""
        parts, known = case
        scaled = [
            Part(part.code, part.weight * times, part.empty, part.full)
            for part in parts
        ]
        before = sum(share.share for share in rate(parts, known))
        after = sum(share.share for share in rate(scaled, known))
        # halves may round either way
        self.assertLessEqual(abs(before - after), 1)

    def test_no_weight_is_refused(self):
        """G25: without a weight there is nothing to tell."""
        for weights in ([], [0, 0], [1, -1], [5, -1]):
            with self.subTest(weights=weights), self.assertRaises(ValueError):
                rate([Part(str(w), w, 0, 1) for w in weights], {})

    @given(st.integers(0, 100), st.integers(0, 100))
    def test_grades_follow_the_score(self, one, other):
        """G25: a higher score never has a worse grade."""
        low, high = sorted((one, other))
        least = (80, 60, 40, 20)
        self.assertGreaterEqual(grade(low, least), grade(high, least))
        self.assertIn(grade(low, least), "abcde")

    @given(histories, numbers, numbers)
    def test_expected_is_told_by_its_parts(self, history, offered, needed):
        """G26: never negative, never less than one reason, never a year's purchase."""
        forecast = expect(history, JUNE, TODAY, offered, needed)
        self.assertGreaterEqual(forecast.expected, forecast.usual)
        self.assertGreaterEqual(forecast.expected, forecast.offered + forecast.needed)
        self.assertGreaterEqual(min(forecast.usual, forecast.offered), 0)
        most = max(history.amount, history.same_amount, 0)
        self.assertLessEqual(forecast.usual, most * (1 + 1e-9))

    @given(histories, numbers)
    def test_expected_is_monotone(self, history, more):
        """G26: whoever bought more is not expected to buy less."""
        richer = History(
            history.amount + abs(more),
            history.count,
            history.first_on,
            history.same_amount,
        )
        self.assertGreaterEqual(
            expect(richer, JUNE, TODAY).usual, expect(history, JUNE, TODAY).usual
        )

    def test_habits(self):
        """G26: no order, one order, a short history, a season."""
        cases = {
            "nobody": (History(), 0),
            "one order, over the year": (
                History(3650, 1, TODAY - timedelta(days=3)),
                300,
            ),
            "two orders in a hundred days": (
                History(1000, 2, TODAY - timedelta(days=100)),
                150,
            ),
            "two orders of today: not more than all of it": (
                History(1000, 2, TODAY),
                1000,
            ),
            "a season and a rate": (History(3650, 12, date(2020, 1, 1), 900), 600),
            "only refunds": (History(-500, 0, date(2020, 1, 1), -80), 0),
        }
        for name, (history, usual) in cases.items():
            with self.subTest(name):
                self.assertAlmostEqual(expect(history, JUNE, TODAY).usual, usual)

    @given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.sampled_from([1, 3, 12]))
    def test_periods_join(self, day, months):
        """G26: a day lies in its period; the next one begins the day after its end."""
        begin, end = period_of(day, months)
        self.assertTrue(begin <= day <= end)
        self.assertEqual(
            period_of(day, months, ahead=1), period_of(end + timedelta(days=1), months)
        )
        self.assertEqual(
            period_of(day, months, ahead=-1),
            period_of(begin - timedelta(days=1), months),
        )
