"""FastAGI: a call in the dialplan asks, we set variables on its channel.

Written anew and not over pyst2, whose fastagi cannot be imported on Python 3 and whose
AGI class takes over the process's signals. One connection is one question:

    AGI(agi://HOST:PORT/caller,NAME)      what, and arguments

The answer is a mapping of channel variables; each is set by `SET VARIABLE`, with every
sign that would end the line or the quotes left out.

>>> quoted('a "b" \\\\ c')
'"a b  c"'
"""

import logging
import re
import socketserver
import threading
from collections.abc import Callable, Mapping

from .messages import text

_logger = logging.getLogger(__name__)

LINE_LIMIT = 2000
LINES = 100
"""What Asterisk sends of a channel is shorter."""
TIMEOUT_S = 5.0
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,60}")

Answer = Callable[[str, list[str], dict[str, str]], Mapping[str, str]]
"""(service, arguments, what Asterisk says of the channel) → variables."""


def quoted(value: str) -> str:
    """A value as an argument of an AGI command."""
    plain = "".join(c for c in str(value) if c.isprintable() and c not in '"\\')
    return f'"{plain}"'


def read_environment(lines) -> dict[str, str]:
    """agi_… lines up to the empty one. Raises ValueError for what is no such block."""
    found: dict[str, str] = {}
    for number, line in enumerate(lines):
        line = text(line).rstrip("\r\n")
        if not line:
            return found
        key, colon, value = line.partition(":")
        if not colon or not key.startswith("agi_") or number >= LINES:
            raise ValueError("no FastAGI request")
        found[key] = value.strip()
    raise ValueError("a FastAGI request without end")


def arguments(environment: Mapping[str, str]) -> list[str]:
    """agi_arg_1, agi_arg_2, ... in their order."""
    numbered = (f"agi_arg_{number}" for number in range(1, 20))
    return [environment[key] for key in numbered if key in environment]


class _Handler(socketserver.StreamRequestHandler):
    timeout = TIMEOUT_S

    def handle(self):
        try:
            environment = read_environment(iter(self._line, b""))
            service = environment.get("agi_network_script", "").partition("?")[0]
            given = arguments(environment)
            variables = self.server.answer(service, given, environment)
            for name, value in variables.items():
                if not _VARIABLE.fullmatch(name):
                    raise ValueError(f"no name of a variable: {name!r}")
                self.wfile.write(f"SET VARIABLE {name} {quoted(value)}\n".encode())
                if not self._line().startswith(b"200"):
                    return  # the caller has hung up
        except (ValueError, OSError) as error:
            _logger.warning("FastAGI: %s", error)
        except Exception:  # the call goes on without an answer
            _logger.exception("FastAGI: no answer")

    def _line(self) -> bytes:
        return self.rfile.readline(LINE_LIMIT)


class AgiServer(socketserver.ThreadingTCPServer):
    """Listens from start() to stop(); each question is a thread of its own."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, host: str, port: int, answer: Answer):
        super().__init__((host, port), _Handler)
        self.answer = answer

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, name="fastagi", daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
