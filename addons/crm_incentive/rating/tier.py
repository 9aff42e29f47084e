"""Rate tables: lower bounds only, half-open intervals, the first bound is 0.

A boundary belongs to the upper tier. The last tier is unbounded, unless the table
gives the end that interpolation needs. Below zero the first tier goes on, so that
refunds that outweigh sales take back at its rate.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

MODES = ("marginal", "retroactive", "interpolated")
_ZERO = Decimal(0)


class TableError(Exception):
    """A table that cannot be used; ``code`` is first_bound, order, empty, no_end or
    ragged."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Tier:
    """From ``lower`` on: ``value`` is a percentage, or the amount of the whole tier."""

    lower: Decimal
    value: Decimal


@dataclass(frozen=True)
class Slice:
    """``base`` of an amount that fell in the tier from ``lower`` to ``upper`` (None =
    without end), paid at ``value``: gives ``amount``, unrounded."""

    lower: Decimal
    upper: Decimal | None
    base: Decimal
    value: Decimal
    amount: Decimal

    @property
    def width(self):
        """How wide the tier is, None for the last one without end."""
        return None if self.upper is None else self.upper - self.lower


@dataclass(frozen=True)
class RateTable:
    """Tiers in rising order; ``end`` closes the last one (interpolated only)."""

    tiers: tuple[Tier, ...]
    end: Decimal | None = None

    def __post_init__(self):
        if not self.tiers:
            raise TableError("empty")
        bounds = [t.lower for t in self.tiers]
        if bounds[0] != 0:
            raise TableError("first_bound")
        if self.end is not None:
            bounds.append(self.end)
        if any(a >= b for a, b in zip(bounds, bounds[1:], strict=False)):
            raise TableError("order")

    def rate(self, total):
        """The value of the tier that ``total`` reaches."""
        return self._tier_of(total)[1].value

    def marginal(self, total):
        """What the whole of ``total`` earns slice by slice."""
        return sum((s.amount for s in self.slices("marginal", total)), _ZERO)

    def cumulative(self, mode, total):
        """Commission on a running total of ``total``, unrounded."""
        return sum((s.amount for s in self.slices(mode, total)), _ZERO)

    def slices(self, mode, total):
        """How ``total`` is paid in ``mode``, as a tuple of :class:`Slice`."""
        if mode == "retroactive":
            index, tier = self._tier_of(total)
            amount = total * tier.value / 100
            return (Slice(tier.lower, self._upper(index), total, tier.value, amount),)
        if mode == "interpolated" and self.end is None:
            raise TableError("no_end")
        if mode not in MODES:
            raise TableError("mode")
        return self._cut(mode, total)

    def step(self, mode, before, after):
        """How a running total's step is paid: its slices after less those before."""
        old = {part.lower: part for part in self.slices(mode, before)}
        new = {part.lower: part for part in self.slices(mode, after)}
        result = []
        for lower in sorted(old.keys() | new.keys()):
            part = new.get(lower, old.get(lower))
            nothing = replace(part, base=_ZERO, amount=_ZERO)
            last, now = old.get(lower, nothing), new.get(lower, nothing)
            if now.base != last.base:
                result.append(
                    replace(
                        part,
                        base=now.base - last.base,
                        amount=now.amount - last.amount,
                    )
                )
        return tuple(result)

    def _cut(self, mode, total):
        result = []
        for index, tier in enumerate(self.tiers):
            upper = self._upper(index)
            top = total if upper is None else min(total, upper)
            base = top - tier.lower
            if index and base <= 0:
                break
            if mode == "interpolated":
                amount = tier.value * base / (upper - tier.lower)
            else:
                amount = base * tier.value / 100
            result.append(Slice(tier.lower, upper, base, tier.value, amount))
        return tuple(result)

    def _upper(self, index):
        following = self.tiers[index + 1 : index + 2]
        return following[0].lower if following else self.end

    def _tier_of(self, total):
        index = 0
        for place, tier in enumerate(self.tiers):
            if total >= tier.lower:
                index = place
        return index, self.tiers[index]


@dataclass(frozen=True)
class GridTable:
    """A rate by two figures: ``rows`` are (lower bound, tiers of the second figure).

    Both figures have half-open intervals from 0; every row has the same columns.

    >>> low = (Tier(Decimal(0), Decimal(1)), Tier(Decimal(100), Decimal(2)))
    >>> high = (Tier(Decimal(0), Decimal(3)), Tier(Decimal(100), Decimal(4)))
    >>> grid = GridTable(((Decimal(0), low), (Decimal(1), high)))
    >>> grid.cell(Decimal(1), Decimal("99.99"))
    Decimal('3')
    """

    rows: tuple[tuple[Decimal, tuple[Tier, ...]], ...]

    def __post_init__(self):
        self._row_table()
        columns = {tuple(t.lower for t in tiers) for _lower, tiers in self.rows}
        for _lower, tiers in self.rows:
            RateTable(tiers)
        if len(columns) > 1:
            raise TableError("ragged")

    def cell(self, row, column):
        """The value where ``row`` of the first figure meets ``column``."""
        place = int(self._row_table().rate(row))
        return RateTable(self.rows[place][1]).rate(column)

    def _row_table(self):
        return RateTable(
            tuple(
                Tier(lower, Decimal(place))
                for place, (lower, _tiers) in enumerate(self.rows)
            )
        )
