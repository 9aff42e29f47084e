"""The last line is what CI reads."""

import contextlib
import io
import unittest

from tests.runner.jobs import Job, Outcome
from tests.runner.report import Report


def told(*rows: tuple[str, Outcome]) -> Report:
    report = Report()
    with contextlib.redirect_stdout(io.StringIO()):
        for suite, outcome in rows:
            report.tell(Job(suite, "", None), outcome, 30.0)
    return report


class TestReport(unittest.TestCase):
    def test_sum_is_alone_on_the_last_line(self):
        bad = Outcome(passed=2)
        bad.fail("something\nin detail")
        lines = told(("lint", Outcome(passed=3)), ("pure", bad)).lines(1.0)
        self.assertEqual(lines[-1], "5 passed, 1 failed")

    def test_minutes_per_suite(self):
        lines = told(("lint", Outcome(3)), ("lint", Outcome(1))).lines(0.5)
        self.assertIn(["lint", "4", "0", "1.0"], [line.split() for line in lines])
