"""Odoo's own tests with our addons against the same tests without them.

Only what fails with them and not without them is a failure. Both sides start from an
empty database with the same modules of Odoo. at_install tests run in -i order, since
they expect that later modules are not there yet; post_install tests run when everything
is installed, and what fails there runs again, alone: a browser on a busy machine may be
late. The side without our addons is kept in the cache, keyed by what it depends on.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from tests.layout import ADDONS, PROJECT, addon_folders, in_install_order, manifest

from .databases import database
from .jobs import Job, Lane, Outcome, script, tail
from .odoo_log import TestRun, parse, read_allowed
from .odoo_tests import run_odoo
from .parts import CACHE

MODULES = ("crm", "sale", "event", "phone_validation")
# a side that was kept under another number was made in another way
FORM = 2
LIMIT = 4 * 3600
ROUNDS = 2
QUERY_REASONS = PROJECT / "tests" / "core_query_changes.txt"
# a change of queries below both is caches and chance
QUERIES, SHARE = 10, 0.25
_OVER = re.compile(r"AssertionError: Query count more than expected.*: (\d+) > (\d+)")
_QUERIES = re.compile(r"^\s*(?P<test>\w+\.[\w.]+): [\d.]+s (?P<count>\d+) queries$")


@dataclass
class Side:
    """One run: what started, what broke with its text, queries per test."""

    started: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)
    late: list[str] = field(default_factory=list)  # passed when run again

    @classmethod
    def of(cls, text: str) -> "Side":
        run = TestRun.of(parse(text))
        if not run.closed:
            raise RuntimeError(f"Odoo did not sum up its tests:\n{text[-3000:]}")
        queries = {
            match["test"]: int(match["count"])
            for line in text.splitlines()
            if (match := _QUERIES.match(line)) and match["test"].count(".") > 1
        }
        return cls(sorted(set(run.started)), run.broken, run.skipped, queries)

    def repeated(self, again: "Side") -> None:
        """Take what passed alone as passed; `again` ran only what had failed."""
        begun = {test.rpartition(".")[0] for test in again.started}
        for test in sorted(self.broken.keys() - again.broken.keys()):
            if test.rpartition(".")[0] in begun:  # its class could be set up
                del self.broken[test]
                self.late.append(test)
                # of a test that failed half-way the number of queries says nothing
                name = _short(test)
                if name in again.queries:
                    self.queries[name] = again.queries[name]
        # the tests of a class that could not be set up at first
        self.broken |= again.broken
        self.started = sorted({*self.started, *again.started})


def _short(test: str) -> str:
    """A test's name as Odoo's statistics of queries have it."""
    return test.replace(".tests.", ".", 1).replace(":", ".")


def tags_of(tests: Iterable[str]) -> list[str]:
    """Odoo's test tags for tests named module.file:Class.method."""
    found = set()
    for test in tests:
        where, _, name = test.partition(":")
        module, (cls, _, method) = where.split(".")[0], name.partition(".")
        tag = f"post_install/{module}:{cls}"
        found.add(tag if method == "setUpClass" else f"{tag}.{method}")
    return sorted(found)


def compare(position: str, without: Side, having: Side) -> Outcome:
    """Passed: what is as good as without our addons."""
    outcome = Outcome()
    for test, text in having.broken.items():
        if test not in without.broken and not over_limit(text):
            outcome.problems.append(
                f"core {position}: {test} fails with our addons\n{text}"
            )
    outcome.failed = len(outcome.problems)
    if gone := sorted(set(without.started) - set(having.started) - set(having.broken)):
        outcome.fail(f"core {position}: did not run with our addons: {', '.join(gone)}")
    if newly := sorted(having.skipped.keys() - without.skipped.keys()):
        outcome.fail(f"core {position}: skipped with our addons: {', '.join(newly)}")
    if not without.started or not having.started:
        outcome.fail(f"core {position}: no test ran")
    outcome.passed = max(0, len(having.started) - outcome.failed)
    outcome.notes.append(
        f"{len(without.broken)} of {len(without.started)} fail without our addons, "
        f"{len(having.broken)} of {len(having.started)} with them"
    )
    if having.late:
        late = ", ".join(having.late)
        outcome.notes.append(f"failed at first and passed alone: {late}")
    return outcome


def over_limit(text: str) -> tuple[int, int] | None:
    """Core's limit and our number of queries, when a test failed by nothing else: that
    is a changed number of queries, which needs a reason."""
    found = [(int(match[2]), int(match[1])) for match in _OVER.finditer(text)]
    if found and len(found) == text.count("Traceback (most recent call last)"):
        return max(found, key=lambda pair: pair[1] - pair[0])
    return None


