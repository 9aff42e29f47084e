"""The runner must see every way in which Odoo says that something is wrong."""

import unittest

from tests.runner.odoo_log import judge_log, judge_tests, parse, read_allowed

HEAD = "2026-01-01 00:00:00,000 1"
WHERE = "odoo.addons.crm_x.tests.test_x"


def lines(*entries: str) -> str:
    return "\n".join(f"{HEAD} {entry}" for entry in entries)


STARTED = f"INFO db {WHERE}: Starting TestX.test_a ... "
CLOSED = "INFO db odoo.tests.result: 0 failed, 0 error(s) of 1 tests when loading"


class TestOdooLog(unittest.TestCase):
    def test_green_run(self):
        outcome = judge_tests("x", lines(STARTED, CLOSED))
        self.assertEqual((outcome.passed, outcome.failed), (1, 0), outcome.problems)

    def test_no_test_is_a_failure(self):
        outcome = judge_tests("x", lines(CLOSED.replace("of 1", "of 0")))
        self.assertEqual((outcome.passed, outcome.failed), (0, 1))
        self.assertIn("no test ran", outcome.problems[0])

    def test_killed_run_is_a_failure(self):
        outcome = judge_tests("x", lines(STARTED))
        self.assertIn("before it summed up", outcome.problems[0])

    def test_failed_test_with_its_subtests_counts_once(self):
        text = lines(
            STARTED,
            f"ERROR db {WHERE}: FAIL: Subtest TestX.test_a (n=1)\nTraceback\n1 != 2",
            f"ERROR db {WHERE}: FAIL: Subtest TestX.test_a (n=2)\nTraceback",
            "ERROR db odoo.tests.result: 2 failed, 0 error(s) of 1 tests when loading",
        )
        outcome = judge_tests("x", text)
        self.assertEqual((outcome.passed, outcome.failed), (0, 1))
        self.assertIn("1 != 2", outcome.problems[0])

    def test_failed_class_setup_is_seen(self):
        text = lines(
            STARTED, f"ERROR db {WHERE}: ERROR: setUpClass ({WHERE}.TestY)", CLOSED
        )
        self.assertEqual(judge_tests("x", text).failed, 1)

    def test_skipped_test_is_a_failure(self):
        text = lines(
            STARTED, f"INFO db {WHERE}: skipped TestX.test_a : no browser", CLOSED
        )
        outcome = judge_tests("x", text)
        self.assertEqual((outcome.passed, outcome.failed), (0, 1))
        self.assertIn("no browser", outcome.problems[0])

    def test_unnamed_warning_is_a_failure(self):
        for level in ("WARNING", "ERROR", "CRITICAL"):
            with self.subTest(level):
                text = lines(f"{level} db odoo.models: something odd")
                self.assertEqual(judge_log("x", text).failed, 1)

    def test_coloured_warning_is_seen(self):
        text = f"{HEAD} \x1b[1;33mWARNING\x1b[0m db odoo.models: something odd"
        self.assertEqual(judge_log("x", text).failed, 1)

    def test_allowed_warning_passes(self):
        text = lines(
            "WARNING ? odoo.service.server: Running as user 'root' is a security risk."
        )
        self.assertEqual(judge_log("x", text).failed, 0)

    def test_traceback_belongs_to_its_entry(self):
        entries = parse(lines("ERROR db a: broken") + "\nTraceback\n  line")
        self.assertEqual(entries[0].message, "broken\nTraceback\n  line")

    def test_allowed_warning_without_reason_is_refused(self):
        with self.assertRaises(ValueError):
            read_allowed("^odoo: anything\n")
        with self.assertRaises(ValueError):
            read_allowed("^odoo: anything  # \n")
