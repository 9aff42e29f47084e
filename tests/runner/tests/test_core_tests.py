"""Only what our addons break counts, and each change of queries needs its reason."""

import tempfile
import unittest
from pathlib import Path

from tests.layout import ADDONS, manifest
from tests.runner.core_tests import (
    Side,
    changed_queries,
    compare,
    judge_queries,
    key,
    our_addons,
    tags_of,
)
from tests.runner.installs import orders

SUM = (
    "2026-01-01 00:00:00,000 1 INFO db odoo.tests.result: "
    "0 failed, 0 error(s) of 1 tests when loading database 'db'\n"
)


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
        side = Side.of(text + SUM)
        self.assertEqual(side.queries, {"crm.test_a.TestA.test_b": 60})

    def test_run_that_was_cut_off_is_no_side(self):
        """Else half a run without our addons would be kept in the cache."""
        with self.assertRaisesRegex(RuntimeError, "did not sum up"):
            Side.of("\tcrm.test_a.TestA.test_b: 1.00s 60 queries\n")

    def test_what_passes_alone_was_late(self):
        first = Side(["c.f:A.a", "c.f:A.b"], {"c.f:A.a": "", "c.f:A.b": ""})
        first.broken["c.g:B.setUpClass"] = ""
        self.assertEqual(
            tags_of(first.broken),
            ["post_install/c:A.a", "post_install/c:A.b", "post_install/c:B"],
        )
        first.repeated(Side(["c.f:A.a", "c.f:A.b", "c.g:B.d"], {"c.f:A.b": ""}))
        self.assertEqual(list(first.broken), ["c.f:A.b"])
        self.assertEqual(first.late, ["c.f:A.a", "c.g:B.setUpClass"])
        self.assertIn("c.g:B.d", first.started)

    def test_queries_of_what_passed_alone(self):
        """A test that broke off had not made all of its queries."""
        first = Side(["c.tests.f:A.a"], {"c.tests.f:A.a": ""}, queries={"c.f.A.a": 3})
        first.repeated(Side(["c.tests.f:A.a"], queries={"c.f.A.a": 9}))
        self.assertEqual(first.queries, {"c.f.A.a": 9})

    def test_what_fails_alone_too_stays(self):
        first = Side([], {"c.g:B.setUpClass": "text"})
        first.repeated(Side([], {"c.g:B.setUpClass": "text"}))
        self.assertEqual(list(first.broken), ["c.g:B.setUpClass"])

    def test_kept_side_goes_by_what_matters(self):
        same = key("19", "# Odoo\nlxml==5.4.0\npyst2==0.5\n", ["crm"], "x")
        self.assertEqual(same, key("19", "pyst2==0.5\nlxml==5.4.0\n", ["crm"], "x"))
        for other in (
            key("20", "lxml==5.4.0\npyst2==0.5\n", ["crm"], "x"),
            key("19", "lxml==5.4.1\npyst2==0.5\n", ["crm"], "x"),
            key("19", "lxml==5.4.0\npyst2==0.5\n", ["crm", "sale"], "x"),
            key("19", "lxml==5.4.0\npyst2==0.5\n", ["crm"], "y"),
        ):
            self.assertNotEqual(same, other)

    def test_changed_queries_need_a_reason(self):
        changes = changed_queries(side(a=10, b=100), side(a=15, b=160))
        self.assertEqual(changes, {"b": (100, 160)})
        with tempfile.TemporaryDirectory() as folder:
            listing = Path(folder, "queries.txt")
            self.assertEqual(judge_queries(changes, "", listing).failed, 1)
            known = judge_queries(changes, "^b  # numbers are rows", listing)
            self.assertEqual(known.failed, 0)
            self.assertIn("numbers are rows", listing.read_text())

    def test_passed_limit_of_queries_needs_a_reason(self):
        """It is core's assertQueryCount that failed, and nothing else."""
        over = (
            "ERROR: x\nTraceback (most recent call last):\n"
            "AssertionError: Query count more than expected for user u: 991 > 962 in t"
        )
        without, having = Side(["c.tests.f:A.a"]), Side(["c.tests.f:A.a"])
        having.broken = {"c.tests.f:A.a": over}
        self.assertEqual(compare("x", without, having).failed, 0)
        changes = changed_queries(without, having)
        self.assertEqual(changes, {"c.f.A.a": (962, 991)})
        with tempfile.TemporaryDirectory() as folder:
            listing = Path(folder, "queries.txt")
            bounded = "^c\\.f\\.A\\.a: 962 → 99\\d$  # rows of the pool\n"
            self.assertEqual(judge_queries(changes, bounded, listing).failed, 0)
            self.assertEqual(judge_queries(changes, "", listing).failed, 1)
        having.broken["c.tests.f:A.a"] += "\nTraceback (most recent call last):\nx"
        self.assertEqual(compare("x", without, having).failed, 1)
        self.assertEqual(changed_queries(without, having), {})

    def test_install_orders_are_always_the_same(self):
        drawn = orders(["a", "b", "c", "d", "e"])
        self.assertEqual(drawn, orders(["a", "b", "c", "d", "e"]))
        self.assertEqual(len({tuple(order) for order in drawn}), 3)

    def test_both_sides_have_the_same_modules_of_odoo(self):
        """A bridge would bring some that the other side has not."""
        ours = our_addons()
        self.assertEqual(ours[0], "crm_stage_pipeline")
        for bridge in ("crm_stage_pipeline_hr",):
            self.assertTrue(manifest(ADDONS / bridge)["auto_install"])
            self.assertNotIn(bridge, ours)
        self.assertGreaterEqual(len(ours), 5)
