"""Reads an Odoo log: tests that ran, failed or were skipped, and what it warned of."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from tests.layout import PROJECT

from .jobs import Outcome

ALLOWED_FILE = PROJECT / "tests" / "allowed_warnings.txt"

_LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ "
    r"(?P<level>[A-Z]+) (?P<database>\S+) (?P<logger>[^:]+): (?P<message>.*)$"
)
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_STARTED = re.compile(r"^Starting (?P<test>[\w.]+) \.\.\.$")
_BROKEN = re.compile(r"^(?:FAIL|ERROR): (?P<test>.+)$")
_HOLDER = re.compile(
    r"^(?P<method>\w+) \((?:odoo\.addons\.)?(?P<file>[\w.]+)\.(?P<class>\w+)\)"
)
_SKIPPED = re.compile(r"^skipped (?P<test>.+?) : (?P<reason>.*)$")
_RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
# what Odoo says because a test failed: the failure itself is counted already
_ECHO = re.compile(
    r"^(Module \S+: \d+ failures?, \d+ errors? of|\d+ failed, \d+ error)"
)


@dataclass(frozen=True)
class Entry:
    level: str
    logger: str
    message: str  # with the lines that follow it, a traceback for instance

    @property
    def first_line(self) -> str:
        return f"{self.logger}: {self.message.splitlines()[0] if self.message else ''}"


@dataclass(frozen=True)
class Allowed:
    pattern: re.Pattern
    reason: str


def parse(text: str) -> list[Entry]:
    entries: list[Entry] = []
    for line in _COLOUR.sub("", text).splitlines():
        if match := _LINE.match(line):
            entries.append(
                Entry(match["level"], match["logger"], match["message"].rstrip())
            )
        elif entries:
            last = entries[-1]
            entries[-1] = Entry(last.level, last.logger, f"{last.message}\n{line}")
    return entries


def read_allowed(text: str) -> list[Allowed]:
    """`regular expression  # reason` per line; a line without reason is an error."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        pattern, _, reason = line.rpartition("  # ")
        if not pattern.strip() or not reason.strip():
            raise ValueError(f"{ALLOWED_FILE.name} line {number}: no reason is given")
        found.append(Allowed(re.compile(pattern.strip()), reason.strip()))
    return found


def complaints(entries: list[Entry], allowed: list[Allowed]) -> list[Entry]:
    """Warnings and errors that are neither allowed nor a test's own failure."""
    return [
        entry
        for entry in entries
        if entry.level in ("WARNING", "ERROR", "CRITICAL")
        and not _BROKEN.match(entry.message.split("\n")[0])
        and not _ECHO.match(entry.message)
        and not any(one.pattern.search(entry.first_line) for one in allowed)
    ]


def _named(where: str, test: str) -> str:
    """file:Class.method; file:Class.setUpClass when not even that was reached, which
    Odoo logs as `setUpClass (odoo.addons.file.Class)` in a name of its own."""
    test = test.removeprefix("Subtest ")
    if held := _HOLDER.match(test):
        return f"{held['file']}:{held['class']}.{held['method']}"
    return f"{where}:{test.split(' ')[0]}"


@dataclass
class TestRun:
    """A test is named Class.method; sub-tests count for the test that holds them."""

    started: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    closed: bool = False  # Odoo printed its own sum at the end

    @classmethod
    def of(cls, entries: list[Entry]) -> "TestRun":
        run = cls()
        for entry in entries:
            first = entry.message.split("\n")[0]
            where = entry.logger.removeprefix("odoo.addons.")
            if match := _STARTED.match(first):
                run.started.append(f"{where}:{match['test']}")
            elif entry.level == "ERROR" and (match := _BROKEN.match(first)):
                test = _named(where, match["test"])
                before = f"{run.broken[test]}\n" if test in run.broken else ""
                run.broken[test] = before + entry.message
            elif match := _SKIPPED.match(first):
                run.skipped[f"{where}:{match['test']}"] = match["reason"]
            elif entry.logger == "odoo.tests.result" and _RESULT.search(first):
                run.closed = True
        return run

    @property
    def passed(self) -> int:
        bad = self.broken.keys() | self.skipped.keys()
        return sum(test not in bad for test in self.started)


def judge_log(name: str, text: str) -> Outcome:
    """Warnings of one log, as one failed check however many there are."""
    outcome = Outcome()
    allowed = read_allowed(ALLOWED_FILE.read_text())
    if found := complaints(parse(text), allowed):
        lines = [f"  {entry.level} {entry.first_line}" for entry in found[:20]]
        outcome.fail(
            f"{name}: {len(found)} warnings or errors that {ALLOWED_FILE.name} "
            "does not name:\n" + "\n".join(lines)
        )
    return outcome


def judge_tests(name: str, text: str) -> Outcome:
    """The tests of one run, and its warnings."""
    run = TestRun.of(parse(text))
    outcome = Outcome(passed=run.passed, failed=len(run.broken))
    outcome.problems += [f"{name}: {message}" for message in run.broken.values()]
    for test, reason in run.skipped.items():
        outcome.fail(f"{name}: {test} was skipped: {reason}")
    if not run.started:
        outcome.fail(f"{name}: no test ran")
    elif not run.closed:
        outcome.fail(f"{name}: Odoo ended before it summed up its tests")
    outcome.add(judge_log(name, text))
    return outcome


def judge_folder(name: str, folder: Path) -> Outcome:
    """The warnings of every Odoo log that a job left in its folder."""
    outcome = Outcome()
    for log in sorted(folder.glob("**/*.log")):
        text = log.read_text(errors="replace")
        outcome.add(judge_log(f"{name} {log.name}", text))
    return outcome
