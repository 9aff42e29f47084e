"""Every term has its Chinese."""

import re
from pathlib import Path

import polib

from .reading import where

LANGUAGE = "zh_CN"
PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sd]")


def _files(addon: Path) -> tuple[Path, Path]:
    return addon / "i18n" / f"{addon.name}.pot", addon / "i18n" / f"{LANGUAGE}.po"


def chinese_is_complete(addon: Path) -> list[str]:
    pot, po = _files(addon)
    missing = [
        f"{addon.name}: no i18n/{one.name}" for one in (pot, po) if not one.exists()
    ]
    if missing:
        return missing
    entries = [entry for entry in polib.pofile(str(po)) if not entry.obsolete]
    findings = [
        f"{where(addon, po, entry.linenum)}: no Chinese for {entry.msgid!r}"
        for entry in entries
        if not entry.msgstr or entry.fuzzy
    ]
    wanted = {entry.msgid for entry in polib.pofile(str(pot))}
    have = {entry.msgid for entry in entries}
    findings += [
        f"{where(addon, po)}: {term!r} is in only one of .pot and .po"
        for term in sorted(wanted ^ have)
    ]
    return findings


def chinese_keeps_the_placeholders(addon: Path) -> list[str]:
    po = _files(addon)[1]
    if not po.exists():
        return []
    return [
        f"{where(addon, po, entry.linenum)}: other placeholders than {entry.msgid!r}"
        for entry in polib.pofile(str(po))
        if entry.msgstr
        and sorted(PLACEHOLDER.findall(entry.msgid))
        != sorted(PLACEHOLDER.findall(entry.msgstr))
    ]
