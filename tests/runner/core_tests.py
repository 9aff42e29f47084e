"""Odoo's own tests with our addons against the same tests without them.

Only what fails with them and not without them is a failure. at_install tests run in -i
order from an empty database, since they expect that later modules are not there yet;
post_install tests run when everything is installed. The side without our addons is kept
in the cache, keyed by what it depends on.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from tests.layout import ADDONS, PROJECT, addon_folders, in_install_order

from .databases import database
from .jobs import SCRIPTS, Job, Lane, Outcome, script
from .odoo_log import TestRun, parse, read_allowed
from .odoo_tests import run_odoo
from .parts import CACHE

MODULES = ("crm", "sale", "event", "phone_validation")
INSTALL = "phone_validation,crm,event,calendar,sale_management"
QUERY_REASONS = PROJECT / "tests" / "core_query_changes.txt"
# a change of queries below both is caches and chance
QUERIES, SHARE = 10, 0.25
_QUERIES = re.compile(r"^\s*(?P<test>\w+\.[\w.]+): [\d.]+s (?P<count>\d+) queries$")


@dataclass
class Side:
    """One run: what started, what broke with its text, queries per test."""

    started: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> "Side":
        run = TestRun.of(parse(text))
        queries = {
            match["test"]: int(match["count"])
            for line in text.splitlines()
            if (match := _QUERIES.match(line)) and match["test"].count(".") > 1
        }
        return cls(sorted(set(run.started)), run.broken, run.skipped, queries)


def compare(position: str, without: Side, having: Side) -> Outcome:
    """Passed: what is as good as without our addons."""
    outcome = Outcome()
    for test, text in having.broken.items():
        if test not in without.broken:
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
    return outcome


def changed_queries(without: Side, having: Side) -> dict[str, tuple[int, int]]:
    """Tests whose number of queries changed by more than chance."""
    return {
        test: (before, having.queries[test])
        for test, before in sorted(without.queries.items())
        if test in having.queries
        and abs(having.queries[test] - before) > max(QUERIES, SHARE * before)
    }


def judge_queries(changes: dict, reasons: str, listing: Path) -> Outcome:
    """Every change is listed, and named with its reason in the project."""
    outcome = Outcome()
    known = read_allowed(reasons)
    lines, unknown = [], []
    for test, (before, now) in changes.items():
        reason = next((k.reason for k in known if k.pattern.search(test)), "")
        lines.append(f"{test}: {before} → {now}  {reason or 'NO REASON GIVEN'}")
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


def _run(position: str, ours: list[str], lane: Lane, logs: Path, name: str) -> Side:
    tags = ",".join(f"{position}/{module}" for module in MODULES)
    words = [f"--test-tags={tags}", "--log-handler=odoo.tests.stats:DEBUG"]
    if position == "at_install":
        with database(f"core_{name}") as db:
            install = ",".join([INSTALL, *ours])
            _code, text = run_odoo(db, lane, logs, name, "-i", install, *words)
    else:
        with database(f"core_{name}", script("database", "template", "core")) as db:
            if ours:
                install = ["-i", ",".join(ours), "--no-http"]
                run_odoo(db, lane, logs, f"{name}-install", *install)
            _code, text = run_odoo(db, lane, logs, name, *words)
    return Side.of(text)


def _key(position: str) -> str:
    parts = [
        *(CACHE / "odoo" / "VERSIONS", PROJECT / "requirements.txt"),
        *(SCRIPTS / "database", Path(__file__)),
    ]
    content = b"".join(part.read_bytes() for part in parts)
    return hashlib.sha256(content + position.encode()).hexdigest()[:12]


def _without(position: str, lane: Lane, logs: Path) -> Side:
    folder = CACHE / "core-tests"
    folder.mkdir(exist_ok=True)
    kept = folder / f"{position}-{_key(position)}.json"
    if kept.exists():
        return Side(**json.loads(kept.read_text()))
    side = _run(position, [], lane, logs, f"{position}_without")
    if side.started:
        kept.write_text(json.dumps(asdict(side)))
    return side


def _compare(position: str, lane: Lane, logs: Path) -> Outcome:
    without = _without(position, lane, logs)
    ours = in_install_order(addon_folders(ADDONS))
    having = _run(position, ours, lane, logs, f"{position}_with")
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
