"""Short-lived databases, named by the process that made them, so that what a killed
run left behind is known and removed by the next one."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .jobs import script
from .parts import CACHE

DATA_DIR = CACHE / "data"
_NAME = re.compile(r"^test_(\d+)_")


def connection_environment() -> dict[str, str]:
    return {"PGHOST": str(CACHE / "postgres"), "PGUSER": "odoo"}


def query(database: str, sql: str) -> str:
    done = subprocess.run(
        ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql],
        env=os.environ | connection_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def stale(names: list[str]) -> list[str]:
    """Those whose maker no longer lives."""
    return [
        name
        for name in names
        if (match := _NAME.match(name)) and not Path("/proc", match[1]).exists()
    ]


def drop_stale() -> None:
    for name in stale(query("postgres", "select datname from pg_database").split()):
        script("database", "drop", name)


@contextmanager
def database(name: str, template: str = "template0") -> Iterator[str]:
    """A copy of a template, with its files, that lives as long as the block."""
    full = f"test_{os.getpid()}_{name}"[:55]
    script("database", "copy", template, full)
    try:
        yield full
    finally:
        script("database", "drop", full)
