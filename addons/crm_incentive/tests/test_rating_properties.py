from decimal import Decimal
from fractions import Fraction

from hypothesis import HealthCheck, given, settings, strategies as st

from odoo.tests import BaseCase, tagged

from ..rating import RateTable, TableError, Tier, crediting, earning, rounding

QUICK = settings(
    max_examples=200, deadline=None, suppress_health_check=list(HealthCheck)
)
amounts = st.decimals(-(10**6), 10**6, places=2, allow_nan=False)
credit_lists = st.lists(amounts, min_size=1, max_size=12)


@st.composite
def tables(draw, rising=False):
    bounds = draw(st.lists(st.integers(1, 10**5), unique=True, max_size=4))
    bounds = [0, *sorted(bounds)]
    rates = draw(
        st.lists(
            st.decimals(0, 50, places=2, allow_nan=False),
            min_size=len(bounds),
            max_size=len(bounds),
        )
    )
    rates = sorted(rates) if rising else rates
    return RateTable(
        tuple(Tier(Decimal(b), r) for b, r in zip(bounds, rates, strict=True))
    )


@st.composite
def shares(draw):
    weights = draw(st.lists(st.integers(1, 100), min_size=1, max_size=6))
    whole = sum(weights) + draw(st.integers(0, 50))
    return [crediting.Share(f"R{i}", Fraction(w, whole)) for i, w in enumerate(weights)]


@tagged("post_install", "-at_install")
class TestRatingProperties(BaseCase):
    """I4, I5, I9: what holds for every table, split and list of credits."""

    @QUICK
    @given(tables(), credit_lists, st.randoms())
    def test_i4_marginal_total_does_not_depend_on_order(self, table, credits, random):
        total = table.marginal(sum(credits))
        shuffled = list(credits)
        random.shuffle(shuffled)
        for listed in (credits, shuffled):
            lines = earning.running(table, "marginal", listed)
            self.assertEqual(sum(x.exact for x in lines), total)
            self.assertEqual(sum(x.amount for x in lines), rounding.round_money(total))

    @QUICK
    @given(tables(rising=True), st.decimals(0, 10**6, places=2, allow_nan=False))
    def test_i4_retroactive_is_never_less_with_rising_rates(self, table, total):
        self.assertGreaterEqual(
            table.cumulative("retroactive", total), table.marginal(total)
        )

    @QUICK
    @given(tables(), amounts, amounts, st.sampled_from(["marginal", "retroactive"]))
    def test_i7_slices_of_a_step_sum_to_what_it_earns(self, table, before, step, mode):
        slices = table.step(mode, before, before + step)
        self.assertEqual(sum(part.base for part in slices), step)
        self.assertEqual(
            sum(part.amount for part in slices),
            table.cumulative(mode, before + step) - table.cumulative(mode, before),
        )

    @QUICK
    @given(
        tables(), credit_lists, amounts, st.sampled_from(["marginal", "retroactive"])
    )
    def test_i9_a_credit_and_its_reversal_change_nothing(
        self, table, credits, credit, mode
    ):
        plain = earning.running(table, mode, credits)
        twice = earning.running(table, mode, [*credits, credit, -credit])
        self.assertEqual(sum(x.amount for x in plain), sum(x.amount for x in twice))

    @QUICK
    @given(amounts, shares())
    def test_i5_splits_sum_to_the_deal(self, amount, parts):
        result = crediting.split(amount, parts, "house")
        self.assertEqual(sum(money for _receiver, money in result), amount)

    @QUICK
    @given(
        amounts,
        st.lists(st.decimals("0.01", 1000, places=2), min_size=1, max_size=8),
    )
    def test_i9_the_last_payment_closes_exactly(self, amount, payments):
        portions = crediting.paid_portions(amount, sum(payments), payments)
        self.assertEqual(sum(portions), amount)

    @QUICK
    @given(credit_lists, st.integers(-30, 30))
    def test_i4_cents_are_allotted_to_any_total(self, values, shift):
        exact = [v / 7 for v in values]
        total = rounding.round_money(sum(exact)) + Decimal(shift) / 100
        result = rounding.allot(exact, total)
        self.assertEqual(sum(result), total)
        if shift == 0:
            for given_value, rounded in zip(exact, result, strict=True):
                self.assertLess(abs(given_value - rounded), Decimal("0.02"))

    @QUICK
    @given(st.lists(amounts, max_size=12))
    def test_i8_paid_and_carried_equal_earned(self, earnings):
        opening = paid = Decimal(0)
        for earned in earnings:
            payment = earning.carry(opening, earned)
            self.assertGreaterEqual(payment.payable, 0)
            opening = payment.closing
            paid += payment.payable
        self.assertEqual(paid + opening, sum(earnings))

    def test_i4_a_boundary_belongs_to_the_upper_tier(self):
        table = RateTable(
            (Tier(Decimal(0), Decimal(1)), Tier(Decimal(1000), Decimal(2)))
        )
        self.assertEqual(table.rate(Decimal("999.99")), 1)
        self.assertEqual(table.rate(Decimal(1000)), 2)
        self.assertEqual(table.rate(Decimal(-5)), 1)

    def test_i4_tables_that_are_refused(self):
        def tiers(*bounds):
            return tuple(Tier(Decimal(b), Decimal(1)) for b in bounds)

        for given_tiers, end, code in (
            ((), None, "empty"),
            (tiers(10), None, "first_bound"),
            (tiers(0, 5, 5), None, "order"),
            (tiers(0, 5), Decimal(5), "order"),
        ):
            with self.assertRaises(TableError) as caught:
                RateTable(given_tiers, end)
            self.assertEqual(caught.exception.code, code)
        with self.assertRaises(TableError) as caught:
            RateTable(tiers(0)).cumulative("interpolated", Decimal(1))
        self.assertEqual(caught.exception.code, "no_end")

    def test_i6_the_last_rate_on_or_before_the_date(self):
        rates = [("2026-01-10", Decimal(7)), ("2026-01-20", Decimal(8))]
        self.assertIsNone(crediting.rate_at(rates, "2026-01-09"))
        self.assertEqual(crediting.rate_at(rates, "2026-01-19"), 7)
        self.assertEqual(crediting.rate_at(rates, "2026-01-20"), 8)
        self.assertEqual(
            crediting.convert(Decimal("0.5"), Decimal("0.01")), Decimal("0.01")
        )
