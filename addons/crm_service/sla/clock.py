"""A clock of a promise: append-only segments in, consumed time and deadline out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from .working_time import WorkingTime


class ClockState(Enum):
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Segment:
    """From ``start`` on (until the next segment starts) the clock is in ``state``,
    may use ``budget`` in all since the beginning, and counts ``work``.

    A pause, a resumption, a change of the promise and a change of the calendar
    are each one more segment; nothing is ever rewritten.
    """

    start: datetime
    state: ClockState
    budget: timedelta
    work: WorkingTime


@dataclass(frozen=True)
class Reading:
    """What a clock shows.

    - consumed: working time used while running, never changed by a new budget;
    - remaining: budget - consumed, negative when overdue work went on;
    - deadline: the instant at which the budget is used up; None while paused
      with something left (it moves with the pause);
    - breached: the deadline has passed (an answer at the very deadline is in time).
    """

    state: ClockState
    consumed: timedelta
    remaining: timedelta
    deadline: datetime | None
    breached: bool


def read_clock(segments: Sequence[Segment], now: datetime) -> Reading:
    """Read a clock at ``now``; ``segments`` are in order of their start.

    The deadline is the earliest instant at which the consumed time reaches the
    budget in force, but never before that budget was set: a promise cannot be
    broken before it was made. A stopped clock keeps the deadline that it had
    when it was stopped. Raises ValueError for an empty or unordered list and
    HorizonError when the working time handed in does not reach the deadline.
    """
    if not segments:
        raise ValueError("a clock has at least one segment")
    last = segments[-1]
    starts = [segment.start for segment in segments]
    if starts != sorted(starts):
        raise ValueError("segments are not in order")
    consumed = timedelta()
    reached: datetime | None = None
    ends = [*starts[1:], max(now, last.start)]
    for segment, end in zip(segments, ends, strict=True):
        if segment.state is not ClockState.RUNNING:
            continue
        used = segment.work.worked(segment.start, end)
        if reached is None and consumed + used >= last.budget:
            reached = segment.work.after(segment.start, last.budget - consumed)
        consumed += used
    deadline = reached
    if deadline is None and last.state is not ClockState.PAUSED:
        # from the last segment on the clock runs (or would have run) undisturbed
        begin = max(now, last.start) if last.state is ClockState.RUNNING else last.start
        deadline = last.work.after(begin, last.budget - consumed)
    if deadline is not None:
        deadline = max(deadline, _in_force_since(segments))
    seen = last.start if last.state is ClockState.STOPPED else now
    return Reading(
        state=last.state,
        consumed=consumed,
        remaining=last.budget - consumed,
        deadline=deadline,
        breached=deadline is not None and seen > deadline,
    )


def _in_force_since(segments: Sequence[Segment]) -> datetime:
    since = segments[-1].start
    for segment in reversed(segments):
        if segment.budget != segments[-1].budget:
            break
        since = segment.start
    return since
