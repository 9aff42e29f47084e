"""What the facts of a call mean. Rules (measured on Asterisk 22, docs/operator):

- who answered is who was in a bridge with the customer, never who was rung (meetings);
- talk time is the time in which the customer shared a bridge with somebody, never the
  CDR's BillableSeconds, which in a click-to-dial call run from the moment the agent
  lifts the receiver (meetings);
- the result comes from the hang-up cause of the customer's own leg (outcome).
"""

from collections.abc import Collection
from dataclasses import dataclass

from .facts import Facts
from .reading import Leg, Reading, endpoint_of


@dataclass(frozen=True, slots=True)
class Call:
    """A call as far as it is known. Times are seconds of the PBX's clock, durations
    seconds. `silent`: the recording is paused. `rung` are the agents' endpoints that
    ring now, `agents` those that spoke, the first one first, `present` those that are
    connected now. `score` is what the customer pressed after the call, 1 to 5, else 0;
    `callback` the number that a caller left in the queue, `queue` the first one;
    `consent` to the recording is given, refused, or empty when nobody asked."""

    linkedid: str
    direction: str
    state: str
    result: str
    number: str
    caller: str
    line: str
    started: float | None
    answered: float | None
    ended: float | None
    talk: float
    wait: float
    cause: int | None
    first_agent: str
    agents: tuple[str, ...]
    rung: tuple[str, ...]
    present: tuple[str, ...]
    queue: str
    silent: bool
    score: int
    callback: str
    consent: str
    recordings: tuple[str, ...]
    legs: tuple[Leg, ...]


def derive(linkedid: str, facts: Facts, endpoints: Collection[str]) -> Call:
    """The call that the facts describe. `endpoints` are the agents' own, like
    PJSIP/101; every other channel is a customer's or a trunk's."""
    reading = Reading(linkedid, facts, endpoints)
    times = [leg.started for leg in reading.legs]
    times += [row[0] for row in facts.happened("originate")]
    started = min(times, default=None)
    ended = None
    if reading.ended():
        ended = max([leg.ended for leg in reading.legs] or times, default=None)
    answered = reading.meetings[0][0] if reading.meetings else None
    until = answered if answered is not None else ended
    customer = reading.customer
    agents = reading.spoken()
    origin_agent = reading.origin is not None and reading.origin.is_agent
    queues = [row[2] for row in facts.happened("queue") if row[1] == "join"]
    return Call(
        linkedid=linkedid,
        direction=reading.direction,
        state=reading.state(),
        result=reading.result(),
        number=reading.number()[:60],
        caller=facts.value(customer.uniqueid, "caller")[:80] if customer else "",
        line=facts.value(reading.origin.uniqueid, "exten") if reading.origin else "",
        started=started,
        answered=answered,
        ended=ended,
        talk=reading.talk(),
        wait=until - started if until is not None and started is not None else 0.0,
        cause=customer.cause if customer else None,
        first_agent=endpoint_of(reading.origin.name) if origin_agent else "",
        agents=agents,
        rung=reading.rung(),
        present=reading.spoken(now_only=True),
        queue=queues[0] if queues else "",
        score=reading.score(),
        callback=reading.callback()[:60],
        consent=reading.consent(),
        silent=any(on for _at, on in facts.happened("record_pause")[-1:]),
        recordings=tuple(row[0] for row in facts.happened("recording")),
        legs=tuple(reading.legs),
    )
