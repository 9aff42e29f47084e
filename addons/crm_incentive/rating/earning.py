"""From credits in order to commission lines, and from periods to payment."""

from dataclasses import dataclass
from decimal import Decimal

from .rounding import allot, round_money

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Line:
    """One credit's place in the running total and what it earned.

    ``exact`` is unrounded; ``amount`` is rounded so that all lines sum to the total.
    """

    before: Decimal
    after: Decimal
    exact: Decimal
    amount: Decimal


def running(table, mode, credits, before=_ZERO, unit=Decimal("0.01")):
    """Lines of ``credits`` on one running total that starts at ``before``.

    Each line is what the total earns after the credit less what it earned before: with
    retroactive tables it carries the true-up of the earlier ones.
    """
    steps, total = [], before
    for credit in credits:
        steps.append((total, total + credit))
        total += credit
    return _lines(table, mode, steps, unit)


def per_transaction(table, mode, credits, unit=Decimal("0.01")):
    """Lines of ``credits``, each put through the table on its own."""
    return _lines(table, mode, [(_ZERO, c) for c in credits], unit)


def _lines(table, mode, steps, unit):
    exact = [table.cumulative(mode, b) - table.cumulative(mode, a) for a, b in steps]
    amounts = allot(exact, unit=unit)
    return [
        Line(a, b, e, m) for (a, b), e, m in zip(steps, exact, amounts, strict=True)
    ]


def statement_delta(cumulative, stated, unit=Decimal("0.01")):
    """A period's earning: cumulative to date less what was already stated.

    >>> statement_delta(Decimal("900"), Decimal("820.00"))
    Decimal('80.00')
    """
    return round_money(cumulative, unit) - stated


@dataclass(frozen=True)
class Payment:
    """``closing`` is carried to the next period; never above zero."""

    payable: Decimal
    closing: Decimal


def carry(opening, earned):
    """A negative statement is carried, not collected.

    >>> carry(Decimal("-160"), Decimal("320"))
    Payment(payable=Decimal('160'), closing=Decimal('0'))
    """
    balance = opening + earned
    return Payment(max(balance, _ZERO), min(balance, _ZERO))


@dataclass(frozen=True)
class DrawTerms:
    """Minimum payment in periods ``first``..``last`` (1-based, inclusive); recovery
    from ``recover_from`` on, or never when not ``recoverable``."""

    minimum: Decimal
    first: int
    last: int
    recover_from: int
    recoverable: bool = True


@dataclass(frozen=True)
class DrawPeriod:
    """``balance`` is what the person still owes after the period."""

    draw: Decimal
    recovery: Decimal
    paid: Decimal
    balance: Decimal


def draw_period(terms, number, earned, balance):
    """Period ``number`` of a draw: the shortfall is paid and added to the balance;
    recovery takes from what exceeds the minimum, never more than the balance."""
    covered = terms.first <= number <= terms.last
    minimum = terms.minimum if covered else _ZERO
    draw = max(minimum - earned, _ZERO) if covered else _ZERO
    if not terms.recoverable:
        return DrawPeriod(draw, _ZERO, earned + draw, balance)
    recovery = _ZERO
    if number >= terms.recover_from:
        recovery = max(min(earned - minimum, balance), _ZERO)
    paid = earned + draw - recovery
    return DrawPeriod(draw, recovery, paid, balance + draw - recovery)
