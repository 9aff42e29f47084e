"""What the tests need on this machine: a missing part is a failure, never a skip."""

import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from .jobs import Job, Lane, Outcome

CACHE = Path(
    os.environ.get("TELESALES_CACHE") or f"/var/tmp/telesales-cache-{os.getuid()}"
)

_SETUP = "run `make setup`"

PARTS: dict[str, tuple[Callable[[], object], str]] = {
    "chromium": (
        lambda: shutil.which("chromium"),
        f"browser tests need Chromium: {_SETUP}, or install Debian's package chromium",
    ),
    "websocket-client": (
        lambda: importlib.util.find_spec("websocket"),
        f"browser tests need the Python package websocket-client: {_SETUP}",
    ),
    "asterisk": (
        lambda: (CACHE / "asterisk" / ".complete").exists(),
        f"end-to-end tests need the real Asterisk: {_SETUP}",
    ),
    "docker-compose": (
        lambda: shutil.which("docker-compose"),
        f"docker-compose.yml is checked by Debian's docker-compose: {_SETUP}",
    ),
    "pdftotext": (
        lambda: shutil.which("pdftotext"),
        f"printed statements are read by Debian's poppler-utils: {_SETUP}",
    ),
}


def missing(parts: dict = PARTS) -> list[str]:
    return [cure for present, cure in parts.values() if not present()]


def _run(_lane: Lane, _logs: Path) -> Outcome:
    lacking = missing()
    outcome = Outcome(passed=len(PARTS) - len(lacking))
    for cure in lacking:
        outcome.fail(cure)
    return outcome


def jobs(_only: str = "") -> list[Job]:
    return [Job("parts", "", _run, cost=1)]
