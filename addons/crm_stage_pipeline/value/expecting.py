"""What a person will buy in a period: by habit, by what is offered and what is needed.

What is usual and what is on offer are mostly the same purchase: the greater of both
is expected, never their sum.
"""

from dataclasses import dataclass
from datetime import date, timedelta

YEAR = 365


@dataclass(frozen=True)
class History:
    """What somebody bought; amounts less refunds, in one currency.

    :param amount: in the year up to today
    :param count: orders in that year
    :param first_on: day of the first order ever
    :param same_amount: in the same period one year before
    """

    amount: float = 0.0
    count: int = 0
    first_on: date | None = None
    same_amount: float = 0.0


@dataclass(frozen=True)
class Forecast:
    """What is expected, and why.

    :param usual: by habit
    :param offered: open quotations by their probability
    :param needed: what was said to be needed, by its probability
    """

    usual: float
    offered: float
    needed: float

    @property
    def expected(self) -> float:
        return max(self.usual, self.offered + self.needed)


def period_of(day: date, months: int, ahead: int = 0) -> tuple[date, date]:
    """The calendar period of a day, or one before or after it.

    :param months: length, a divisor of 12
    :param ahead: how many periods later
    :return: first and last day

    >>> [str(day) for day in period_of(date(2026, 11, 22), 1, ahead=1)]
    ['2026-12-01', '2026-12-31']
    >>> [str(day) for day in period_of(date(2026, 11, 22), 3)]
    ['2026-10-01', '2026-12-31']
    """
    index = (day.year * 12 + day.month - 1) // months + ahead
    begin, following = (
        date(month // 12, month % 12 + 1, 1)
        for month in (index * months, (index + 1) * months)
    )
    return begin, following - timedelta(days=1)


def expect(
    history: History,
    period: tuple[date, date],
    today: date,
    offered: float = 0.0,
    needed: float = 0.0,
) -> Forecast:
    """What somebody will buy in a period that begins after today.

    By habit: the rate of the year up to today; of a shorter history by the mean
    interval of its orders (a single order tells none: it counts over the year).
    Whoever bought for longer than a year also has a season: the mean of the rate and
    of the same period one year before.

    >>> yearly = History(amount=1200, count=12, first_on=date(2020, 1, 1))
    >>> june = (date(2026, 6, 1), date(2026, 6, 30))
    >>> round(expect(yearly, june, date(2026, 5, 20)).usual, 2)
    49.32
    >>> expect(History(), june, date(2026, 5, 20), offered=80, needed=20).expected
    100
    """
    return Forecast(_usual(history, period, today), max(offered, 0.0), max(needed, 0.0))


def _usual(history: History, period: tuple[date, date], today: date) -> float:
    begin, end = period
    if history.first_on is None:
        return 0.0
    length = (end - begin).days + 1
    known = (today - history.first_on).days
    span = YEAR
    if history.count > 1:
        # n orders take n intervals, n - 1 of which lie behind
        taken = known * history.count / (history.count - 1)
        span = min(max(taken, length), YEAR)
    rate = max(history.amount, 0.0) * length / span
    if known < YEAR + length:
        return rate
    return (rate + max(history.same_amount, 0.0)) / 2
