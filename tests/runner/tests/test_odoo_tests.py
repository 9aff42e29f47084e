"""A suite that grew is cut into parts, and no test is lost by it."""

import tempfile
import unittest
from pathlib import Path

from tests.runner import timings
from tests.runner.odoo_tests import class_seconds, parts


class TestParts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addon = Path(folder.name, "crm_x")
        (self.addon / "tests").mkdir(parents=True)

    def known(self, **seconds: float) -> dict[str, float]:
        """A test file with these classes, and what they took."""
        classes = "".join(f"class {name}:\n    pass\n" for name in seconds)
        (self.addon / "tests" / "test_x.py").write_text(classes)
        return {f"crm_x/{name}": took for name, took in seconds.items()}

    def test_seconds_of_classes_are_read_from_the_log(self):
        text = (
            "\tcrm_x: 3.00s 70 queries\n\tcrm_x.test_a.TestA: 2.50s 60 queries\n"
            "\tcrm_x.test_a.TestA.test_b: 1.00s 60 queries\n"
            "\tcrm_x.test_b.TestA: 0.50s 1 queries\n"
        )
        self.assertEqual(class_seconds(text), {"crm_x/TestA": 3.0})

    def test_short_suite_is_one_part(self):
        self.assertEqual(parts(self.addon, {}), [("/crm_x", 0)])
        known = self.known(A=100, B=150)
        self.assertEqual(parts(self.addon, known), [("/crm_x", 250)])

    def test_long_suite_is_cut_evenly(self):
        known = self.known(A=250, B=150, C=150, D=10)
        (first, took_1), (second, took_2) = parts(self.addon, known)
        self.assertEqual((took_1, took_2), (260, 300))
        self.assertEqual(second, "/crm_x:B,/crm_x:C")
        # whatever the others do not name, a new class too
        self.assertEqual(first, "/crm_x,-/crm_x:B,-/crm_x:C")

    def test_class_that_went_makes_no_part(self):
        known = self.known(A=100) | {"crm_x/Gone": 900}
        self.assertEqual(len(parts(self.addon, known)), 1)

    def test_one_long_class_stays_whole(self):
        self.assertEqual(timings.cut({"A": 2000}), [["A"]])
        self.assertEqual(timings.cut({}), [[]])
