"""What a unit of work is, what it returns, and how it starts programs."""

import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.layout import PROJECT

BUILD = PROJECT / "build"
SCRIPTS = PROJECT / "scripts"


@dataclass(frozen=True)
class Lane:
    """A place where a job runs: a name and a hundred free ports of its own."""

    name: str
    port: int


@dataclass
class Outcome:
    """What a job found. Each problem is text for a person; `failed` counts tests;
    `seconds` are those of its pieces, by the names under which they are remembered."""

    passed: int = 0
    failed: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def fail(self, problem: str) -> None:
        """One more failed check, beside the tests themselves."""
        self.failed += 1
        self.problems.append(problem)

    def add(self, other: "Outcome") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.problems += other.problems
        self.notes += other.notes
        self.seconds |= other.seconds


@dataclass(frozen=True)
class Job:
    """`cost` is a guess in seconds for a machine that has never run it; jobs of one
    `group` never run at the same time; `whole` is the suite of that name, and not some
    of its tests, whose seconds are nobody's guess for the next time."""

    suite: str
    name: str
    run: Callable[[Lane, Path], Outcome]
    cost: float = 10
    group: str = ""
    whole: bool = True

    @property
    def title(self) -> str:
        return f"{self.suite}:{self.name}" if self.name else self.suite


def environment(lane: Lane, logs: Path) -> dict[str, str]:
    """What a test program may rely on: its lane, the first of its hundred ports, and a
    folder in which every *.log is read for warnings afterwards."""
    return os.environ | {
        "LANE_NAME": lane.name,
        "LANE_PORT": str(lane.port),
        "LOG_DIR": str(logs),
        "PYTHONPATH": str(PROJECT),
    }


_children: set[subprocess.Popen] = set()


def run_program(
    command: list,
    log: Path,
    env: dict | None = None,
    limit: float = 1800,
    stdin: Path = Path(os.devnull),
) -> int:
    """Run in a process group of its own, all output to `log`; the exit code, or 124
    when it was still running after `limit` seconds."""
    with open(log, "wb") as output, open(stdin) as given:
        child = subprocess.Popen(
            [str(word) for word in command],
            stdin=given,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=PROJECT,
            env=env,
            start_new_session=True,
        )
        _children.add(child)
        try:
            return child.wait(limit)
        except subprocess.TimeoutExpired:
            end(child)
            return 124
        finally:
            _children.discard(child)


def end(child: subprocess.Popen) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is None:
            try:
                os.killpg(child.pid, sign)
                child.wait(10)
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue


def end_all_children() -> None:
    """On interruption nothing of ours stays alive."""
    for child in list(_children):
        end(child)


def tail(log: Path, lines: int = 25) -> str:
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:])


def script(name: str, *words: str) -> str:
    """Run one of scripts/ and return what it prints; its message when it fails."""
    done = subprocess.run(
        [str(SCRIPTS / name), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"scripts/{name} {' '.join(words)} failed, see above")
    return done.stdout.strip()
