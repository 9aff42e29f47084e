"""What a command says to the PBX: pure, from the command's kind and payload to the
headers of its actions, in order.

Contexts odoo-hold, odoo-wait, odoo-conference and odoo-conference-guest are the
dialplan's part (marked ODOO in docker/asterisk/pbx/extensions.conf). Every value that
reaches the PBX is checked here: numbers and extensions are dial characters, channels
are names of channels (A15).
"""

import re
from collections.abc import Callable

from .messages import ValueRefused, dialable, endpoint_name

ORIGINATE_TIMEOUT_S = 30
JOINS = "+"
"""In the id of a channel that we have joined to a call: between its own id and the
linked id of that call."""

SPY = "odoo-spy-"
"""The id of a leader's channel that listens to a call begins so."""

SPY_MODES = ("listen", "whisper", "barge")
_QUEUE = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_CHANNEL = re.compile(r"[A-Za-z0-9]+/[A-Za-z0-9_.@;:+*#-]{1,100}")
_FAX_LINE = re.compile(r"[A-Za-z0-9 +.-]{0,40}")
_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,120}\.tif")
_CONTEXT = re.compile(r"[A-Za-z0-9_-]{1,60}")


def to_actions(kind: str, uuid: str, payload: dict) -> list[dict]:
    """Headers of the actions that carry out a command. Raises ValueRefused.

    >>> to_actions("hangup", "", {"channels": ["PJSIP/101-0000002a"]})
    [{'Action': 'Hangup', 'Channel': 'PJSIP/101-0000002a'}]
    """
    return _KINDS[kind](uuid, payload)


def channel_name(name: str) -> str:
    """A living channel; raises ValueRefused for a pattern or anything else."""
    if not _CHANNEL.fullmatch(name or ""):
        raise ValueRefused("a channel is written like PJSIP/101-0000002a")
    return name


def context_name(name: str) -> str:
    if not _CONTEXT.fullmatch(name or ""):
        raise ValueRefused("a context's name holds letters, digits, - and _ alone")
    return name


def _originate(uuid: str, payload: dict) -> list[dict]:
    number = dialable(payload["number"])
    variables = {
        "__ODOO_CALL_ID": uuid,
        "ODOO_RING": str(int(payload["ring"])),
        "ODOO_AMD": "1" if payload.get("amd") else "0",
        "ODOO_RECORD": "1" if payload.get("record", True) else "0",
    }
    return [
        _ring(
            uuid,
            endpoint_name(payload["endpoint"]),
            context_name(payload["context"]),
            number,
            number,
            [f"{key}={value}" for key, value in variables.items()],
        )
    ]


def _ring(uuid, channel, context, exten, caller, variables) -> dict:
    return {
        "Action": "Originate",
        "ActionID": uuid,
        "ChannelId": uuid,
        "Channel": channel,
        "Context": context,
        "Exten": exten,
        "Priority": "1",
        "Timeout": str(ORIGINATE_TIMEOUT_S * 1000),
        "CallerID": f'"{caller}" <{caller}>',
        "Async": "true",
        "Variable": variables,
    }


def _hangup(_uuid: str, payload: dict) -> list[dict]:
    return [
        {"Action": "Hangup", "Channel": channel_name(name)}
        for name in payload["channels"]
    ]


def _redirect_both(payload: dict, guest: str, own: str, exten: str) -> dict:
    """The customer's channel and our own leave their bridge in one step."""
    return {
        "Action": "Redirect",
        "Channel": channel_name(payload["customer"]),
        "Context": guest,
        "Exten": exten,
        "Priority": "1",
        "ExtraChannel": channel_name(payload["own"]),
        "ExtraContext": own,
        "ExtraExten": exten,
        "ExtraPriority": "1",
    }


def _hold(_uuid: str, payload: dict) -> list[dict]:
    return [_redirect_both(payload, "odoo-hold", "odoo-wait", "s")]


def _resume(_uuid: str, payload: dict) -> list[dict]:
    return [
        {
            "Action": "Bridge",
            "Channel1": channel_name(payload["own"]),
            "Channel2": channel_name(payload["customer"]),
            "Tone": "no",
        }
    ]


def _mute(state: str) -> Callable[[str, dict], list[dict]]:
    def actions(_uuid: str, payload: dict) -> list[dict]:
        return [
            {
                "Action": "MuteAudio",
                "Channel": channel_name(payload["own"]),
                "Direction": "in",
                "State": state,
            }
        ]

    return actions


def _record(state: str) -> Callable[[str, dict], list[dict]]:
    def actions(_uuid: str, payload: dict) -> list[dict]:
        channel = channel_name(payload["channel"])
        headers = {"Action": "MixMonitorMute", "Channel": channel}
        return [{**headers, "Direction": "both", "State": state}]

    return actions


