"""One connection to a PBX: pyst2's Manager with its faults cured.

pyst2 0.5.1 reads byte by byte, gives a response to whoever waits first, waits for ever,
dies of a ChanVariable or of an exception in a callback, swallows events after the words
"status will follow", lets line breaks through, and cannot connect twice. Its actions
(originate, redirect, hangup, ...) are used as they are; reading, matching, sending and
closing are written anew.
"""

import hashlib
import itertools
import logging
import socket
import struct
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future, TimeoutError as FutureTimeout
from contextlib import suppress

from asterisk.manager import Manager

from .messages import AmiError, Message, Parser, action_block

_logger = logging.getLogger(__name__)

TIMEOUT_S = 5.0
_RECEIVE = 1 << 16


class AmiTimeout(AmiError):
    """The PBX did not answer in time. What was asked may or may not have been done."""


class AmiClosed(AmiError):
    """The connection is gone."""


class AmiRefused(AmiError):
    """The PBX does not accept the account."""


class Session(Manager):
    """Made for one connection and thrown away with it. Events go to the callbacks of
    register_event(name or "*", function) as function(message, session), in the reader's
    thread: a callback appends to a queue and returns. Any thread may send."""

    def __init__(self, timeout: float = TIMEOUT_S):
        # pylint: disable=super-init-not-called  # it would start pyst2's own threads
        # and queues
        self.timeout = timeout
        self.version = ""
        self.reason = ""
        self._socket: socket.socket | None = None
        self._connected = threading.Event()
        self._running = self._connected
        self._event_callbacks: dict[str, list[Callable]] = {}
        self._send_lock = threading.Lock()
        self._waiting: dict[str, Future] = {}
        self._lists: dict[str, list[Message]] = {}
        self._prefix = uuid.uuid4().hex
        self._count = itertools.count(1)
        self._reader: threading.Thread | None = None

    def __del__(self):
        # pyst2 logs off here, when half of the interpreter is gone
        pass

    # connection

    def connect(self, host: str, port: int = 5038) -> str:
        """Open the connection and return Asterisk's banner. Raises AmiError naming the
        step."""
        if self._socket is not None:
            raise AmiError("a session connects once; make a new one")
        try:
            self._socket = socket.create_connection((host, int(port)), self.timeout)
        except OSError as error:
            raise AmiError(f"no connection to {host}:{port}: {error}") from error
        # a PBX that stops reading must not block us: sends give up, reads wait in their
        # own thread
        seconds, fraction = divmod(self.timeout, 1)
        self._socket.setsockopt(
            socket.SOL_SOCKET,
            socket.SO_SNDTIMEO,
            struct.pack("ll", int(seconds), int(fraction * 1_000_000)),
        )
        parser = Parser()
        early: list[Message] = []
        try:
            while not parser.banner:
                data = self._socket.recv(_RECEIVE)
                if not data:
                    raise AmiError(f"{host}:{port} closed the connection at once")
                early.extend(parser.feed(data))
        except OSError as error:
            self._socket.close()
            raise AmiError(f"{host}:{port} sends no banner: {error}") from error
        if "Call Manager/" not in parser.banner:
            self._socket.close()
            raise AmiError(
                f"{host}:{port} is no Asterisk manager: {parser.banner[:60]}"
            )
        self.title, _slash, self.version = parser.banner.partition("/")
        self._socket.settimeout(None)
        self._connected.set()
        self._reader = threading.Thread(
            target=self._read, args=(parser, early), name="ami-reader", daemon=True
        )
        self._reader.start()
        return parser.banner

    def login(self, username: str, secret: str) -> Message:
        """Log in without showing the secret; raises AmiRefused when it is not
        accepted."""
        challenge = self.send_action({"Action": "Challenge", "AuthType": "MD5"})
        if challenge.failed:
            raise AmiRefused(challenge.get("Message", "no challenge"))
        key = hashlib.md5(
            (challenge["Challenge"] + secret).encode(), usedforsecurity=False
        ).hexdigest()
        answer = self.send_action(
            {"Action": "Login", "AuthType": "MD5", "Username": username, "Key": key}
        )
        if answer.failed:
            raise AmiRefused(answer.get("Message", "authentication failed"))
        return answer

    def close(self) -> None:
        """End the connection; every caller that waits gets AmiClosed."""
        self._drop("closed")
        reader = self._reader
        if reader is not None and reader is not threading.current_thread():
            reader.join(self.timeout)

    def connected(self) -> bool:
        return self._connected.is_set()

    # actions

    def send_action(
        self, cdict: dict | None = None, timeout: float | None = None, **kwargs
    ) -> Message:
        """Send and wait for the response of this very action, at most `timeout`
        seconds. A list as value repeats its header. Raises AmiTimeout, AmiClosed or
        ValueRefused."""
        return self._request({**(cdict or {}), **kwargs}, timeout)

    def send_list(
        self, cdict: dict, timeout: float | None = None
    ) -> tuple[Message, list[Message]]:
        """Send an action that answers with a list of events (QueueStatus,
        CoreShowChannels): its response and the events. They go to the callbacks too,
        like any event."""
        action_id = self._action_id(cdict)
        collected = self._lists[action_id] = []
        finished = self._waiting[f"{action_id} list"] = Future()
        try:
            answer = self._request({**cdict, "ActionID": action_id}, timeout)
            if not answer.failed:
                self._wait(finished, cdict.get("Action", ""), timeout)
            return answer, collected
        finally:
            self._lists.pop(action_id, None)
            self._waiting.pop(f"{action_id} list", None)

    def command(self, command: str) -> tuple[str, ...]:
        """The lines of a console command's output (needs an account with class
        command)."""
        return self.send_action({"Action": "Command", "Command": command}).lines(
            "Output"
        )

    def _action_id(self, action: dict) -> str:
        # every session of the PBX sees the ActionID of an OriginateResponse: unique in
        # the world
        return action.get("ActionID") or f"{self._prefix}-{next(self._count)}"

    def _request(self, action: dict, timeout: float | None) -> Message:
        if threading.current_thread() is self._reader:
            raise AmiError("a callback cannot wait for a response")
        action_id = self._action_id(action)
        headers = [("Action", action.get("Action", "")), ("ActionID", action_id)]
        for key, value in action.items():
            if key not in ("Action", "ActionID"):
                values = value if isinstance(value, list | tuple) else [value]
                headers.extend((key, item) for item in values)
        block = action_block(headers)
        future = self._waiting[action_id] = Future()
        try:
            if not self._connected.is_set():
                raise AmiClosed(self.reason or "not connected")
            with self._send_lock:
                try:
                    self._socket.sendall(block)
                except OSError as error:
                    # part of the block may be out: nothing can follow it on this
                    # connection
                    self._drop(f"sending failed: {error}")
                    raise AmiClosed(self.reason) from error
            return self._wait(future, action.get("Action", ""), timeout)
        finally:
            self._waiting.pop(action_id, None)

    def _wait(self, future: Future, name: str, timeout: float | None) -> Message:
        seconds = self.timeout if timeout is None else timeout
        try:
            return future.result(seconds)
        except FutureTimeout as error:
            raise AmiTimeout(f"no answer to {name} within {seconds:g} s") from error

    # reading

    def _read(self, parser: Parser, early: list[Message]) -> None:
        for message in early:
            self._dispatch(message)
        reason = "the PBX closed the connection"
        try:
            while data := self._socket.recv(_RECEIVE):
                for message in parser.feed(data):
                    self._dispatch(message)
        except (OSError, AmiError) as error:
            reason = str(error)
        self._drop(reason)

    def _dispatch(self, message: Message) -> None:
        action_id = message.action_id
        if not message.name:
            self._resolve(action_id, message)
            return
        if action_id in self._lists:
            if message.get("EventList") == "Complete":
                self._resolve(f"{action_id} list", message)
            else:
                self._lists[action_id].append(message)
        for function in (
            *self._event_callbacks.get(message.name, ()),
            *self._event_callbacks.get("*", ()),
        ):
            try:
                if function(message, self):
                    break
            except Exception:  # one bad callback must not silence all that follow
                _logger.exception("callback of event %s failed", message.name)

    def _resolve(self, key: str, message: Message) -> None:
        future = self._waiting.get(key)
        if future is not None and not future.done():
            future.set_result(message)

    def _drop(self, reason: str) -> None:
        self.reason = self.reason or reason
        self._connected.clear()
        if self._socket is not None:
            with suppress(OSError):  # it is down already, which is what we want
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
        for future in list(self._waiting.values()):
            if not future.done():
                future.set_exception(AmiClosed(self.reason))
