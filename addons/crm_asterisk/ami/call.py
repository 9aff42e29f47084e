"""What the facts of a call mean. Rules (measured on Asterisk 22, docs/operator):

- who answered is who was in a bridge with the customer, never who was rung;
- talk time is the time in which the customer shared a bridge with somebody, never the
  CDR's BillableSeconds, which in a click-to-dial call run from the moment the agent
  lifts the receiver;
- the result comes from the hang-up cause of the customer's own leg: DialStatus and the
  CDR call a number that does not exist, one that rejects and one that does not answer
  all "no answer".
"""

from collections.abc import Collection
from dataclasses import dataclass

from .actions import SPY
from .facts import ORIGIN, Facts

CAUSES = {
    **dict.fromkeys((1, 2, 3, 22, 28), "void_number"),
    17: "busy",
    18: "no_answer",
    20: "powered_off",
    21: "rejected",
    **dict.fromkeys((27, 34, 38, 41, 42, 44, 58), "congestion"),
}
"""Hang-up cause (Q.850) of the customer's leg → result."""

AGENT_CAUSES = {17: "agent_busy", 18: "agent_no_answer", 19: "agent_no_answer"}
_STATUS = {"BUSY": "busy", "CONGESTION": "congestion", "CHANUNAVAIL": "congestion"}
_INTERNAL = ("Announcer/", "Recorder/", "CBAnn/", "CBRec/", "Message/", "Surrogate/")


def endpoint_of(channel: str) -> str:
    """The endpoint of a channel's name, whole, so that PJSIP/101 is not PJSIP/1011.

    >>> endpoint_of("PJSIP/101-0000002a")
    'PJSIP/101'
    """
    return channel.rsplit("-", 1)[0]


@dataclass(frozen=True, slots=True)
class Leg:
    """One channel. Times are seconds of the PBX's clock."""

    uniqueid: str
    name: str
    is_agent: bool
    started: float
    ringing: float | None
    up: float | None
    ended: float | None
    cause: int | None
    muted: bool
    recorded: bool


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


