"""Who gets how much of a source line: shares, payments, currencies, margin."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .rounding import round_money

_CENT = Decimal("0.01")


class ShareError(Exception):
    """Shares that cannot be used; ``code`` is bad_share, too_much or too_little."""

    def __init__(self, code, detail=""):
        super().__init__(f"{code}({detail})")
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Share:
    """``part`` of the deal, 1 being the whole."""

    receiver: str
    part: Fraction


def parse_share(text):
    """A share as people write it: percent, or a fraction ``a/b`` of the deal.

    >>> parse_share("33.5"), parse_share("1/3")
    (Fraction(67, 200), Fraction(1, 3))
    """
    try:
        text = text.strip()
        part = Fraction(text) if "/" in text else Fraction(text) / 100
    except (ValueError, ZeroDivisionError, AttributeError):
        raise ShareError("bad_share", str(text)) from None
    if "e" in text.lower() or not 0 < part <= 1:
        raise ShareError("bad_share", text)
    return part


def split(amount, shares, house=None, unit=_CENT):
    """(receiver, money) for each direct share, summing to ``amount`` exactly.

    Each share is rounded; what is left goes to the largest, first listed on ties. What
    nobody earns goes to ``house``; without one, shares under the whole are refused.

    >>> split(Decimal("10"), [Share(r, Fraction(1, 3)) for r in "abc"])[0]
    ('a', Decimal('3.34'))
    """
    given = sum((s.part for s in shares), Fraction(0))
    shares = list(shares)
    if given > 1:
        raise ShareError("too_much", str(given))
    if given < 1:
        if house is None:
            raise ShareError("too_little", str(given))
        shares.append(Share(house, 1 - given))
    parts = [portion(amount, s.part, unit) for s in shares]
    largest = max(range(len(shares)), key=lambda i: (shares[i].part, -i))
    parts[largest] += amount - sum(parts)
    return [(s.receiver, p) for s, p in zip(shares, parts, strict=True)]


def portion(amount, part, unit=_CENT):
    """``part`` (a Fraction) of ``amount``, rounded: an overlay's credit."""
    return round_money(amount * part.numerator / part.denominator, unit)


def paid_portions(amount, due, payments, unit=_CENT):
    """What each of ``payments`` settles of ``amount``, a line of a document of ``due``.

    By cumulative rounding: the payment that completes ``due`` closes the line exactly.

    >>> [str(p) for p in paid_portions(Decimal("10"), Decimal("3"), [Decimal(1)] * 3)]
    ['3.33', '3.34', '3.33']
    """
    result, paid, stated = [], Decimal(0), Decimal(0)
    for payment in payments:
        paid = min(paid + payment, due)
        total = round_money(amount * paid / due, unit)
        result.append(total - stated)
        stated = total
    return result


def rate_at(rates, date):
    """The last of (date, rate) pairs on or before ``date``; None if there is none.

    >>> rate_at([(1, "a"), (5, "b")], 4)
    'a'
    """
    known = [pair for pair in rates if pair[0] <= date]
    return max(known, key=lambda pair: pair[0])[1] if known else None


def convert(amount, rate, unit=_CENT):
    """``amount`` times ``rate`` (plan currency per document currency), rounded once."""
    return round_money(amount * rate, unit)


def margin(subtotal, quantity, unit_cost, factor=Decimal(1), cost_rate=Decimal(1)):
    """Untaxed revenue less cost, in the document's currency, unrounded.

    ``factor`` is units of the product's own measure in one unit sold (a dozen: 12),
    ``cost_rate`` the document currency's price of one unit of the cost's currency.

    >>> margin(Decimal(240), Decimal(1), Decimal(10), factor=Decimal(12))
    Decimal('120')
    """
    return subtotal - quantity * factor * unit_cost * cost_rate
