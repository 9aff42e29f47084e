import doctest
import json
from decimal import Decimal
from fractions import Fraction

from odoo.tests import BaseCase, tagged
from odoo.tools import file_open

from ..rating import RateTable, Tier, crediting, earning, rounding, tier
from ..rating.crediting import Share, ShareError


def money(values):
    return [str(rounding.round_money(v)) for v in values]


@tagged("post_install", "-at_install")
class TestRatingCases(BaseCase):
    """I4, I5, I6, I8, I9: the agreed cases (data/commission_cases.json)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open("crm_incentive/tests/data/commission_cases.json") as file:
            cls.cases = {case["id"]: case for case in json.load(file)["cases"]}

    def _case(self, name):
        case = self.cases[name]
        return case["inputs"], case["expected"]

    def _table(self, tiers, value="pct"):
        end = tiers[-1]["to"]
        return RateTable(
            tuple(Tier(Decimal(t["from"]), Decimal(t[value])) for t in tiers),
            Decimal(end) if end else None,
        )

    def _transactions(self, inputs):
        return [Decimal(t) for t in inputs["transactions"]]

    def _amounts(self, lines):
        return [str(line.amount) for line in lines]

    def test_doctests(self):
        for module in (tier, earning, crediting, rounding):
            self.assertFalse(doctest.testmod(module).failed, module.__name__)

    def test_i4_marginal_per_transaction(self):
        inputs, expected = self._case("tier_marginal_per_transaction")
        table = self._table(inputs["tiers"])
        lines = earning.per_transaction(table, "marginal", self._transactions(inputs))
        self.assertEqual(self._amounts(lines), expected["per_transaction"])
        self.assertEqual(money([sum(x.amount for x in lines)]), [expected["total"]])

    def test_i4_retroactive_running_total(self):
        inputs, expected = self._case("tier_retroactive_running_total")
        table = self._table(inputs["tiers"])
        lines = earning.running(table, "retroactive", self._transactions(inputs))
        self.assertEqual(self._amounts(lines), expected["per_transaction"])
        totals = [x.after for x in lines]
        self.assertEqual([str(table.rate(t)) for t in totals], expected["rate_pct"])
        self.assertEqual(
            money(table.cumulative("retroactive", t) for t in totals),
            expected["cumulative_commission"],
        )
        self.assertEqual(money([sum(x.amount for x in lines)]), [expected["total"]])

    def test_i4_interpolated_per_transaction(self):
        inputs, expected = self._case("tier_interpolated_per_transaction")
        table = self._table(inputs["tiers"], "amount")
        credits = self._transactions(inputs)
        lines = earning.per_transaction(table, "interpolated", credits)
        self.assertEqual(self._amounts(lines), expected["per_transaction"])
        self.assertEqual(money([sum(x.amount for x in lines)]), [expected["total"]])

    def test_i5_split_with_overlay(self):
        inputs, expected = self._case("credit_split_with_overlay")
        rates = inputs["direct_rate_pct"]
        for index, deal in enumerate(inputs["deals"]):
            shares = [Share(r, crediting.parse_share(p)) for r, p in deal["direct"]]
            amount = Decimal(deal["amount"])
            direct = crediting.split(amount, shares)
            self.assertEqual(
                sum(p for _r, p in direct),
                Decimal(expected["direct_credit_sum"][index]),
            )
            overlay = [
                (r, crediting.portion(amount, crediting.parse_share(p)))
                for r, p in deal["overlay"]
            ]
            credits = {r: str(p) for r, p in direct + overlay}
            self.assertEqual(credits, expected["credits"][index])
            paid = {r: p * Decimal(rates[index]) / 100 for r, p in direct}
            paid |= {
                r: p * Decimal(inputs["overlay_rate_pct"]) / 100 for r, p in overlay
            }
            self.assertEqual(
                {r: money([p])[0] for r, p in paid.items()},
                expected["commission"][index],
            )

    def test_i5_shares_that_are_refused(self):
        over, under = self.cases["credit_split_with_overlay"]["refused"]
        for case, code in ((over, "too_much"), (under, "too_little")):
            shares = [Share(r, crediting.parse_share(p)) for r, p in case["direct"]]
            with self.assertRaises(ShareError) as caught:
                crediting.split(Decimal(100), shares)
            self.assertEqual(caught.exception.code, code)
        house = crediting.split(Decimal(100), [Share("R1", Fraction(3, 5))], "house")
        self.assertEqual(house, [("R1", Decimal("60.00")), ("house", Decimal("40.00"))])
        for text in ("", "abc", "0", "-5", "101", "1/0", "5e1", None):
            with self.assertRaises(ShareError):
                crediting.parse_share(text)

    def test_i9_refund_is_a_negative_credit(self):
        inputs, expected = self._case("refund_clawback_by_recalculation")
        table = self._table(inputs["tiers"])
        total = stated = opening = Decimal(0)
        found = {key: [] for key in expected}
        for month in inputs["months"]:
            total += sum(map(Decimal, month))
            earned = earning.statement_delta(table.marginal(total), stated)
            stated += earned
            payment = earning.carry(opening, earned)
            opening = payment.closing
            found["cumulative_credit"].append(str(total))
            found["cumulative_commission"] += money([stated])
            found["period_earning"] += money([earned])
            found["paid"] += money([payment.payable])
            found["carried_balance"] += money([payment.closing])
        self.assertEqual(found, expected)

    def test_i8_recoverable_draw(self):
        inputs, expected = self._case("recoverable_draw")
        first, last = inputs["draw_periods"]
        start = inputs["recovery_from_period"]
        minimum = Decimal(inputs["minimum"])
        terms = earning.DrawTerms(minimum, first, last, start)
        plain = earning.DrawTerms(minimum, first, last, start, recoverable=False)
        balance = Decimal(0)
        found = {key: [] for key in expected}
        for number, text in enumerate(inputs["earnings"], 1):
            period = earning.draw_period(terms, number, Decimal(text), balance)
            balance = period.balance
            for key in ("draw", "recovery", "paid", "balance"):
                found[key] += money([getattr(period, key)])
            kept = earning.draw_period(plain, number, Decimal(text), Decimal(0))
            found["non_recoverable_paid"] += money([kept.paid])
        self.assertEqual(found, expected)

    def test_i6_margin_unit_and_currency(self):
        inputs, expected = self._case("margin_uom_and_currency")
        percent = Decimal(inputs["rate_pct"]) / 100
        uom, currency = inputs["uom"], inputs["currency"]
        boxed = crediting.margin(
            Decimal(uom["line_subtotal"]),
            Decimal(uom["qty"]),
            Decimal(uom["unit_cost"]),
            factor=Decimal(uom["units_per_uom"]),
        )
        foreign = crediting.margin(
            Decimal(currency["line_subtotal_eur"]),
            Decimal(currency["qty"]),
            Decimal(currency["unit_cost_usd"]),
            cost_rate=1 / Decimal(currency["usd_per_eur"]),
        )
        found = [boxed, boxed * percent, foreign, foreign * percent]
        self.assertEqual(money(found), list(expected.values()))

    def test_i7_late_transaction_is_an_adjustment(self):
        inputs, expected = self._case("closed_period_late_transaction")
        table = self._table(inputs["tiers"])
        january = sum(map(Decimal, inputs["january_posted"]["credits"]))
        stated = Decimal(inputs["january_posted"]["commission"])
        late = january + Decimal(inputs["late"][1])
        adjustment = earning.statement_delta(table.marginal(late), stated)
        total = late + sum(map(Decimal, inputs["february"]))
        february = earning.statement_delta(table.marginal(total), stated + adjustment)
        lines = expected["february_lines"]
        self.assertEqual(
            money(
                [
                    adjustment,
                    february,
                    adjustment + february,
                    stated + adjustment + february,
                ]
            ),
            [
                lines["adjustment_january"],
                lines["february"],
                expected["february_total"],
                expected["quarter_to_date"],
            ],
        )