class _Reading:
    """The facts of one call, looked at as a telephone operator would."""

    def __init__(self, linkedid: str, facts: Facts, endpoints: Collection[str]):
        self.linkedid, self.facts = linkedid, facts
        self.muted = {who: bool(on) for _at, who, on in facts.happened("mute")}
        self.legs = [self._leg(uniqueid, endpoints) for uniqueid in facts.channels()]
        real = [
            leg for leg in self.legs if not leg.name.startswith(("Local/", *_INTERNAL))
        ]
        # a leader who listens in takes no part
        self.agents = [
            leg for leg in real if leg.is_agent and not leg.uniqueid.startswith(SPY)
        ]
        own = next((leg for leg in self.legs if leg.uniqueid == linkedid), None)
        self.origin = own or next(iter(self.legs), None)
        self.direction = self._direction(real)
        self.customer = self._customer([leg for leg in real if not leg.is_agent])
        self.meetings = self._meetings()

    def _leg(self, uniqueid: str, endpoints: Collection[str]) -> Leg:
        facts = self.facts
        end = facts.first.get((uniqueid, "end"))
        ended = end[0] if end else facts.at(uniqueid, "gone")
        name = facts.value(uniqueid, "name")
        cause = int(end[1]) if end and end[1].isdigit() else None
        return Leg(
            uniqueid,
            name,
            endpoint_of(name) in endpoints,
            facts.at(uniqueid, "name"),
            facts.at(uniqueid, "ringing"),
            facts.at(uniqueid, "up"),
            ended,
            cause,
            self.muted.get(uniqueid, False),
            facts.at(uniqueid, "recorded") is not None,
        )

    def _direction(self, real: list[Leg]) -> str:
        strangers = [leg for leg in real if not leg.is_agent]
        if self.linkedid.startswith(ORIGIN):
            return "internal" if len(self.agents) > 1 and not strangers else "out"
        if self.origin is not None and self.origin.is_agent:
            return "internal" if len(self.agents) > 1 and not strangers else "out"
        return "in"

    def _customer(self, strangers: list[Leg]) -> Leg | None:
        """The leg to the other side: the caller; or of the legs dialled the one that
        was answered, else the last one; between colleagues the one that was called."""
        if self.direction == "in":
            return self.origin
        dialled = strangers or [leg for leg in self.agents if leg is not self.origin]
        answered = [leg for leg in dialled if leg.up is not None]
        return answered[0] if answered else dialled[-1] if dialled else None

    def _meetings(self) -> list[tuple[float, float | None, str]]:
        """(from, to, uniqueid): who shared a bridge with the customer; `to` None:
        still."""
        if self.customer is None:
            return []
        ends = {leg.uniqueid: leg.ended for leg in self.legs}
        moves = [(at, bridge, who, enters) for at, bridge, who, enters in self._moves()]
        inside: dict[tuple[str, str], float] = {}
        stays: list[tuple[str, str, float, float | None]] = []
        for at, bridge, who, enters in moves:
            if enters:
                inside.setdefault((bridge, who), at)
            elif (bridge, who) in inside:
                stays.append((bridge, who, inside.pop((bridge, who)), at))
        stays += [(b, who, at, ends.get(who)) for (b, who), at in inside.items()]
        near = _company(stays, self.customer.uniqueid, float("-inf"), None)
        names = {leg.name: leg.uniqueid for leg in self.legs}
        halves = {
            uniqueid: names.get(_other_half(name)) for name, uniqueid in names.items()
        }
        far = [
            meeting
            for start, end, who in near
            if halves.get(who)
            for meeting in _company(stays, halves[who], start, end)
        ]
        return sorted(near + far, key=lambda meeting: (meeting[0], meeting[2]))

    def _moves(self) -> list[tuple]:
        # leaving sorts before entering at the same microsecond
        return sorted(
            self.facts.sets.get("bridge", ()), key=lambda m: (m[0], m[3], m[1:3])
        )

    def talk(self) -> float:
        """Seconds in which the customer shared a bridge with at least one other
        channel."""
        total, reached = 0.0, float("-inf")
        for start, end, _who in self.meetings:
            if end is not None and end > reached:
                total += end - max(start, reached)
                reached = end
        return total

    def spoken(self, now_only: bool = False) -> tuple[str, ...]:
        names = {leg.uniqueid: endpoint_of(leg.name) for leg in self.agents}
        met = (
            names.get(who)
            for _from, to, who in self.meetings
            if not now_only or to is None
        )
        return tuple(dict.fromkeys(name for name in met if name))

    def rung(self) -> tuple[str, ...]:
        waiting = (
            endpoint_of(leg.name)
            for leg in self.agents
            if leg.ended is None and leg.up is None and leg is not self.origin
        )
        return tuple(dict.fromkeys(waiting))

    # state and result

    def ended(self) -> bool:
        if self.legs:
            return all(leg.ended is not None for leg in self.legs)
        failed = any(row[1] == "Failure" for row in self.facts.happened("originate"))
        return failed or bool(self.facts.sets.get("cdr"))

    def state(self) -> str:
        if self.ended():
            return "ended"
        if self._is_held():
            return "held"
        if any(end is None for _start, end, _who in self.meetings):
            return "talking"
        return "ringing" if not self.meetings else "waiting"

    def _is_held(self) -> bool:
        """By the telephone's own key, or by us, who take the customer out of the
        bridge: then coming back to one ends it."""
        last: dict[str, int] = {}
        enters = [(at, who, 0) for at, _b, who, enters in self._moves() if enters]
        for _at, who, on in sorted([*self.facts.happened("hold"), *enters]):
            last[who] = on
        alive = {leg.uniqueid for leg in self.legs if leg.ended is None}
        return any(on for who, on in last.items() if who in alive)

    def result(self) -> str:
        """Empty while the call lives."""
        if not self.ended():
            return ""
        if any(
            status == "MACHINE" for _at, status, _cause in self.facts.happened("amd")
        ):
            return "machine"
        if self.meetings:
            return "answered"
        return self._inbound() if self.direction == "in" else self._outbound()

    def _inbound(self) -> str:
        if self.facts.happened("callback"):
            return "callback"
        queue = self.facts.happened("queue")
        if any(row[1] == "result" and row[2] == "TIMEOUT" for row in queue):
            return "timeout"
        if self.customer is not None and self.customer.cause is None:
            return "unknown"
        return "abandoned" if queue else "missed"

    def _outbound(self) -> str:
        leg = self.customer
        if leg is None:
            return self._not_dialled()
        if leg.cause is None:
            return "unknown"
        # what is read back tells the outcome without the leg
        own = (leg.uniqueid, "")
        statuses = {s for _at, who, s in self.facts.happened("dial") if who in own}
        if leg.cause in CAUSES:
            return CAUSES[leg.cause]
        if leg.cause == 19:
            # the same code stands for "rang and nobody came" and for "cannot be
            # reached"; who only read the call back does not know of its ringing
            heard = self.facts.at(leg.uniqueid, "dialled") is not None
            silent = heard and leg.ringing is None
            return "powered_off" if silent else "no_answer"
        if "ANSWER" in statuses or leg.up is not None:
            return "answered"
        if "CANCEL" in statuses and "NOANSWER" not in statuses:
            return "cancelled"
        known = next(
            (_STATUS[status] for status in sorted(statuses) if status in _STATUS), ""
        )
        return known or ("no_answer" if "NOANSWER" in statuses else "unknown")

    def _not_dialled(self) -> str:
        """The agent's own telephone did not come off the hook, or was put down at
        once."""
        agent = self.origin
        if agent is None:
            return "agent_offline" if self.facts.sets.get("originate") else "unknown"
        if agent.up is not None:
            return "cancelled" if agent.cause is not None else "unknown"
        if agent.cause is None:
            return "unknown"
        return AGENT_CAUSES.get(agent.cause, "agent_offline")

    def score(self) -> int:
        """The last answer to the question after the call."""
        said = [value for _at, value in self.facts.happened("survey")][-1:]
        return int(said[0]) if said and said[0] in ("1", "2", "3", "4", "5") else 0

    def consent(self) -> str:
        said = [given for _at, given in self.facts.happened("consent")][-1:]
        return ("given" if said[0] else "refused") if said else ""

    def callback(self) -> str:
        wanted = [row[1] for row in self.facts.happened("callback")]
        return wanted[-1] if wanted else ""

    # the other side

    def number(self) -> str:
        """As it was presented or dialled."""
        facts, leg = self.facts, self.customer
        if leg is not None:
            dialled = facts.value(leg.uniqueid, "dialled").partition("@")[0]
            if self.direction != "in" and (dialled or self._called()):
                return dialled or self._called()
            if number := facts.value(leg.uniqueid, "number"):
                return number
        if self.direction == "out" and self.origin is not None:
            if exten := facts.value(self.origin.uniqueid, "exten"):
                return exten
        if originate := facts.happened("originate"):
            return originate[0][3]
        column = 6 if self.direction == "in" else 7
        return next((row[column] for row in facts.happened("cdr")), "")

    def _called(self) -> str:
        """The number that the first leg dialled, when the call was read back."""
        return self.facts.value(self.linkedid, "calls")


def _other_half(name: str) -> str:
    """A Local channel is a wire with two ends, ;1 and ;2: behind one is who holds the
    other."""
    if not name.startswith("Local/"):
        return ""
    return name[:-1] + ("2" if name.endswith("1") else "1")


def _company(
    stays: list, uniqueid: str, since: float, until: float | None
) -> list[tuple]:
    """(from, to, uniqueid) of those who shared a bridge with `uniqueid` in that
    time."""
    met = []
    for bridge, me, start, end in stays:
        if me != uniqueid or not _overlap(start, end, since, until):
            continue
        for other, who, begin, finish in stays:
            if (
                other == bridge
                and who != uniqueid
                and _overlap(start, end, begin, finish)
            ):
                last = _earlier(_earlier(end, finish), until)
                met.append((max(start, begin, since), last, who))
    return met


def _earlier(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _overlap(
    start: float, end: float | None, since: float, until: float | None
) -> bool:
    return (until is None or until > start) and (end is None or end > since)


def derive(linkedid: str, facts: Facts, endpoints: Collection[str]) -> Call:
    """The call that the facts describe. `endpoints` are the agents' own, like
    PJSIP/101; every other channel is a customer's or a trunk's."""
    reading = _Reading(linkedid, facts, endpoints)
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
