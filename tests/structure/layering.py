"""Who may know whom."""

import ast
import re
from pathlib import Path

from tests.layout import addon_folders, manifest, pure_packages

from .reading import python_files, tree, where

DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
SOURCES = (".py", ".xml", ".js", ".csv")


def _imports(path: Path) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.lineno, "." * node.level + (node.module or "")))
    return found


def pure_packages_import_no_odoo(addon: Path) -> list[str]:
    """Nor climb out of their folder."""
    findings = []
    for package in pure_packages(addon):
        for path in sorted(package.rglob("*.py")):
            depth = len(path.relative_to(package).parts)
            for line, name in _imports(path):
                climbs = len(name) - len(name.lstrip(".")) > depth
                if name.split(".")[0] == "odoo" or climbs:
                    place = where(addon, path, line)
                    findings.append(f"{place}: a pure package imports {name}")
    return findings


def pure_packages_export_few_names(addon: Path) -> list[str]:
    findings = []
    for package in pure_packages(addon):
        for node in tree(package / "__init__.py").body:
            if (
                isinstance(node, ast.Assign)
                and ast.unparse(node.targets[0]) == "__all__"
            ):
                count = len(ast.literal_eval(node.value))
                if count > 6:
                    place = where(addon, package / "__init__.py", node.lineno)
                    findings.append(f"{place}: exports {count} names, 6 are the most")
    return findings


def _may_know(addon: Path) -> set[str]:
    """Itself and, transitively, what its manifest names."""
    by_name = {one.name: one for one in addon_folders(addon.parent)}
    known: set[str] = set()
    waiting = [addon.name]
    while waiting:
        name = waiting.pop()
        if name in by_name and name not in known:
            known.add(name)
            waiting += manifest(by_name[name]).get("depends", [])
    return known


def names_no_higher_addon(addon: Path) -> list[str]:
    """Neither an import nor an xml id nor text names what it does not stand on."""
    strangers = {one.name for one in addon_folders(addon.parent)} - _may_know(addon)
    if not strangers:
        return []
    pattern = re.compile(rf"\b({'|'.join(sorted(strangers))})(?![\w])")
    findings = []
    for path in sorted(addon.rglob("*")):
        if path.suffix in SOURCES:
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if match := pattern.search(line):
                    place = where(addon, path, number)
                    findings.append(
                        f"{place}: names {match[1]}, on which it does not depend"
                    )
    return findings


def has_no_drawers(addon: Path) -> list[str]:
    """tests/common.py, Odoo's own name, is the one exception."""
    return [
        f"{where(addon, path)}: a module named for nothing; name what it holds"
        for path in python_files(addon, tests=True)
        if path.stem in DRAWERS | {f"{d}s" for d in DRAWERS}
        and path.relative_to(addon).parts != ("tests", "common.py")
    ]


def asks_for_no_other_addon(addon: Path) -> list[str]:
    """An optional link is a hook, a mixin or a bridge, never a question at run time."""
    pattern = re.compile(r"""["'][\w.]+["'] (not )?in self\.env\b""")
    return [
        f"{where(addon, path, number)}: asks whether a model is there"
        for path in python_files(addon)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line)
    ]
