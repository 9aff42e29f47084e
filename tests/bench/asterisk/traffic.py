"""Any number of calls out of the recorded sessions, at once, as one byte stream.

Each call is a recorded session with ids, channels and the customer's number of its own,
its times moved; the calls begin evenly and their events are mixed by time, as on a PBX
that is busy.
"""

import re
from pathlib import Path

from tests.layout import PROJECT

TRANSCRIPTS = PROJECT / "tests" / "transcripts"
# a session that needs others to mean something, and one without any event of a channel
LEFT_OUT = {"conference"}
CALLS_PER_S = 50.0
_ID = re.compile(
    rb"^((?:\w*(?:Unique|Linked|Action|Call)i?[dD]|Conference): )(\S+)$", re.MULTILINE
)
_CHANNEL = re.compile(rb"((?:PJSIP|Local)/[\w.@]+-[0-9a-f]{8})")
_TIME = re.compile(rb"^Timestamp: ([0-9.]+)$", re.MULTILINE)
_CUSTOMER = re.compile(rb"1[38]\d00000\d{3}")


def recorded(names=()) -> dict[str, list[bytes]]:
    """The events of each session, as blocks without their end."""
    found = {}
    for path in sorted(TRANSCRIPTS.glob("*.ami")):
        if path.stem not in LEFT_OUT and (not names or path.stem in names):
            blocks = path.read_bytes().replace(b"\r\n", b"\n").split(b"\n\n")
            # what has no time is the end of a list that somebody asked for
            found[path.stem] = [
                one
                for one in blocks
                if one.startswith(b"Event: ") and _TIME.search(one)
            ]
    return found


def joined(blocks: list[bytes]) -> bytes:
    return b"".join(one.replace(b"\n", b"\r\n") + b"\r\n\r\n" for one in blocks)


def many(count: int, numbers: list[str], since: float) -> list[bytes]:
    """The events of `count` calls, by time.

    :param numbers: the customers' numbers, taken in turn
    :param since: when the first call begins, seconds
    """
    sessions = list(recorded().values())
    events = []
    for index in range(count):
        begin = since + index / CALLS_PER_S
        session = sessions[index % len(sessions)]
        number = numbers[index % len(numbers)].encode()
        events += _call(session, b"x%d" % index, number, begin)
    # stable: what has one time keeps its order
    return [block for _at, block in sorted(events, key=lambda event: event[0])]


def _call(session, mark, number, begin):
    first = min(float(match[1]) for block in session for match in _TIME.finditer(block))
    at = begin
    for block in session:
        block = _ID.sub(rb"\g<1>\g<2>" + mark, block)
        block = _CHANNEL.sub(rb"\g<1>" + mark, block)
        block = _CUSTOMER.sub(number, block)
        if match := _TIME.search(block):
            at = begin + float(match[1]) - first
            block = _TIME.sub(b"Timestamp: %.6f" % at, block)
        yield at, block


def path_of(folder: Path, blocks: list[bytes]) -> Path:
    """A file of these events, for the player."""
    path = folder / "traffic.ami"
    path.write_bytes(joined(blocks))
    return path
