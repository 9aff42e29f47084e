"""Runs Python's own unittest in a program of its own and judges what comes back.

As a program: python -m tests.runner.unit RESULT.json pure[:ADDON] | FOLDER…
"""

import doctest
import importlib
import json
import sys
import time
import unittest
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import hypothesis

from tests.layout import ADDONS, PROJECT, addon_folders, pure_packages

from .jobs import Job, Lane, Outcome, environment, run_program, tail
from .odoo_log import judge_folder


def _told(err, text: str) -> str:
    """What went wrong, before the way to it: a beginning is all that some see."""
    kind, error, _traceback = err
    return f"{kind.__name__}: {error}\n{text}"


class Result(unittest.TextTestResult):
    """Keeps the text of each failure by test; sub-tests count for their test."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.broken: dict[str, str] = {}

    def addError(self, test, err):
        super().addError(test, err)
        self.broken[test.id()] = _told(err, self.errors[-1][1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.broken[test.id()] = _told(err, self.failures[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            text = self._exc_info_to_string(err, test)
            self.broken.setdefault(test.id(), f"{subtest}\n{_told(err, text)}")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.broken[test.id()] = "passed, though it is marked as failing"


def _doctests(package: Path) -> Iterable[unittest.TestSuite]:
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(ADDONS).with_suffix("").parts
        module = importlib.import_module(".".join(("odoo.addons", *parts)))
        suite = doctest.DocTestSuite(module)
        if suite.countTestCases():
            yield suite


def _needs_database(path: Path) -> bool:
    """Tests with cursors of their own derive from BaseCase too."""
    text = path.read_text()
    return any(name in text for name in ("get_db_name", "modules.registry", "sql_db"))


def _fewer_examples(case: type) -> None:
    """A tenth of a property's examples: seconds matter here, and the addon suite runs
    the same tests in full."""
    for test in vars(case).values():
        chosen = getattr(test, "_hypothesis_internal_use_settings", None)
        if chosen is not None:
            count = max(1, chosen.max_examples // 10)
            fewer = hypothesis.settings(chosen, max_examples=count)
            test._hypothesis_internal_use_settings = fewer


def _pure_cases(addon: Path) -> Iterable[unittest.TestCase]:
    from odoo.tests import BaseCase, TransactionCase

    for path in sorted((addon / "tests").glob("test_*.py")):
        if _needs_database(path):
            continue
        module = importlib.import_module(f"odoo.addons.{addon.name}.tests.{path.stem}")
        for value in vars(module).values():
            if (
                isinstance(value, type)
                and issubclass(value, BaseCase)
                and not issubclass(value, TransactionCase)
                and value.__module__ == module.__name__
                and not {"race", "slow"} & getattr(value, "test_tags", set())
            ):
                _fewer_examples(value)
                yield from unittest.defaultTestLoader.loadTestsFromTestCase(value)


def pure_suite(only: str = "") -> unittest.TestSuite:
    """BaseCase tests of every addon and the doctests of its pure packages, outside of
    a database: addons are importable once their folder is on Odoo's path. What is
    tagged "race" (real cursors) or "slow" is left to the addon suite."""
    import odoo.addons

    # a list, since Python forgets what is appended to a namespace's path
    odoo.addons.__path__ = [*odoo.addons.__path__, str(ADDONS)]
    suite = unittest.TestSuite()
    for addon in addon_folders(ADDONS):
        if only in ("", addon.name):
            suite.addTests(_pure_cases(addon))
            for package in pure_packages(addon):
                suite.addTests(_doctests(package))
    return suite


def folder_suite(folders: list[str]) -> unittest.TestSuite:
    loader = unittest.TestLoader()
    return unittest.TestSuite(
        loader.discover(folder, top_level_dir=str(PROJECT)) for folder in folders
    )


def main(result_file: str, what: list[str]) -> None:
    if what[0].startswith("pure"):
        suite = pure_suite(what[0].partition(":")[2])
    else:
        suite = folder_suite(what)
    begin = time.process_time()
    result = unittest.TextTestRunner(resultclass=Result, verbosity=2).run(suite)
    Path(result_file).write_text(
        json.dumps(
            {
                "run": result.testsRun,
                "broken": result.broken,
                "skipped": {test.id(): reason for test, reason in result.skipped},
                "expected": len(result.expectedFailures),
                "seconds": time.process_time() - begin,
            }
        )
    )


def judge(name: str, result: dict) -> Outcome:
    """Counts as Odoo's runner is counted: a skipped test is a failed one."""
    broken, skipped = result["broken"], result["skipped"]
    passed = result["run"] - len(broken) - len(skipped) - result["expected"]
    outcome = Outcome(passed=max(0, passed), failed=len(broken))
    outcome.problems += [f"{name}: {test}\n{text}" for test, text in broken.items()]
    for test, reason in skipped.items():
        outcome.fail(f"{name}: {test} was skipped: {reason}")
    if result["expected"]:
        outcome.fail(f"{name}: {result['expected']} tests are marked as failing")
    if not result["run"]:
        outcome.fail(f"{name}: no test ran")
    return outcome


def run_unittest(
    name: str, what: list[str], limit: float, lane: Lane, logs: Path
) -> Outcome:
    log, result_file = logs / "unittest.txt", logs / "result.json"
    command = [sys.executable, "-m", "tests.runner.unit", result_file, *what]
    code = run_program(command, log, environment(lane, logs), limit)
    if not result_file.exists():
        outcome = Outcome()
        outcome.fail(f"{name}: ended with code {code} and no result\n{tail(log)}")
        return outcome
    result = json.loads(result_file.read_text())
    outcome = judge(name, result)
    if name.startswith("pure"):  # told, not judged: the machine may be busy
        outcome.notes.append(f"{result['seconds']:.1f} s of processor time")
    outcome.add(judge_folder(name, logs))
    return outcome


def _job(suite: str, name: str, what: list[str], cost: float, limit: float) -> Job:
    title = f"{suite}:{name}" if name else suite
    run = partial(run_unittest, title, what, limit)
    return Job(suite, name, run, cost, group=title)


def pure_jobs(only: str = "") -> list[Job]:
    return [_job("pure", only, [f"pure:{only}"], cost=15, limit=300)]


def structure_jobs(only: str = "") -> list[Job]:
    return [
        _job("structure", name, [f"tests/{name}"], 30, 600)
        for name in ("structure", "runner")
        if only in ("", name)
    ]


E2E_SECONDS = {"asterisk": 450, "faults": 380}
"""Measured, of the folders that take much longer or shorter than the others."""


def e2e_jobs(only: str = "") -> list[Job]:
    """One job per folder of tests/e2e: the files of a folder share an exchange and
    never run at once."""
    folders = sorted(
        {test.parent for test in (PROJECT / "tests" / "e2e").rglob("test_*.py")}
    )
    return [
        _job(
            "e2e",
            folder.name,
            [str(folder.relative_to(PROJECT))],
            E2E_SECONDS.get(folder.name, 400),
            1800,
        )
        for folder in folders
        if only in ("", folder.name)
    ]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
