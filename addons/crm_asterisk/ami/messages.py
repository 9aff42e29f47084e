"""Bytes of the manager interface to messages, and values to bytes.

>>> parser = Parser()
>>> [event] = parser.feed(b"Event: Hangup\\r\\nCause: 17\\r\\n\\r\\n")
>>> event.name, event["Cause"]
('Hangup', '17')
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from asterisk.manager import ManagerException

MAX_BLOCK = 1 << 20
"""A message longer than this (bytes) is no message of Asterisk's: the connection is
given up."""

_DIALABLE = re.compile(r"[0-9+*#]{1,40}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_ENDPOINT = re.compile(r"(?:PJSIP|SIP|IAX2|DAHDI|Local)/[A-Za-z0-9_.@-]{1,60}")


class AmiError(ManagerException):
    """What goes wrong between us and a PBX; also caught by code that catches pyst2's
    errors."""


class ValueRefused(AmiError, ValueError):
    """A value that must not reach the PBX."""


@dataclass(frozen=True, slots=True)
class Message:
    """One block. `headers` holds the last value of a repeated header, `repeated` all of
    them; ChanVariable headers of one or several channels are in `variables`."""

    headers: Mapping[str, str]
    repeated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The event's name; empty for a response. OriginateResponse has both headers
        and is an event, so this is asked first."""
        return self.headers.get("Event", "")

    @property
    def action_id(self) -> str:
        return self.headers.get("ActionID", "")

    @property
    def failed(self) -> bool:
        return self.headers.get("Response") == "Error"

    @property
    def timestamp(self) -> float:
        """Seconds of the PBX's clock (timestampevents=yes in manager.conf); 0.0 when
        absent."""
        try:
            return float(self.headers.get("Timestamp", "0"))
        except ValueError:
            return 0.0

    def __getitem__(self, header: str) -> str:
        return self.headers[header]

    def get(self, header: str, default: str = "") -> str:
        return self.headers.get(header, default)

    def lines(self, header: str) -> tuple[str, ...]:
        """All values of a header, in order: `Output` of an action Command."""
        one = (self.headers[header],) if header in self.headers else ()
        return self.repeated.get(header, one)


class Parser:
    """Cuts a byte stream, in whatever pieces it comes, into messages. The banner that
    Asterisk sends first, a line of its own, is in `banner`."""

    def __init__(self):
        self.banner = ""
        self._buffer = b""

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that are complete with `data`; raises AmiError on a block over
        MAX_BLOCK."""
        self._buffer += data
        if not self.banner and b"\r\n" in self._buffer:
            line, rest = self._buffer.split(b"\r\n", 1)
            if b": " not in line:
                self.banner, self._buffer = text(line), rest
            else:
                self.banner = "?"
        if b"\r\n\r\n" in self._buffer:
            *blocks, self._buffer = self._buffer.split(b"\r\n\r\n")
            yield from (parse_block(block) for block in blocks if block.strip())
        if len(self._buffer) > MAX_BLOCK:
            raise AmiError("the PBX sent a message without end")


def text(data: bytes) -> str:
    """UTF-8, else GB18030 (names from Chinese trunks), else what can be read of it."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def parse_block(block: bytes) -> Message:
    """One message; a line without colon is kept as a value of `Output`."""
    try:
        lines = block.decode("utf-8").split("\r\n")
    except UnicodeDecodeError:
        lines = [text(line) for line in block.split(b"\r\n")]
    if b"\0" in block:
        # PostgreSQL keeps no NUL
        lines = [line.replace("\0", "") for line in lines]
    if b"ChanVariable" not in block:
        # nearly all: every line has a colon, no header comes twice
        try:
            plain = {
                key: value.strip()
                for key, value in [line.split(":", 1) for line in lines]
            }
        except ValueError:
            plain = {}
        if len(plain) == len(lines):
            return Message(plain)
    return _parse_lines(lines)


def _parse_lines(lines: list[str]) -> Message:
    """The same for any message."""
    headers: dict[str, str] = {}
    repeated: dict[str, tuple[str, ...]] = {}
    variables: dict[str, str] = {}
    for line in lines:
        key, colon, value = line.partition(":")
        if not colon:
            if not line:
                continue
            key, value = "Output", line
        value = value.strip()
        if "ChanVariable" in key:
            name, _equals, value = value.partition("=")
            variables[name] = value
        elif key in headers:
            repeated[key] = (*repeated.get(key, (headers[key],)), value)
            headers[key] = value
        else:
            headers[key] = value
    return Message(headers, repeated, variables)


def action_block(headers: list[tuple[str, str]]) -> bytes:
    """The bytes of an action. Raises ValueRefused for a value with CR, LF or NUL, which
    would start a header or an action of the caller's choice (A15)."""
    lines = []
    for key, value in headers:
        value = str(value)
        if not _NAME.fullmatch(key):
            raise ValueRefused(f"no header name: {key!r}")
        if any(sign in value for sign in "\r\n\0"):
            raise ValueRefused(f"line break or NUL in the value of {key}")
        lines.append(f"{key}: {value}\r\n")
    return ("".join(lines) + "\r\n").encode()


def dialable(number: str) -> str:
    """The number as it is; raises ValueRefused unless it is made of 0-9 + * # alone
    (A15).

    >>> dialable("+8613800000000")
    '+8613800000000'
    """
    if not _DIALABLE.fullmatch(number or ""):
        raise ValueRefused("a number to dial holds digits, +, * and # alone")
    return number


def endpoint_name(name: str) -> str:
    """A channel to ring, like PJSIP/101; raises ValueRefused for anything else."""
    if not _ENDPOINT.fullmatch(name or ""):
        raise ValueRefused("an endpoint is written like PJSIP/101")
    return name
