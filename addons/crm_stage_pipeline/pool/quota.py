"""Daily quotas of claiming: which day it is, how many are allowed, who gets them.

Limits are whole customers per day; ``None`` means unlimited and 0 means none.
Instants are aware datetimes, days are calendar days of the company's time zone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo


def quota_day(now: datetime, zone: str, last_day: date | None = None) -> date:
    """The day on which a claim made at `now` counts.

    Never before `last_day`, the latest day already counted on: a change of the
    time zone gives no second quota (P25).

    >>> from datetime import timezone
    >>> late = datetime(2026, 1, 31, 17, 0, tzinfo=timezone.utc)
    >>> quota_day(late, "Asia/Shanghai")
    datetime.date(2026, 2, 1)
    >>> quota_day(late, "America/New_York", date(2026, 2, 1))
    datetime.date(2026, 2, 1)
    """
    if now.tzinfo is None:
        raise ValueError("quota_day needs an aware datetime")
    today = now.astimezone(ZoneInfo(zone)).date()
    return today if last_day is None else max(today, last_day)


def daily_limit(limits: Iterable[int | None]) -> int | None:
    """The limit of somebody with several roles: the most generous one.

    Nobody who has no limit line at all is limited.

    >>> daily_limit([20, 50]), daily_limit([0]), daily_limit([20, None])
    (50, 0, None)
    """
    known = list(limits)
    if not known or None in known:
        return None
    return max(known)


@dataclass(frozen=True)
class Allowance:
    """How many more customers somebody may claim now, and what stops him then.

    `quota` is the daily limit, `used` what is claimed of it today; `cap` is how
    many one may hold, `held` how many are. Lowering a limit below what is used
    leaves nothing, never a debt.
    """

    quota: int | None
    used: int
    cap: int | None = None
    held: int = 0

    @property
    def quota_left(self) -> int | None:
        return None if self.quota is None else max(self.quota - self.used, 0)

    @property
    def cap_left(self) -> int | None:
        return None if self.cap is None else max(self.cap - self.held, 0)

    @property
    def left(self) -> int | None:
        """Customers that may still be claimed; None: as many as there are."""
        bounds = [b for b in (self.quota_left, self.cap_left) if b is not None]
        return min(bounds) if bounds else None

    def refusal(self) -> str:
        """The code for a customer that is one too many."""
        cap_left, quota_left = self.cap_left, self.quota_left
        if cap_left is not None and (quota_left is None or cap_left < quota_left):
            return "cap_exceeded"
        return "quota_exceeded"


def share_out(
    wanted: Sequence[int], allowance: Allowance, *, partial: bool
) -> tuple[list[int], list[int]]:
    """Split the wanted customers into those to claim and those refused.

    Without `partial`, a request that is too large is refused as a whole.

    >>> share_out([7, 8, 9], Allowance(quota=20, used=18), partial=True)
    ([7, 8], [9])
    >>> share_out([7, 8, 9], Allowance(quota=20, used=18), partial=False)
    ([], [7, 8, 9])
    """
    left = allowance.left
    if left is None or len(wanted) <= left:
        return list(wanted), []
    if not partial:
        return [], list(wanted)
    return list(wanted[:left]), list(wanted[left:])
