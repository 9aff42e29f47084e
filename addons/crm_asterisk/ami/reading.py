"""The facts of one call, read as a telephone operator would: its legs, whose they are,
the direction, the customer, the state."""

from collections.abc import Collection
from dataclasses import dataclass

from .actions import SPY
from .facts import ORIGIN, Facts
from .meetings import meetings, seconds
from .outcome import outcome

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


class Reading:
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
        if self.customer is None:
            return []
        return meetings(self.legs, self._moves(), self.customer.uniqueid)

    def _moves(self) -> list[tuple]:
        # leaving sorts before entering at the same microsecond
        return sorted(
            self.facts.sets.get("bridge", ()), key=lambda m: (m[0], m[3], m[1:3])
        )

    def talk(self) -> float:
        """Seconds in which the customer shared a bridge with at least one other
        channel."""
        return seconds(self.meetings)

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
        return outcome(self) if self.ended() else ""

    # what the customer pressed

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
