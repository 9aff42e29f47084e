"""Exports an addon's terms from a database where it is installed. The .pot is kept
without dates, so that it changes only when the terms do."""

import os
import subprocess
from pathlib import Path

import polib

from tests.layout import ADDONS

from .databases import connection_environment
from .jobs import SCRIPTS, Outcome

WIDTH = 78
HEADER = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "MIME-Version": "1.0",
}


def export(addon: str, database: str, target: Path) -> polib.POFile:
    """The terms as Odoo finds them, sorted, with a plain header."""
    words = ["i18n", "export", "-d", database, "-o", str(target), addon]
    done = subprocess.run(
        [str(SCRIPTS / "odoo"), *words],
        env=os.environ | connection_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the terms of {addon} cannot be exported:\n{done.stderr}")
    exported = polib.pofile(str(target))
    pot = _empty(addon)
    for entry in sorted(exported, key=lambda entry: entry.msgid):
        entry.occurrences.sort()
        entry.msgstr = ""
        pot.append(entry)
    return pot


def _empty(addon: str, language: str = "") -> polib.POFile:
    pot = polib.POFile(wrapwidth=WIDTH)
    pot.metadata = {"Project-Id-Version": f"Odoo 19.0 ({addon})", **HEADER}
    if language:
        pot.metadata["Language"] = language
    return pot


def terms(file: Path) -> set[str]:
    if not file.exists():
        return set()
    return {entry.msgid for entry in polib.pofile(str(file)) if not entry.obsolete}


def check(addon: str, database: str, logs: Path) -> Outcome:
    """One check: the committed .pot holds the terms that the addon has."""
    fresh = {entry.msgid for entry in export(addon, database, logs / "fresh.pot")}
    kept = terms(ADDONS / addon / "i18n" / f"{addon}.pot")
    outcome = Outcome(passed=1)
    if fresh != kept:
        outcome.passed = 0
        changed = sorted(fresh ^ kept)
        outcome.fail(
            f"{addon}: i18n/{addon}.pot is behind by {len(changed)} terms, "
            f"run `make pot ADDON={addon}`: {changed[:5]}"
        )
    return outcome


def merge(addon: str, pot: polib.POFile, language: str) -> list[str]:
    """Write the .pot and bring the language's file in line with it; what still has no
    translation comes back."""
    folder = ADDONS / addon / "i18n"
    folder.mkdir(exist_ok=True)
    pot.save(str(folder / f"{addon}.pot"))
    path = folder / f"{language}.po"
    known = (
        {e.msgid: e.msgstr for e in polib.pofile(str(path))} if path.exists() else {}
    )
    merged = _empty(addon, language)
    for entry in pot:
        entry.msgstr = known.get(entry.msgid, "")
        merged.append(entry)
    merged.save(str(path))
    return [entry.msgid for entry in merged if not entry.msgstr]
