"""What became of a call that has ended: from the hang-up cause of the customer's own
leg. DialStatus and the CDR call a number that does not exist, one that rejects and one
that does not answer all "no answer"."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .reading import Reading

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


def outcome(call: "Reading") -> str:
    """The result of a call that has ended."""
    if any(status == "MACHINE" for _at, status, _cause in call.facts.happened("amd")):
        return "machine"
    if call.meetings:
        return "answered"
    return _inbound(call) if call.direction == "in" else _outbound(call)


def _inbound(call: "Reading") -> str:
    if call.facts.happened("callback"):
        return "callback"
    if call.facts.happened("fax"):
        return "fax"
    queue = call.facts.happened("queue")
    if any(row[1] == "result" and row[2] == "TIMEOUT" for row in queue):
        return "timeout"
    if call.customer is not None and call.customer.cause is None:
        return "unknown"
    if queue:
        return "abandoned"
    return "self_service" if call.facts.happened("served") else "missed"


def _outbound(call: "Reading") -> str:
    leg = call.customer
    if leg is None:
        return _not_dialled(call)
    if leg.cause is None:
        return "unknown"
    # what is read back tells the outcome without the leg
    own = (leg.uniqueid, "")
    statuses = {s for _at, who, s in call.facts.happened("dial") if who in own}
    if leg.cause in CAUSES:
        return CAUSES[leg.cause]
    if leg.cause == 19:
        # the same code stands for "rang and nobody came" and for "cannot be
        # reached"; who only read the call back does not know of its ringing
        heard = call.facts.at(leg.uniqueid, "dialled") is not None
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


def _not_dialled(call: "Reading") -> str:
    """The agent's own telephone did not come off the hook, or was put down at
    once."""
    agent = call.origin
    if agent is None:
        return "agent_offline" if call.facts.sets.get("originate") else "unknown"
    if agent.up is not None:
        return "cancelled" if agent.cause is not None else "unknown"
    if agent.cause is None:
        return "unknown"
    return AGENT_CAUSES.get(agent.cause, "agent_offline")
