"""Tests that would never run, or run at the wrong time."""

import ast
from collections.abc import Iterator
from pathlib import Path

from .reading import source_of, tree, where

ODOO_CASES = {
    *("BaseCase", "TransactionCase", "SingleTransactionCase", "HttpCase"),
    *("BaseCommon", "HttpCaseWithUserDemo", "MailCommon", "TestCrmCommon"),
}


def _test_files(addon: Path) -> list[Path]:
    return sorted(addon.glob("tests/test_*.py"))


def _classes(addon: Path) -> Iterator[tuple[Path, ast.ClassDef]]:
    for path in sorted(addon.glob("tests/*.py")):
        for node in tree(path).body:
            if isinstance(node, ast.ClassDef):
                yield path, node


def _has_tests(node: ast.ClassDef) -> bool:
    return any(
        isinstance(one, ast.FunctionDef) and one.name.startswith("test")
        for one in node.body
    )


def test_files_are_imported(addon: Path) -> list[str]:
    """Odoo runs what tests/__init__.py imports, and says nothing about the rest."""
    files = _test_files(addon)
    if not files:
        return [f"{addon.name}: no tests"]
    init = addon / "tests" / "__init__.py"
    imported = {
        alias.name
        for node in ast.walk(tree(init))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return [
        f"{where(addon, path)}: not imported in tests/__init__.py"
        for path in files
        if path.stem not in imported
    ]


def _plain_unittest_names(path: Path) -> set[str]:
    """Names under which a file knows unittest.TestCase."""
    names = {"unittest.TestCase", "unittest.IsolatedAsyncioTestCase"}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module == "unittest":
            names |= {alias.asname or alias.name for alias in node.names}
    return names


def tests_derive_from_odoo(addon: Path) -> list[str]:
    """A plain unittest.TestCase has no tags: Odoo passes it over in silence."""
    findings = []
    for path, node in _classes(addon):
        bases = {source_of(base) for base in node.bases}
        plain = bases & _plain_unittest_names(path)
        if plain and not bases & ODOO_CASES or _has_tests(node) and not bases:
            findings.append(
                f"{where(addon, path, node.lineno)}: {node.name} derives from "
                f"{', '.join(sorted(plain)) or 'nothing'}: Odoo never runs it"
            )
    return findings


def _tags(node: ast.ClassDef) -> set[str]:
    return {
        argument.value
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        and source_of(decorator.func).split(".")[-1] == "tagged"
        for argument in decorator.args
        if isinstance(argument, ast.Constant)
    }


def tests_run_after_installation(addon: Path) -> list[str]:
    """Tags are not inherited: every class with tests carries them itself."""
    return [
        f"{where(addon, path, node.lineno)}: {node.name} is not tagged "
        '"post_install", "-at_install"'
        for path, node in _classes(addon)
        if _has_tests(node) and not {"post_install", "-at_install"} <= _tags(node)
    ]


def tests_are_not_skipped(addon: Path) -> list[str]:
    found = []
    for path in sorted(addon.glob("tests/*.py")):
        for node in ast.walk(tree(path)):
            name = ""
            if isinstance(node, ast.Attribute):
                name = node.attr
            elif isinstance(node, ast.Name):
                name = node.id
            if name in ("skip", "skipIf", "skipUnless", "skipTest", "SkipTest"):
                found.append(f"{where(addon, path, node.lineno)}: {name}")
    return found


def _sleeps(node: ast.AST) -> Iterator[ast.Call]:
    """Calls of sleep below a node, but not those in a loop that waits for something."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.While):
            continue
        if isinstance(child, ast.Call) and source_of(child.func) in (
            "time.sleep",
            "sleep",
        ):
            yield child
        yield from _sleeps(child)


def tests_do_not_sleep(addon: Path) -> list[str]:
    return [
        f"{where(addon, path, node.lineno)}: sleeps"
        for path in sorted(addon.glob("tests/*.py"))
        for node in _sleeps(tree(path))
    ]
