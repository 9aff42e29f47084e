"""The days of a working person: what today, tomorrow, this week and month are in UTC.

Instants in and out are naive UTC, as Odoo stores them; days are calendar days of the
person's time zone. A day that daylight saving makes shorter or longer is one day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Period:
    """From `start` until just before `end`; None: without bound on that side."""

    start: datetime | None
    end: datetime | None

    def __contains__(self, moment: datetime) -> bool:
        return (self.start is None or moment >= self.start) and (
            self.end is None or moment < self.end
        )


def midnight(day: date, zone: str) -> datetime:
    """The first instant of a day. Where DST skips midnight, the first that exists.

    >>> midnight(date(2026, 3, 1), "Asia/Shanghai")
    datetime.datetime(2026, 2, 28, 16, 0)
    >>> midnight(date(2024, 4, 26), "Africa/Cairo")
    datetime.datetime(2024, 4, 25, 22, 0)
    """
    local = datetime.combine(day, time(), ZoneInfo(zone))
    return local.astimezone(UTC).replace(tzinfo=None)


def local_day(now: datetime, zone: str) -> date:
    """The calendar day of an instant.

    >>> local_day(datetime(2026, 1, 31, 17, 0), "Asia/Shanghai")
    datetime.date(2026, 2, 1)
    """
    return now.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()


def work_periods(today: date, zone: str, first_weekday: int = 1) -> dict[str, Period]:
    """What the main line counts in, by code (P40).

    `today` is everything due until its end, the overdue included; `day`, `week` and
    `month` are whole calendar periods.

    :param first_weekday: 1 Monday … 7 Sunday
    """

    def whole(first: date, after: date) -> Period:
        return Period(midnight(first, zone), midnight(after, zone))

    tomorrow = today + timedelta(days=1)
    week = today - timedelta(days=(today.isoweekday() - first_weekday) % 7)
    month = today.replace(day=1)
    day = whole(today, tomorrow)
    return {
        "overdue": Period(None, day.start),
        "today": Period(None, day.end),
        "day": day,
        "tomorrow": whole(tomorrow, tomorrow + timedelta(days=1)),
        "week": whole(week, week + timedelta(days=7)),
        "month": whole(month, (month + timedelta(days=31)).replace(day=1)),
    }
