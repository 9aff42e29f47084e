"""When a customer returns to the pool: rules, facts, and a clock that may pause.

Instants are aware datetimes; days are calendar days of the company's time zone. A
rule of ``n`` days leaves ``n`` whole counted days after the day on which its clock
started; the customer returns at the midnight after the last of them.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# A clock that does not get on in ten years is taken to stand still.
HORIZON = 3660
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Clock:
    """Counts days in one zone; some of them may not count.

    `hours` are the working hours by (parity of the week, weekday), as pairs of
    hours of the day; None: every day counts. `absences` are pairs of instants. A
    day counts if any working hour of it is left outside the absences.

    >>> monday = datetime(2026, 3, 2, 9, tzinfo=UTC)
    >>> Clock("UTC").due(monday, 2).isoformat()
    '2026-03-05T00:00:00+00:00'
    >>> week = {(p, d): ((9, 17),) for p in (0, 1) for d in range(5)}
    >>> Clock("UTC", week).due(datetime(2026, 3, 6, 9, tzinfo=UTC), 1).isoformat()
    '2026-03-10T00:00:00+00:00'
    """

    zone: str
    hours: Mapping[tuple[int, int], tuple[tuple[float, float], ...]] | None = None
    absences: tuple[tuple[datetime, datetime], ...] = ()
    _known: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    def due(self, start: datetime, days: int) -> datetime | None:
        """The midnight after `days` counted days that follow the day of `start`.

        :return: UTC, or None if the clock stands still
        """
        if start.tzinfo is None:
            raise ValueError("due needs an aware datetime")
        day = start.astimezone(ZoneInfo(self.zone)).date()
        key = (day, days)
        if key not in self._known:
            last = self._last_day(day, days)
            self._known[key] = None if last is None else self._midnight(last + DAY)
        return self._known[key]

    def counts(self, day: date) -> bool:
        """Whether the clock runs on this day."""
        if self.hours is None:
            return True
        if day not in self._known:
            parity = (day.toordinal() - 1) // 7 % 2
            self._known[day] = any(
                self._is_left(self._instant(day, begin), self._instant(day, end))
                for begin, end in self.hours.get((parity, day.weekday()), ())
            )
        return self._known[day]

    def _last_day(self, day: date, days: int) -> date | None:
        if self.hours is None:
            return day + days * DAY
        left = days
        for _step in range(HORIZON):
            if not left:
                return day
            day += DAY
            left -= self.counts(day)
        return None

    def _is_left(self, begin: datetime, end: datetime) -> bool:
        """Whether anything of begin to end lies outside the absences."""
        for absent_from, absent_to in self.absences:
            if absent_from <= begin < absent_to:
                begin = absent_to
        return begin < end

    def _midnight(self, day: date) -> datetime:
        return self._instant(day, 0)

    def _instant(self, day: date, hour: float) -> datetime:
        """An hour of a local day, as UTC; 24 is the next midnight."""
        whole = day + DAY if hour >= 24 else day
        clock = (datetime.min + timedelta(hours=hour % 24)).time() if hour else time()
        local = datetime.combine(whole, clock, ZoneInfo(self.zone))
        return local.astimezone(UTC)


def merge(absences: Iterable[tuple[datetime, datetime]]) -> tuple:
    """Sort absences and join those that touch.

    >>> merge([(3, 5), (1, 2), (2, 3)])
    ((1, 5),)
    """
    joined: list[tuple] = []
    for begin, end in sorted(absences):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return tuple(joined)


@dataclass(frozen=True)
class Rule:
    """One rule; what it does not name (pool, stages) it does not ask for.

    `counting` says which days count: calendar, working, or attended (working days
    without the owner's leaves).
    """

    id: int
    kind: str
    days: int
    counting: str = "calendar"
    failure: str | None = None
    attempts: int = 1
    pool_id: int | None = None
    stage_ids: frozenset = frozenset()
    has_domain: bool = False


@dataclass(frozen=True)
class Facts:
    """What the rules ask about one owned customer.

    `failed_at` tells, by rule id, since when the follow-up counts as failed;
    `matched_ids` are the rules whose filter the customer meets.
    """

    owner: Hashable
    claimed_at: datetime
    last_contact_at: datetime | None = None
    protected_until: datetime | None = None
    resumed_at: datetime | None = None
    pool_id: int | None = None
    stage_id: int | None = None
    failed_at: Mapping[int, datetime] = field(default_factory=dict)
    matched_ids: frozenset = frozenset()


def started_at(rule: Rule, facts: Facts) -> datetime | None:
    """When the clock of this rule started for a customer; None: it does not run.

    >>> claimed = datetime(2026, 3, 2, tzinfo=UTC)
    >>> started_at(Rule(1, "gap", 30), Facts(owner=7, claimed_at=claimed)) is None
    True
    """
    if rule.pool_id and rule.pool_id != facts.pool_id:
        return None
    if rule.stage_ids and facts.stage_id not in rule.stage_ids:
        return None
    if rule.has_domain and rule.id not in facts.matched_ids:
        return None
    if rule.kind == "protection":
        return facts.protected_until
    contact = facts.last_contact_at
    is_contacted = contact is not None and contact >= facts.claimed_at
    start = {
        "uncontacted": None if is_contacted else facts.claimed_at,
        "gap": contact if is_contacted else None,
        "failed": facts.failed_at.get(rule.id),
    }[rule.kind]
    if start and facts.resumed_at:
        return max(start, facts.resumed_at)
    return start


def returns_at(
    rules: Iterable[Rule],
    facts: Facts,
    clock_of: Callable[[str, Hashable], Clock],
) -> tuple[datetime, int] | None:
    """The earliest date on which a rule brings the customer back, and that rule.

    Nothing returns while it is protected. Of rules with the same date the first
    counts.

    :param clock_of: the clock for a way of counting and an owner
    """
    earliest = None
    for rule in rules:
        start = started_at(rule, facts)
        if start is None:
            continue
        due = clock_of(rule.counting, facts.owner).due(start, rule.days)
        if due is None:
            continue
        if facts.protected_until:
            due = max(due, facts.protected_until)
        if earliest is None or due < earliest[0]:
            earliest = (due, rule.id)
    return earliest
