"""Manifest, data files, readme."""

import re
from collections import Counter
from pathlib import Path

from tests.layout import manifest

from .reading import where

KEYS = {
    *("name", "version", "category", "license", "author", "summary", "depends"),
}
LICENSES = {"crm_service_helpdesk_mgmt": "AGPL-3"}  # as what it extends
DATA_FOLDERS = ("security", "data", "views", "wizard", "wizards", "report", "demo")
HEADINGS = ["What it does", "Configure", "Use", "Limits"]


def manifest_is_complete(addon: Path) -> list[str]:
    values = manifest(addon)
    place = where(addon, addon / "__manifest__.py")
    findings = [f"{place}: no {key}" for key in sorted(KEYS - values.keys())]
    if not re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", values.get("version", "")):
        findings.append(f"{place}: version is not 19.0.x.y.z")
    if values.get("license") != LICENSES.get(addon.name, "LGPL-3"):
        findings.append(f"{place}: license is {values.get('license')}")
    if addon.parent.name == "addons" and addon.parent.parent.name != "tests":
        if values.get("category") != "Sales/Telesales":
            findings.append(f"{place}: category is not Sales/Telesales")
    return findings


def _listed(addon: Path) -> list[str]:
    values = manifest(addon)
    return [*values.get("data", []), *values.get("demo", [])]


def data_files_are_listed_once(addon: Path) -> list[str]:
    place = where(addon, addon / "__manifest__.py")
    listed = Counter(_listed(addon))
    findings = [f"{place}: {name} twice" for name, n in listed.items() if n > 1]
    findings += [
        f"{place}: {name} does not exist"
        for name in listed
        if not (addon / name).is_file()
    ]
    present = {
        str(path.relative_to(addon))
        for folder in DATA_FOLDERS
        for suffix in ("xml", "csv")
        for path in addon.glob(f"{folder}/**/*.{suffix}")
    }
    findings += [
        f"{place}: {name} is not listed" for name in sorted(present - listed.keys())
    ]
    return findings


def security_is_loaded_first(addon: Path) -> list[str]:
    folders = [name.split("/")[0] for name in manifest(addon).get("data", [])]
    late = [
        name
        for name, rest in zip(folders, range(len(folders)), strict=True)
        if name == "security" and "views" in folders[:rest]
    ]
    if late:
        place = where(addon, addon / "__manifest__.py")
        return [f"{place}: security files stand after views"]
    return []


def readme_has_its_headings(addon: Path) -> list[str]:
    readme = addon / "README.md"
    if not readme.is_file():
        return [f"{addon.name}: no README.md"]
    found = re.findall(r"^## (.+?)\s*$", readme.read_text(), re.MULTILINE)
    if [heading for heading in found if heading in HEADINGS] != HEADINGS:
        return [f"{where(addon, readme)}: wants the headings {', '.join(HEADINGS)}"]
    return []


def external_dependencies_are_pinned(addon: Path) -> list[str]:
    """What a manifest needs from PyPI is in the project's requirements.txt."""
    needs = manifest(addon).get("external_dependencies", {}).get("python", [])
    requirements = addon.parent.parent / "requirements.txt"
    text = requirements.read_text().lower() if requirements.is_file() else ""
    pinned = {line.split("==")[0].replace("_", "-") for line in text.splitlines()}
    place = where(addon, addon / "__manifest__.py")
    return [
        f"{place}: {name} is not pinned in requirements.txt"
        for name in needs
        if re.split(r"[<>=!]", name.lower())[0].replace("_", "-") not in pinned
    ]
