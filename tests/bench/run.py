"""What the steps of a group share: the data set, a folder, ports, what they tell."""

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path

from tests.clients import sessions
from tests.clients.crowd import Person
from tests.layout import PROJECT
from tests.runner.databases import DATA_DIR, connection_environment
from tests.runner.jobs import BUILD, script

PORTS = range(23000, 23100, 2)


class Run:
    """One run of a group. A step may leave something to the next in `kept`."""

    def __init__(self, group: str, stack: ExitStack):
        self.group = group
        self.stack = stack
        self.folder = BUILD / "bench" / group
        self.folder.mkdir(parents=True, exist_ok=True)
        self.details: list[str] = []
        self.kept: dict = {}
        first = int(os.environ.get("BENCH_PORT") or PORTS.start)
        self.ports = range(first, first + 100, 2)

    def tell(self, line: str) -> None:
        """A line for the document, and for whoever waits."""
        print(f"    {line}", flush=True)
        self.details.append(line)

    def copy(self, template: str, which: str = "") -> str:
        """A database of this run, dropped at its end; one, or one for each `which`."""
        name = f"test_{os.getpid()}_bench_{self.group}{which}"
        self.stack.callback(script, "database", "drop", name)
        # a big database is copied as files, not through the write-ahead log
        os.environ["COPY_STRATEGY"] = "file_copy"
        script("database", "copy", template, name)
        return name


def shell(database: str, program: str, log: Path, *words: str) -> str:
    """Run `program` in `odoo shell` and return what it prints.

    :raises RuntimeError: with the end of the traceback
    """
    words = ("shell", *words, "-d", database, f"--data-dir={DATA_DIR}", "--no-http")
    done = subprocess.run(
        [PROJECT / "scripts" / "odoo", *words, "--log-level=warn", f"--logfile={log}"],
        input=program,
        env=os.environ | connection_environment() | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{log}: {done.stderr[-2000:]}")
    return done.stdout


def log_in(run: Run, database: str, logins: list[str]) -> list[Person]:
    """Sessions of these people, in this order; their ports are still to be set."""
    log = run.folder / "sessions.log"
    printed = shell(database, sessions.program(logins), log)
    found = sessions.people(database, 0, printed)
    return [found[login] for login in logins]