def changed_queries(without: Side, having: Side) -> dict[str, tuple[int, int]]:
    """Tests whose number of queries changed by more than chance, or by so much that
    core's own limit is passed."""
    over = {
        _short(test): found
        for test, text in having.broken.items()
        if test not in without.broken and (found := over_limit(text))
    }
    return over | {
        test: (before, having.queries[test])
        for test, before in sorted(without.queries.items())
        if test in having.queries
        and test not in over
        and abs(having.queries[test] - before) > max(QUERIES, SHARE * before)
    }


def judge_queries(changes: dict, reasons: str, listing: Path) -> Outcome:
    """Every change is listed, and named with its reason in the project."""
    outcome = Outcome()
    known = read_allowed(reasons)
    lines, unknown = [], []
    for test, (before, now) in changes.items():
        line = f"{test}: {before} → {now}"
        reason = next((k.reason for k in known if k.pattern.search(line)), "")
        lines.append(f"{line}  {reason or 'NO REASON GIVEN'}")
        if not reason:
            unknown.append(lines[-1])
    listing.write_text("\n".join(lines) + "\n")
    if unknown:
        shown = "\n".join(unknown[:40])
        outcome.fail(
            f"{len(unknown)} tests make another number of queries, and "
            f"{QUERY_REASONS.name} gives no reason:\n{shown}"
        )
    outcome.notes.append(f"{len(lines)} changed numbers of queries: {listing}")
    return outcome


def core_modules() -> list[str]:
    """What the addons stand on: the modules of the template databases."""
    return script("database", "modules").split(",")


def our_addons() -> list[str]:
    """Not the bridges: they would bring modules of Odoo that the other side has not.
    One whose modules are all there comes by itself."""
    addons = addon_folders(ADDONS)
    bridges = {addon.name for addon in addons if manifest(addon).get("auto_install")}
    return [name for name in in_install_order(addons) if name not in bridges]


def _odoo(db: str, lane: Lane, logs: Path, name: str, *words: str) -> str:
    """The log. Failed tests end with code 1, anything else is no run at all."""
    code, text = run_odoo(db, lane, logs, name, *words, limit=LIMIT)
    if code not in (0, 1) or not text or (code and "--no-http" in words):
        end = text[-2000:] or tail(logs / f"{name}.out")
        raise RuntimeError(f"{name}: ended with code {code}\n{end}")
    return text


def _run(position: str, ours: list[str], lane: Lane, logs: Path, name: str) -> Side:
    tags = ",".join(f"{position}/{module}" for module in MODULES)
    words = [f"--test-tags={tags}", "--log-handler=odoo.tests.stats:DEBUG"]
    install = ["-i", ",".join([*core_modules(), *ours])]
    with database(f"core_{name}") as db:
        if position == "at_install":
            return Side.of(_odoo(db, lane, logs, name, *install, *words))
        _odoo(db, lane, logs, f"{name}-install", *install, "--no-http")
        side = Side.of(_odoo(db, lane, logs, name, *words))
        for number in range(1, ROUNDS + 1):
            if not side.broken:
                break
            words = [f"--test-tags={','.join(tags_of(side.broken))}"]
            text = _odoo(db, lane, logs, f"{name}-again-{number}", *words)
            side.repeated(Side.of(text))
        return side


def _pins(requirements: str) -> list[str]:
    lines = requirements.splitlines()
    return sorted(line for line in lines if line.strip() and line[0] != "#")


def key(versions: str, requirements: str, modules: list[str], position: str) -> str:
    """Changes with Odoo, the Python packages and the modules, not with our comments."""
    parts = [versions, _pins(requirements), modules, MODULES, position, FORM]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _without(position: str, lane: Lane, logs: Path) -> Side:
    folder = CACHE / "core-tests"
    folder.mkdir(exist_ok=True)
    versions = (CACHE / "odoo" / "VERSIONS").read_text()
    requirements = (PROJECT / "requirements.txt").read_text()
    wanted = key(versions, requirements, core_modules(), position)
    kept = folder / f"{position}-{wanted}.json"
    if kept.exists():
        return Side(**json.loads(kept.read_text()))
    side = _run(position, [], lane, logs, f"{position}_without")
    if side.started:
        kept.write_text(json.dumps(asdict(side)))
    return side


def _compare(position: str, lane: Lane, logs: Path) -> Outcome:
    without = _without(position, lane, logs)
    having = _run(position, our_addons(), lane, logs, f"{position}_with")
    outcome = compare(position, without, having)
    changes = changed_queries(without, having)
    reasons = QUERY_REASONS.read_text()
    outcome.add(judge_queries(changes, reasons, logs / "queries.txt"))
    return outcome


def jobs(only: str = "") -> list[Job]:
    return [
        Job("core", position, partial(_compare, position), cost=1500)
        for position in ("post_install", "at_install")
        if only in ("", position)
    ]
