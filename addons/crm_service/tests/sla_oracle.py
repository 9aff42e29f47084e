"""A second, slow and simple answer to the question of the clock: minute by minute."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


def expand(zone, days, minutes, start, stop):
    """Local working minutes of weekdays → intervals of instants (UTC)."""
    tz = ZoneInfo(zone)
    day = start.astimezone(tz).date() - timedelta(days=1)
    while day <= stop.astimezone(tz).date():
        if day.weekday() in days:
            midnight = datetime.combine(day, time())
            for first, last in minutes:
                yield (
                    (midnight + first * MINUTE)
                    .replace(tzinfo=tz)
                    .astimezone(timezone.utc),
                    (midnight + last * MINUTE)
                    .replace(tzinfo=tz)
                    .astimezone(timezone.utc),
                )
        day += timedelta(days=1)


def is_working(zone, days, minutes, moment):
    local = moment.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    return local.weekday() in days and any(a <= minute < b for a, b in minutes)


def deadline_by_minutes(zone, days, minutes, marks, limit):
    """marks: [(instant, running, budget in minutes)] in order, the last one running.

    Returns (deadline or None, minutes consumed at the last mark): each working
    minute of a running stretch uses one minute; the deadline is the end of the
    minute that uses up the last budget, not before that budget was set.
    """
    budget = marks[-1][2]
    since = marks[-1][0]
    for moment, _running, minutes_allowed in reversed(marks):
        if minutes_allowed != budget:
            break
        since = moment
    moment, running, consumed, index, at_last = marks[0][0], False, 0, 0, 0
    reached = moment if budget == 0 else None
    while moment < marks[-1][0] + limit:
        while index < len(marks) and marks[index][0] <= moment:
            running = marks[index][1]
            index += 1
            at_last = consumed
        if running and is_working(zone, days, minutes, moment):
            consumed += 1
            if consumed == budget and reached is None:
                reached = moment + MINUTE
        moment += MINUTE
        if reached and index == len(marks):
            break
    return (max(reached, since) if reached else None), at_last
