"""What the events of one call say, kept so that their order, repetition and cutting do
not matter.

Two kinds of fact are enough, and both only grow: the first value of something (the
smallest tuple, which begins with the event's time) and a set of things that happened.
Merging is minimum and union, therefore associative, commutative and idempotent; any
permutation or repetition of a trace gives equal facts, and what they mean (call.derive)
is a function of the facts alone.

>>> from .messages import Message
>>> hangup = Message({"Event": "Hangup", "Timestamp": "5.0", "Uniqueid": "1.1",
...     "Linkedid": "1.1", "Channel": "PJSIP/101-1", "Cause": "17"})
>>> one, two = Facts().add(hangup), Facts().add(hangup).add(hangup)
>>> one == two, one.first["1.1", "end"]
(True, (5.0, '17'))
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .actions import JOINS
from .messages import Message

ORIGIN = "odoo-"
"""Prefix of the ids that we choose for the first channel of a call we place: its
Uniqueid, hence the Linkedid of all its events, and the ActionID of the Originate."""

QUEUE_EVENTS = {
    "QueueCallerJoin": "join",
    "QueueCallerLeave": "leave",
    "QueueCallerAbandon": "abandon",
    "AgentCalled": "called",
    "AgentConnect": "connect",
    "AgentComplete": "complete",
    "AgentRingNoAnswer": "ring_no_answer",
}
# the dialplan has answered the caller by itself: an order's state, a document
SERVED = ("OdooOrder", "OdooTicket", "OdooFaxDemand", "OdooServed")
_KEYS = (
    "Linkedid",
    "DestLinkedid",
    "LinkedID",
    "OrigTransfererLinkedid",
    "TransfererLinkedid",
)
_UNKNOWN = frozenset(("", "<unknown>", "s", "<null>"))
_LONGEST = 200


def call_key(event: Message) -> str:
    """The Linkedid of the call that the event is about; empty when it is about none."""
    headers = event.headers
    key = next((headers[header] for header in _KEYS if headers.get(header)), "")
    if event.name == "OriginateResponse" and event.action_id.startswith(ORIGIN):
        key = key or event.action_id
    # a channel that we have joined to a call bears the call's id in its own
    return key.rpartition(JOINS)[2]


@dataclass(slots=True)
class Facts:
    """Facts of one call: `first[channel, what]` is the smallest tuple (time, value, …)
    heard, `sets[what]` are the tuples (time, …) that happened. Channel is the
    Uniqueid."""

    first: dict[tuple[str, str], tuple] = field(default_factory=dict)
    sets: dict[str, set[tuple]] = field(default_factory=dict)

    def add(self, event: Message) -> "Facts":
        """Take in one event; returns itself."""
        at = event.timestamp
        if event.name == "Cdr":
            self._add_cdr(event)
            return self
        if (
            event.name != "OriginateResponse"
        ):  # it names the endpoint when there is no channel
            for prefix in ("", "Dest"):
                self._add_channel(event, prefix, at)
        handler = getattr(self, f"_on_{event.name.lower()}", None)
        if handler is not None:
            handler(event, at)
        elif event.name in QUEUE_EVENTS:
            interface = event.get("Interface") or event.get("MemberName")
            self._happened(
                "queue", at, QUEUE_EVENTS[event.name], event.get("Queue"), interface
            )
        return self

    def merge(self, other: "Facts") -> "Facts":
        """Take in all facts of `other`; returns itself."""
        for key, value in other.first.items():
            if key not in self.first or value < self.first[key]:
                self.first[key] = value
        for what, values in other.sets.items():
            self.sets.setdefault(what, set()).update(values)
        return self

    def channels(self) -> Iterator[str]:
        """Uniqueids of the channels, the earliest first."""
        named = [
            (value, key[0]) for key, value in self.first.items() if key[1] == "name"
        ]
        return (uniqueid for _value, uniqueid in sorted(named))

    def at(self, uniqueid: str, what: str) -> float | None:
        """When it was first so, in seconds of the PBX's clock; None when never
        heard."""
        value = self.first.get((uniqueid, what))
        return value[0] if value else None

    def value(self, uniqueid: str, what: str) -> str:
        """The first value heard; empty when none was."""
        value = self.first.get((uniqueid, what))
        return value[1] if value else ""

    def happened(self, what: str) -> list[tuple]:
        return sorted(self.sets.get(what, ()))

    # storage

    def to_json(self) -> dict:
        """A document for a jsonb column; equal facts give equal documents."""
        return {
            "first": [[*key, *value] for key, value in sorted(self.first.items())],
            "sets": {
                key: [list(v) for v in sorted(self.sets[key])] for key in self.sets
            },
        }

    @classmethod
    def from_json(cls, document: dict | None) -> "Facts":
        document = document or {}
        return cls(
            {(row[0], row[1]): tuple(row[2:]) for row in document.get("first", ())},
            {k: {tuple(row) for row in v} for k, v in document.get("sets", {}).items()},
        )

    # what each event says

    def _first(self, uniqueid: str, what: str, *value) -> None:
        key = (uniqueid, what)
        if key not in self.first or value < self.first[key]:
            self.first[key] = value

    def _happened(self, what: str, *value) -> None:
        self.sets.setdefault(what, set()).add(value)

    def _add_channel(self, event: Message, prefix: str, at: float) -> None:
        """The snapshot of a channel, which most events carry one or two of."""
        headers = event.headers
        uniqueid, name = (
            headers.get(f"{prefix}Uniqueid"),
            headers.get(f"{prefix}Channel"),
        )
        if not uniqueid or not name or name == "<unknown>":
            return
        self._first(uniqueid, "name", at, name)
        state = headers.get(f"{prefix}ChannelStateDesc")
        if state in ("Ringing", "Up"):
            self._first(uniqueid, state.lower(), at)
        for what, header in (
            ("number", "CallerIDNum"),
            ("caller", "CallerIDName"),
            ("exten", "Exten"),
        ):
            value = headers.get(prefix + header, "")
            if value not in _UNKNOWN:
                self._first(uniqueid, what, at, value[:_LONGEST])

    def _on_hangup(self, event: Message, at: float) -> None:
        self._first(event.get("Uniqueid"), "end", at, event.get("Cause", "0"))

    def _on_odoogone(self, event: Message, at: float) -> None:
        # our own event: the PBX does not know the channel any more, its Hangup was
        # missed
        self._first(event.get("Uniqueid"), "gone", at)

    def _on_dialbegin(self, event: Message, at: float) -> None:
        dialled = event.get("DialString").rsplit("/", 1)[-1][:_LONGEST]
        self._first(event.get("DestUniqueid"), "dialled", at, dialled)

    def _on_dialend(self, event: Message, at: float) -> None:
        status = event.get("DialStatus")
        self._happened("dial", at, event.get("DestUniqueid"), status)

    def _on_bridgeenter(self, event: Message, at: float) -> None:
        self._happened(
            "bridge", at, event.get("BridgeUniqueid"), event.get("Uniqueid"), 1
        )

    def _on_bridgeleave(self, event: Message, at: float) -> None:
        self._happened(
            "bridge", at, event.get("BridgeUniqueid"), event.get("Uniqueid"), 0
        )

    def _on_coreshowchannel(self, event: Message, at: float) -> None:
        if event.get("BridgeId"):
            self._happened(
                "bridge", at, event.get("BridgeId"), event.get("Uniqueid"), 1
            )

    def _on_hold(self, event: Message, at: float) -> None:
        self._happened("hold", at, event.get("Uniqueid"), 1)

    def _on_unhold(self, event: Message, at: float) -> None:
        self._happened("hold", at, event.get("Uniqueid"), 0)

    def _on_odoodial(self, event: Message, at: float) -> None:
        # read back: whom the leg called
        self._first(event.get("Uniqueid"), "calls", at, event.get("Number")[:_LONGEST])

    def _on_mixmonitorstart(self, event: Message, at: float) -> None:
        self._first(event.get("Uniqueid"), "recorded", at)

    def _on_odoorecording(self, event: Message, at: float) -> None:
        self._happened("recording", event.get("File")[:_LONGEST])
        self._first(event.get("Uniqueid"), "recorded", at)

    def _on_odoomute(self, event: Message, at: float) -> None:
        # our own event: the PBX has carried out our command
        on = int(event.get("State") == "mute")
        self._happened("mute", at, event.get("Uniqueid"), on)

    def _on_odoorecord(self, event: Message, at: float) -> None:
        # our own event, as above: the recording is silent, or goes on
        on = int(event.get("State") == "record_pause")
        self._happened("record_pause", at, on)

    def _on_originateresponse(self, event: Message, at: float) -> None:
        response, reason = event.get("Response"), event.get("Reason")
        self._happened("originate", at, response, reason, event.get("Exten"))

    def _on_userevent(self, event: Message, at: float) -> None:
        if event.get("UserEvent") == "AMDResult":
            self._happened("amd", at, event.get("Status"), event.get("Cause"))
        elif event.get("UserEvent") == "QueueResult":
            self._happened("queue", at, "result", event.get("Result"), "")
        elif event.get("UserEvent") == "OdooHold":
            self._happened("hold", at, event.get("Uniqueid"), 1)
        elif event.get("UserEvent") == "OdooSurvey":
            self._happened("survey", at, event.get("Score")[:_LONGEST])
        elif event.get("UserEvent") == "OdooConsent":
            self._happened("consent", at, int(event.get("Given") == "1"))
        elif event.get("UserEvent") in SERVED:
            self._happened("served", at, event.get("UserEvent"))
        elif event.get("UserEvent") == "OdooFax":
            self._on_fax(event, at)
        elif event.get("UserEvent") == "OdooCallback":
            number = event.get("Number") or event.get("CallerIDNum")
            self._happened("callback", at, number[:_LONGEST], event.get("Queue"))

    def _on_fax(self, event: Message, at: float) -> None:
        pages = event.get("Pages")
        self._happened(
            "fax",
            at,
            event.get("Direction"),
            event.get("Status"),
            event.get("Error")[:_LONGEST],
            int(pages) if pages.isdecimal() else 0,
            event.get("File").rpartition("/")[2][:_LONGEST],
        )

    def _add_cdr(self, event: Message) -> None:
        """A call detail record; its times are text of the PBX's zone, so it only backs
        up what the channels did not say."""
        values = (
            event.get("StartTime"),
            event.get("AnswerTime"),
            event.get("EndTime"),
            event.get("UniqueID"),
            event.get("Channel"),
            event.get("DestinationChannel"),
            event.get("Source"),
            event.get("Destination"),
            event.get("Disposition"),
        )
        self._happened("cdr", *values)
        if event.get("Recording"):
            self._happened("recording", event.get("Recording"))
