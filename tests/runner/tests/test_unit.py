"""How Python's own tests are counted, and that missing parts are told."""

import io
import unittest

from tests.runner import parts
from tests.runner.databases import stale
from tests.runner.unit import Result, judge


class Sample(unittest.TestCase):
    """Run by the tests below only: its own tests are named otherwise."""

    def good(self):
        pass

    def bad(self):
        for n in (1, 2):
            with self.subTest(n):
                self.fail("as asked")

    def skipped(self):
        self.skipTest("as asked")  # a sample: what the runner makes of it is tested


def outcome_of(*names: str):
    suite = unittest.TestSuite(map(Sample, names))
    runner = unittest.TextTestRunner(io.StringIO(), resultclass=Result)
    result = runner.run(suite)
    return judge(
        "sample",
        {
            "run": result.testsRun,
            "broken": result.broken,
            "skipped": {test.id(): reason for test, reason in result.skipped},
            "expected": 0,
        },
    )


class TestUnit(unittest.TestCase):
    def test_counts(self):
        outcome = outcome_of("good", "bad")
        self.assertEqual((outcome.passed, outcome.failed), (1, 1))

    def test_skip_is_a_failure(self):
        outcome = outcome_of("good", "skipped")
        self.assertEqual((outcome.passed, outcome.failed), (1, 1))
        self.assertIn("as asked", outcome.problems[0])

    def test_zero_tests_are_a_failure(self):
        self.assertEqual(outcome_of().failed, 1)

    def test_missing_part_is_told_with_its_cure(self):
        absent = {"pbx": (lambda: None, "run `make setup`")}
        self.assertEqual(parts.missing(absent), ["run `make setup`"])

    def test_databases_of_dead_runs_are_known(self):
        names = ["test_999999999_a", "test_1_b", "demo", "core_0a"]
        self.assertEqual(stale(names), ["test_999999999_a"])
