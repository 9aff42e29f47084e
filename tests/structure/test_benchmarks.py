"""Keys and bounds are listed once, and docs/bench.md tells the same."""

import unittest

from tests.bench import keys, report
from tests.bench.keys import Key
from tests.layout import PROJECT

SPEED = Key("a.speed", "rows a second", "counted", at_least=10)
SHARE = Key("a.share", "replayed", "counted", at_most=0.5, finding="too many locks")
MACHINE = {
    "cores": 2,
    "load": 0.5,
    "load_end": 0.7,
    "date": "2026-01-01 00:00 UTC",
    "commit": "abc",
    "calibration": {"sql_ms": 1, "python_ms": 2},
}


class TestBenchmarks(unittest.TestCase):
    def test_keys_are_listed_once(self):
        """Over all groups, each with one bound."""
        listed = [key for group in keys.groups() for key in keys.keys_of(group)]
        self.assertTrue(listed)
        self.assertEqual(keys.faults(listed), [])

    def test_every_group_has_a_target(self):
        makefile = (PROJECT / "Makefile").read_text()
        for group in keys.groups():
            self.assertIn(f"\nbench-{group}:", makefile)

    def test_document_tells_the_keys(self):
        """With their bounds, each in the section of its group."""
        text = report.DOCUMENT.read_text()
        self.assertEqual(sorted(report.sections(text)), keys.groups())
        for group in keys.groups():
            found = report.differences(group, keys.keys_of(group), text)
            self.assertEqual(found, [], f"run make bench-{group}")

    def test_faults_of_a_list(self):
        both = Key("a.both", "x", "y", at_least=1, at_most=2)
        silent = Key("a.silent", "", "y", at_least=1)
        self.assertEqual(
            keys.faults([SPEED, SPEED, both, silent]),
            [
                "a.both: one bound, neither none nor two",
                "a.silent: meaning and method must be told",
                "a.speed is listed twice",
            ],
        )

    def test_bounds(self):
        self.assertTrue(SPEED.holds(10) and SHARE.holds(0.5))
        self.assertFalse(SPEED.holds(9.99) or SHARE.holds(0.51))
        self.assertFalse(SPEED.holds(float("nan")))
        self.assertEqual((SPEED.bound, SHARE.bound), ("≥ 10", "≤ 0.5"))

    def _text(self, *listed, values=None):
        return report.section("a", listed, values or {}, ["one thing"], MACHINE)

    def test_section_tells_what_held(self):
        text = self._text(SPEED, SHARE, values={"a.speed": 12.0, "a.share": 0.75})
        self.assertIn("| ≥ 10 | 12 | held |", text)
        self.assertIn("| ≤ 0.5 | 0.75 | **missed** |", text)
        self.assertIn("- `a.share`: too many locks", text)
        self.assertIn("| not measured |", self._text(SPEED))

    def test_differences_are_found(self):
        """A key too few, one too many, twice, another bound, no section."""
        text = self._text(SPEED, SHARE)
        self.assertEqual(report.differences("a", [SPEED, SHARE], text), [])
        self.assertTrue(report.differences("a", [SPEED], text))
        self.assertTrue(report.differences("a", [SPEED, SHARE], self._text(SPEED)))
        self.assertTrue(report.differences("a", [SPEED], self._text(SPEED, SPEED)))
        faster = Key("a.speed", "rows a second", "counted", at_least=11)
        self.assertTrue(report.differences("a", [faster, SHARE], text))
        self.assertTrue(report.differences("b", [SPEED], text))
