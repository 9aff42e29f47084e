"""Weekly windows of wall-clock time, judged in every zone the callee may be in.

What is decided here (T7):

* a window is wall-clock time of the callee: 09:00 to 18:00 is that in Kathmandu as
  well as in Adelaide, before and after a change to summer time;
* the start belongs to a window, its end does not; a window does not cross midnight
  (write two); touching windows are one;
* a closure (holiday) is wall-clock time too: the first of October is closed where the
  callee is, not where the calendar was written;
* the zone may be uncertain (a toll-free number, a country with several zones): calling
  is allowed only when **every** candidate is open; without a candidate it is closed;
* an hour that the clock repeats is judged twice, one that it skips does not exist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MINUTES_A_DAY = 24 * 60
DAY = timedelta(days=1)
HORIZON = timedelta(days=400)


class CallingHoursError(ValueError):
    """The hours, the zone or the moment make no sense."""


@dataclass(frozen=True, order=True)
class Window:
    """Open from ``start`` up to ``end`` (minutes after midnight) on a weekday.

    Monday is 0.

    >>> Window(0, 9 * 60, 18 * 60)
    Window(weekday=0, start=540, end=1080)
    >>> Window(0, 600, 600)
    Traceback (most recent call last):
    ...
    odoo.addons.crm_telesales.calling_hours.hours.CallingHoursError: 600 to 600 is no \
window of a day
    """

    weekday: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise CallingHoursError(f"{self.weekday} is no weekday (0 is Monday)")
        if not 0 <= self.start < self.end <= MINUTES_A_DAY:
            raise CallingHoursError(f"{self.start} to {self.end} is no window of a day")


@dataclass(frozen=True, order=True)
class Closure:
    """Closed from ``start`` up to ``end``: naive wall-clock time of the callee."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo or self.end.tzinfo:
            raise CallingHoursError("a closure is wall-clock time, without a zone")
        if self.start >= self.end:
            raise CallingHoursError("a closure ends after it starts")


@dataclass(frozen=True)
class Verdict:
    """``reason`` is empty when open, else ``outside_hours``, ``holiday``, ``no_zone``.

    ``zone`` names the first candidate that is closed.
    """

    reason: str = ""
    zone: str = ""

    @property
    def is_open(self) -> bool:
        return not self.reason


@dataclass(frozen=True)
class CallingHours:
    """The hours of a campaign.

    >>> office = CallingHours((Window(0, 540, 1080),))
    >>> monday_nine_in_kathmandu = datetime(2026, 3, 2, 3, 15)
    >>> office.judge(monday_nine_in_kathmandu, ["Asia/Kathmandu"]).is_open
    True
    >>> office.judge(monday_nine_in_kathmandu, ["Asia/Kathmandu", "Asia/Kolkata"])
    Verdict(reason='outside_hours', zone='Asia/Kolkata')
    >>> both = ["Asia/Kathmandu", "Asia/Kolkata"]
    >>> office.next_opening(monday_nine_in_kathmandu, both)
    datetime.datetime(2026, 3, 2, 3, 30)
    """

    windows: tuple[Window, ...]
    closures: tuple[Closure, ...] = ()

    def judge(self, now: datetime, zones: Sequence[str]) -> Verdict:
        """May the callee be called at ``now`` (naive UTC)?"""
        _check_moment(now)
        if not zones:
            return Verdict("no_zone")
        for name in zones:
            wall = now + _offset(_zone(name), now)
            if any(c.start <= wall < c.end for c in self.closures):
                return Verdict("holiday", name)
            if not any(start <= wall < end for start, end in self._windows_of(wall)):
                return Verdict("outside_hours", name)
        return Verdict()

    def next_opening(
        self, after: datetime, zones: Sequence[str], horizon: timedelta = HORIZON
    ) -> datetime | None:
        """First moment (naive UTC) not before ``after`` when all zones are open.

        None when there is none inside the horizon, for example because the windows of
        two candidate zones never meet, or because no zone is known.
        """
        _check_moment(after)
        if not zones:
            return None
        infos = [_zone(name) for name in zones]
        limit = after + horizon
        moment = after
        while moment is not None and moment < limit:
            later = moment
            for zone in infos:
                later = self._next_in_zone(later, zone, limit)
                if later is None:
                    return None
            if later == moment:
                return moment
            moment = later
        return None

    def _next_in_zone(
        self, after: datetime, zone: ZoneInfo, limit: datetime
    ) -> datetime | None:
        moment = after
        while moment < limit:
            # the offset is constant up to `end`, so wall time runs as UTC does
            offset = _offset(zone, moment)
            end = min(_constant_until(zone, moment), limit)
            wall = self._next_on_wall(moment + offset, end + offset)
            if wall is not None:
                return wall - offset
            moment = end
        return None

    def _next_on_wall(self, wall: datetime, wall_end: datetime) -> datetime | None:
        """First open wall-clock time in [wall, wall_end)."""
        day = wall
        while day.date() <= wall_end.date():
            for start, end in self._windows_of(day):
                at = self._after_closures(max(start, wall))
                if at < end and at < wall_end:
                    return at
            day += DAY
        return None

    def _windows_of(self, wall: datetime) -> Iterable[tuple[datetime, datetime]]:
        midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
        for window in sorted(self.windows):
            if window.weekday == wall.weekday():
                yield (
                    midnight + timedelta(minutes=window.start),
                    midnight + timedelta(minutes=window.end),
                )

    def _after_closures(self, wall: datetime) -> datetime:
        for closure in sorted(self.closures):
            if closure.start <= wall < closure.end:
                wall = closure.end
        return wall


def _check_moment(moment: datetime) -> None:
    if moment.tzinfo:
        raise CallingHoursError("moments are naive UTC")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CallingHoursError(f"{name!r} is no time zone") from error


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    """Offset in force at a naive UTC moment."""
    local = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
    return local.utcoffset()


def _constant_until(zone: ZoneInfo, moment: datetime) -> datetime:
    """The end of the time, at most a day, in which the offset stays what it is.

    Found by halving: zoneinfo does not publish its transitions. Zones change their
    offset at whole seconds, and never there and back within a day.
    """
    offset = _offset(zone, moment)
    low, high = moment, moment + DAY
    if _offset(zone, high) == offset:
        return high
    high = high.replace(microsecond=0) + timedelta(seconds=1)
    low = low.replace(microsecond=0)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if _offset(zone, middle) == offset:
            low = middle
        else:
            high = middle
    return high
