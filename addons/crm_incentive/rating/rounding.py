"""Rounding of money: half away from zero, cents allotted so that sums hold."""

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal


def round_money(amount, unit=Decimal("0.01")):
    """``amount`` to the nearest multiple of ``unit``, half away from zero.

    >>> round_money(Decimal("-2.345")), round_money(Decimal("7"), Decimal("0.05"))
    (Decimal('-2.35'), Decimal('7.00'))
    """
    steps = (amount / unit).quantize(Decimal(1), ROUND_HALF_UP)
    return (steps * unit).quantize(unit)


def allot(amounts, total=None, unit=Decimal("0.01")):
    """Round ``amounts`` so that they sum to ``total`` exactly (largest remainder).

    ``total`` defaults to the rounded sum. Each amount is rounded down, the units left
    go to the largest remainders, first listed on ties; more of them go round.

    >>> [str(x) for x in allot([Decimal(1) / 3] * 3)]
    ['0.34', '0.33', '0.33']
    """
    if not amounts:
        return []
    if total is None:
        total = round_money(sum(amounts, Decimal(0)), unit)
    floors = [(a / unit).quantize(Decimal(1), ROUND_FLOOR) for a in amounts]
    left = int(total / unit - sum(floors))
    each, extra = divmod(left, len(amounts))
    ranked = sorted(
        range(len(amounts)), key=lambda i: (floors[i] - amounts[i] / unit, i)
    )
    for rank, index in enumerate(ranked):
        floors[index] += each + (1 if rank < extra else 0)
    return [(f * unit).quantize(unit) for f in floors]