def _transfer(action: str) -> Callable[[str, dict], list[dict]]:
    def actions(_uuid: str, payload: dict) -> list[dict]:
        return [
            {
                "Action": action,
                "Channel": channel_name(payload["own"]),
                "Context": context_name(payload["context"]),
                "Exten": dialable(payload["exten"]),
            }
        ]

    return actions


def _take_back(_uuid: str, payload: dict) -> list[dict]:
    return [{"Action": "CancelAtxfer", "Channel": channel_name(payload["own"])}]


def _conference(uuid: str, payload: dict) -> list[dict]:
    """Customer and own telephone into a room, then one more: a colleague's telephone,
    or a number through the dialplan that takes calls out."""
    room = dialable(str(payload["room"]))
    actions = []
    if payload.get("customer"):
        actions.append(
            _redirect_both(payload, "odoo-conference-guest", "odoo-conference", room)
        )
    if payload.get("endpoint"):
        channel, context = endpoint_name(payload["endpoint"]), "odoo-conference"
    else:
        number = dialable(payload["exten"])
        channel = f"Local/{number}@{context_name(payload['context'])}"
        context = "odoo-conference-guest"
    shown = dialable(payload["shown"])
    own_id = f"{uuid}{JOINS}{payload['linkedid']}"
    actions.append(_ring(own_id, channel, context, room, shown, []))
    return actions


def _spy(uuid: str, payload: dict) -> list[dict]:
    """Rings the leader and lets him hear the channel; ends with that channel."""
    if payload["mode"] not in SPY_MODES:
        raise ValueRefused("listen, whisper or barge")
    channel = channel_name(payload["channel"])
    own_id = f"{SPY}{uuid}{JOINS}{payload['linkedid']}"
    endpoint = endpoint_name(payload["endpoint"])
    variables = [f"ODOO_SPY={channel}"]
    return [_ring(own_id, endpoint, "odoo-spy", payload["mode"], "0", variables)]


def _fax(uuid: str, payload: dict) -> list[dict]:
    """Calls the number; the pages are sent when it answers."""
    name = payload["file"]
    if not _FILE.fullmatch(name or ""):
        raise ValueRefused("a fax is a .tif file of the fax folder")
    number = dialable(payload["number"])
    channel = f"PJSIP/{number}@{context_name(payload['trunk'])}"
    variables = [f"__ODOO_CALL_ID={uuid}", f"ODOO_FAX={name}"]
    for key in ("header", "station"):
        text = payload.get(key, "")
        if not _FAX_LINE.fullmatch(text):
            raise ValueRefused(f"the {key} of a fax holds letters, digits, + . - alone")
        variables.append(f"ODOO_FAX_{key.upper()}={text}")
    return [_ring(uuid, channel, "odoo-fax", "send", "0", variables)]


def _queue_name(name: str) -> str:
    if not _QUEUE.fullmatch(name or ""):
        raise ValueRefused("a queue's name holds letters, digits, ., - and _ alone")
    return name


def _membership(action: str) -> Callable[[str, dict], list[dict]]:
    def actions(_uuid: str, payload: dict) -> list[dict]:
        interface = endpoint_name(payload["endpoint"])
        return [
            {"Action": action, "Queue": _queue_name(name), "Interface": interface}
            for name in payload["queues"]
        ]

    return actions


def _pause(state: str) -> Callable[[str, dict], list[dict]]:
    def actions(_uuid: str, payload: dict) -> list[dict]:
        headers = {"Action": "QueuePause", "Paused": state}
        headers["Interface"] = endpoint_name(payload["endpoint"])
        if payload.get("reason"):
            headers["Reason"] = dialable(payload["reason"])
        return [headers]

    return actions


def _digits(_uuid: str, payload: dict) -> list[dict]:
    return [
        {
            "Action": "PlayDTMF",
            "Channel": channel_name(payload["customer"]),
            "Digit": digit,
            "Receive": "0",
        }
        for digit in dialable(payload["digits"]).replace("+", "")
    ]


_KINDS: dict[str, Callable[[str, dict], list[dict]]] = {
    "originate": _originate,
    "hangup": _hangup,
    "hold": _hold,
    "resume": _resume,
    "record_pause": _record("1"),
    "record_resume": _record("0"),
    "mute": _mute("on"),
    "unmute": _mute("off"),
    "transfer": _transfer("BlindTransfer"),
    "consult": _transfer("Atxfer"),
    "take_back": _take_back,
    "conference": _conference,
    "digits": _digits,
    "spy": _spy,
    "fax": _fax,
    "queue_in": _membership("QueueAdd"),
    "queue_out": _membership("QueueRemove"),
    "queue_pause": _pause("true"),
    "queue_resume": _pause("false"),
}
