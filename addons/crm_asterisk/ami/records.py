"""What the PBX wrote down while nobody listened, read back as events.

Source are Asterisk's channel event records (CEL), which cel_custom appends to a file
(docker/asterisk/conf/cel_custom.conf): unlike call detail records they know who met
whom in a bridge and why each leg ended, so that a call that is read back is the very
call that would have been heard. Rows are turned into the events of the manager
interface and go the same way as these; a call of which a part was heard is completed.
"""

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path

from .messages import Message, text

COLUMNS = (
    "type",
    "time",
    "linkedid",
    "uniqueid",
    "channel",
    "number",
    "name",
    "exten",
    "app",
    "data",
    "extra",
)
"""As in cel_custom.conf; `time` in seconds of the PBX's clock."""

NEAR_BYTES = 1 << 16
"""The search by time ends when it is so near; what is older is passed over."""

ROTATED = ".1"


def read_back(path: Path, since: float) -> Iterator[list[Message]]:
    """The events of each call that had any at `since` (seconds of the PBX's clock) or
    later, call by call; calls that live still come last. Raises OSError when the file
    cannot be read."""
    open_calls: dict[str, list[Message]] = {}
    for row in _rows(path, since):
        key = row["linkedid"]
        open_calls.setdefault(key, []).extend(to_events(row))
        if row["type"] == "LINKEDID_END":
            yield open_calls.pop(key)
    yield from (events for events in open_calls.values() if events)


def to_events(row: dict[str, str]) -> list[Message]:
    """What the manager interface would have said."""
    extra = _extra(row["extra"])
    bridge = {"BridgeUniqueid": extra.get("bridge_id", "")}
    match row["type"], row["app"].lower():
        case "CHAN_START", _:
            return [_event("Newchannel", row)]
        case "ANSWER", _:
            return [_event("Newstate", row, ChannelStateDesc="Up")]
        case "BRIDGE_ENTER", _:
            return [_event("BridgeEnter", row, **bridge)]
        case "BRIDGE_EXIT", _:
            return [_event("BridgeLeave", row, **bridge)]
        case "HANGUP", _:
            return _hangup(row, extra)
        case "CHAN_END", _:
            return [_event("OdooGone", row)]
        case "APP_START", app:
            return _application(app, row)
    return []


def _application(app: str, row: dict[str, str]) -> list[Message]:
    first, *more = row["data"].split(",")
    match app:
        case "dial":
            number = first.rpartition("/")[2].partition("@")[0]
            return [_event("OdooDial", row, Number=number)]
        case "queue":
            return [_event("QueueCallerJoin", row, Queue=first)]
        case "mixmonitor":
            return [_event("OdooRecording", row, File=first)]
        case "userevent":
            said = dict(pair.split(":", 1) for pair in more if ":" in pair)
            return [_event("UserEvent", row, **{**said, "UserEvent": first})]
    return []


def _hangup(row: dict[str, str], extra: dict) -> list[Message]:
    cause = str(extra.get("hangupcause", 0))
    events = [_event("Hangup", row, Cause=cause)]
    if extra.get("dialstatus"):
        # told on the leg that dialled, about the one that was dialled last
        headers = {"Linkedid": row["linkedid"], "Timestamp": row["time"]}
        status = {"Event": "DialEnd", "DialStatus": extra["dialstatus"]}
        events.append(Message({**headers, **status}))
    return events


def _event(name: str, row: dict[str, str], **headers: str) -> Message:
    return Message(
        {
            **headers,
            "Event": name,
            "Timestamp": row["time"],
            "Linkedid": row["linkedid"],
            "Uniqueid": row["uniqueid"],
            "Channel": row["channel"],
            "CallerIDNum": row["number"],
            "CallerIDName": row["name"],
            "Exten": row["exten"],
        }
    )


def _extra(value: str) -> dict:
    try:
        found = json.loads(value or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _rows(path: Path, since: float) -> Iterator[dict[str, str]]:
    """Rows at `since` or later, in the file's order; of the rotated file too when the
    file itself begins later."""
    if path.parent.is_dir() and not path.exists():
        # the PBX has had no call yet
        return
    with path.open("rb") as file:
        first = next(_parsed(file), None)
        rotated = path.with_name(path.name + ROTATED)
        if (first is None or float(first["time"]) > since) and rotated.is_file():
            with rotated.open("rb") as older:
                yield from _rows_of(older, since)
        yield from _rows_of(file, since)


def _rows_of(file, since: float) -> Iterator[dict[str, str]]:
    file.seek(_offset(file, since))
    for row in _parsed(file):
        if float(row["time"]) >= since:
            yield row


def _offset(file, since: float) -> int:
    """A place at the beginning of a line before the first row of that time."""
    low, high = 0, file.seek(0, os.SEEK_END)
    while high - low > NEAR_BYTES:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline()
        row = next(_parsed(file), None)
        if row is None or float(row["time"]) >= since:
            high = middle
        else:
            low = middle
    file.seek(low)
    if low:
        file.readline()
    return file.tell()


def _parsed(file) -> Iterator[dict[str, str]]:
    """From where the file stands; lines that are no rows (one that is being written,
    one cut by the seek) are left out."""
    for line in file:
        values = next(csv.reader([text(line.replace(b"\0", b"")).strip()]), [])
        row = dict(zip(COLUMNS, values, strict=False))
        try:
            float(row["time"])
        except (KeyError, ValueError):
            continue
        if len(values) == len(COLUMNS) and line.endswith(b"\n") and row["linkedid"]:
            yield row
