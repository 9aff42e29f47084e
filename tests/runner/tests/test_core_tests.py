"""Only what our addons break counts, and each change of queries needs its reason."""

import tempfile
import unittest
from pathlib import Path

from tests.runner.core_tests import Side, changed_queries, compare, judge_queries
from tests.runner.installs import orders


def side(started: str = "abc", broken: str = "", **queries: int) -> Side:
    return Side(list(started), dict.fromkeys(broken, "text"), {}, queries)


class TestCoreTests(unittest.TestCase):
    def test_old_failure_is_no_failure(self):
        outcome = compare("x", side(broken="a"), side(broken="a"))
        self.assertEqual((outcome.passed, outcome.failed), (3, 0))

    def test_new_failure_is_one(self):
        outcome = compare("x", side(broken="a"), side(broken="ab"))
        self.assertEqual((outcome.passed, outcome.failed), (2, 1))

    def test_vanished_test_is_a_failure(self):
        self.assertEqual(compare("x", side(), side("ab")).failed, 1)

    def test_empty_run_is_a_failure(self):
        self.assertEqual(compare("x", side(""), side("")).failed, 1)

    def test_queries_are_read_from_the_log(self):
        text = "\tcrm: 3.00s 70 queries\n\tcrm.test_a.TestA.test_b: 1.00s 60 queries\n"
        self.assertEqual(Side.of(text).queries, {"crm.test_a.TestA.test_b": 60})

    def test_changed_queries_need_a_reason(self):
        changes = changed_queries(side(a=10, b=100), side(a=15, b=160))
        self.assertEqual(changes, {"b": (100, 160)})
        with tempfile.TemporaryDirectory() as folder:
            listing = Path(folder, "queries.txt")
            self.assertEqual(judge_queries(changes, "", listing).failed, 1)
            known = judge_queries(changes, "^b  # numbers are rows", listing)
            self.assertEqual(known.failed, 0)
            self.assertIn("numbers are rows", listing.read_text())

    def test_install_orders_are_always_the_same(self):
        drawn = orders(["a", "b", "c", "d", "e"])
        self.assertEqual(drawn, orders(["a", "b", "c", "d", "e"]))
        self.assertEqual(len({tuple(order) for order in drawn}), 3)
