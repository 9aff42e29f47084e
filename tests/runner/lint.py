"""The linters; each counts as one test and must say nothing."""

import sys
from functools import partial
from pathlib import Path

from tests.layout import PROJECT, addon_folders

from .jobs import Job, Lane, Outcome, run_program, tail

BIN = Path(sys.executable).parent
# readmes are Markdown, there is no Weblate, XML is written as Odoo writes it
OCA_DISABLED = (
    "prefer-readme-rst,weblate-component-too-long,"
    "xml-header-wrong,xml-field-numeric-without-eval,xml-field-bool-without-eval,"
    "xml-tag-position"
)
# it clears a translation that equals its term, `make test-structure` wants them all
PO_DISABLED = "po-pretty-format"


def commands() -> dict[str, list]:
    """Linter → command line; only those that have something to read."""
    addons = addon_folders()
    translations = sorted(PROJECT.glob("addons/*/i18n/*.po*"))
    found = {
        "ruff check": [BIN / "ruff", "check", "--no-cache", "."],
        "ruff format": [BIN / "ruff", "format", "--no-cache", "--check", "."],
    }
    if addons:
        found["pylint-odoo"] = [BIN / "pylint", "--rcfile=.pylintrc", *addons]
        found["oca-checks-odoo-module"] = [
            *(BIN / "oca-checks-odoo-module", f"--disable={OCA_DISABLED}"),
            *addons,
        ]
    if translations:
        found["oca-checks-po"] = [
            *(BIN / "oca-checks-po", f"--disable={PO_DISABLED}"),
            *translations,
        ]
    return found


def _lint(name: str, _lane: Lane, logs: Path) -> Outcome:
    outcome = Outcome()
    log = logs / f"{name.replace(' ', '-')}.txt"
    if run_program(commands()[name], log, limit=600):
        outcome.fail(f"{name}:\n{tail(log, 60)}")
    else:
        outcome.passed = 1
    return outcome


def jobs(only: str = "") -> list[Job]:
    return [
        Job("lint", name, partial(_lint, name), cost=20)
        for name in commands()
        if only in ("", name)
    ]
