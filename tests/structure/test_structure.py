"""Every check over every addon, one test each."""

import unittest
from pathlib import Path

from tests.layout import ADDONS, PROJECT, TEST_ADDONS, addon_folders

from .checks import ADDON_CHECKS, REPOSITORY_CHECKS, TEST_ADDON_CHECKS


class TestStructure(unittest.TestCase):
    def test_there_are_addons(self):
        self.assertTrue(addon_folders(ADDONS))

    def test_every_family_has_checks(self):
        families = {name.split(".")[0] for name in ADDON_CHECKS | REPOSITORY_CHECKS}
        self.assertGreaterEqual(len(families), 8)


def _add(label: str, check, target: Path) -> None:
    def test(self):
        findings = check(target)
        if findings:
            self.fail(f"{len(findings)} findings\n" + "\n".join(findings))

    test.__doc__ = check.__doc__
    setattr(TestStructure, f"test_{label}", test)


for _addon in addon_folders(ADDONS):
    for _name, _check in ADDON_CHECKS.items():
        _add(f"{_addon.name}_{_name.replace('.', '_')}", _check, _addon)
for _addon in addon_folders(TEST_ADDONS):
    for _name, _check in TEST_ADDON_CHECKS.items():
        _add(f"{_addon.name}_{_name.replace('.', '_')}", _check, _addon)
for _name, _check in REPOSITORY_CHECKS.items():
    _add(_name.replace(".", "_"), _check, PROJECT)
