"""Working time as sorted half-open intervals, with fast sums and look-ups."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta


class HorizonError(Exception):
    """The intervals that were handed in end before the answer.

    The caller expands the calendar further and asks again, or gives up when the
    calendar has no working time at all.
    """


class WorkingTime:
    """Working intervals [start, stop) of one calendar, up to a horizon.

    Times are aware datetimes (any zone; compared as instants) or all naive in
    one zone without jumps (UTC). Intervals may come unsorted and may overlap.

    >>> from datetime import datetime as dt
    >>> day = WorkingTime([(dt(2026, 3, 9, 8), dt(2026, 3, 9, 12))])
    >>> day.worked(dt(2026, 3, 9, 7), dt(2026, 3, 9, 9)) == timedelta(hours=1)
    True
    >>> day.after(dt(2026, 3, 9, 11), timedelta(hours=1))
    datetime.datetime(2026, 3, 9, 12, 0)
    """

    __slots__ = ("_before", "_starts", "_stops")

    def __init__(self, intervals: Iterable[tuple[datetime, datetime]]) -> None:
        self._starts: list[datetime] = []
        self._stops: list[datetime] = []
        self._before: list[timedelta] = []  # working time before each interval
        total = timedelta()
        for start, stop in sorted(intervals):
            if stop <= start:
                continue
            if self._stops and start <= self._stops[-1]:
                if stop > self._stops[-1]:
                    total += stop - self._stops[-1]
                    self._stops[-1] = stop
                continue
            self._starts.append(start)
            self._stops.append(stop)
            self._before.append(total)
            total += stop - start

    def worked(self, start: datetime, stop: datetime) -> timedelta:
        """Working time inside [start, stop); zero when stop is not after start."""
        if stop <= start:
            return timedelta()
        return self._until(stop) - self._until(start)

    def after(self, start: datetime, needed: timedelta) -> datetime:
        """The earliest instant t >= start with ``worked(start, t) >= needed``.

        Work that fills an interval to its end is due at that end, not at the
        start of the next interval. Raises HorizonError when the intervals that
        were handed in hold less.
        """
        if needed <= timedelta():
            return start
        target = self._until(start) + needed
        index = bisect_right(self._before, target) - 1
        if index >= 0 and self._before[index] == target:
            index -= 1  # full at the end of the interval before
        if index < 0:
            raise HorizonError()
        due = self._starts[index] + (target - self._before[index])
        if due > self._stops[index]:
            raise HorizonError()
        return due

    def _until(self, moment: datetime) -> timedelta:
        index = bisect_right(self._starts, moment) - 1
        if index < 0:
            return timedelta()
        inside = min(moment, self._stops[index]) - self._starts[index]
        return self._before[index] + inside
