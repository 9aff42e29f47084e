"""Order, size and manners of the code."""

import ast
import math
import re
from collections.abc import Iterator
from pathlib import Path

from .reading import (
    model_classes,
    model_files,
    python_files,
    source_of,
    tree,
    where,
    xml_files,
)

SECTIONS = (
    "private attributes",
    "default methods",
    "fields",
    "constraints and indexes",
    "compute, inverse and search methods",
    "selection methods",
    "constrains methods",
    "onchange methods",
    "create, write, unlink and other overrides of the ORM",
    "actions",
    "business methods",
)
ORM = {
    *("create", "write", "unlink", "copy", "copy_data", "default_get", "init"),
    *("name_search", "name_create", "read", "search", "search_fetch", "web_read"),
    *("_search", "_name_search", "_auto_init", "read_group", "search_count"),
    *("fields_get", "get_view", "web_save", "toggle_active", "action_archive"),
    *("action_unarchive", "_read_group", "_check_company_auto", "onchange"),
}
PREFIXES = (
    ("_default_", 1),
    ("_compute_", 4),
    ("_inverse_", 4),
    ("_search_", 4),
    ("_selection_", 5),
    ("_onchange_", 7),
    ("action_", 9),
)
LIMITS = {"model": 400, "view": 300, "test": 500}
METHOD_LIMIT = 40


def _section_of_assignment(node: ast.Assign | ast.AnnAssign) -> int | None:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    if not isinstance(target, ast.Name) or node.value is None:
        return None
    value = source_of(node.value)
    if value.startswith(("models.Constraint(", "models.Index(", "models.UniqueIndex(")):
        return 3
    if value.startswith("fields."):
        return 2
    return 0 if target.id.startswith("_") else None


def _section_of_method(node: ast.FunctionDef) -> int:
    decorators = " ".join(source_of(one) for one in node.decorator_list)
    if "api.constrains" in decorators:
        return 6
    if "api.onchange" in decorators:
        return 7
    if "api.ondelete" in decorators or node.name in ORM:
        return 8
    return next((rank for prefix, rank in PREFIXES if node.name.startswith(prefix)), 10)


def _section(node: ast.stmt) -> int | None:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return _section_of_assignment(node)
    if isinstance(node, ast.FunctionDef):
        return _section_of_method(node)
    return None


def class_sections_in_order(addon: Path) -> list[str]:
    findings = []
    for path, node in model_classes(addon):
        reached = 0
        for statement in node.body:
            section = _section(statement)
            if section is None:
                continue
            if section < reached:
                findings.append(
                    f"{where(addon, path, statement.lineno)}: {SECTIONS[section]} "
                    f"stand before {SECTIONS[reached]}"
                )
                break
            reached = section
    return findings


def _length(path: Path) -> int:
    return len(path.read_text().splitlines())


def files_within_budget(addon: Path) -> list[str]:
    budgets = [(path, "model") for path in model_files(addon)]
    views = xml_files(addon, "views", "wizard", "wizards", "report")
    budgets += [(path, "view") for path in views]
    budgets += [(path, "test") for path in sorted(addon.glob("tests/*.py"))]
    return [
        f"{where(addon, path)}: {_length(path)} lines, {LIMITS[kind]} are the most"
        for path, kind in budgets
        if _length(path) > LIMITS[kind]
    ]


def _own_lines(node: ast.FunctionDef) -> int:
    """Without decorators and docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (node.end_lineno - body[0].lineno + 2) if body else 1


def methods_within_budget(addon: Path) -> list[str]:
    return [
        f"{where(addon, path, node.lineno)}: {node.name} has {_own_lines(node)} lines, "
        f"{METHOD_LIMIT} are the most"
        for path in python_files(addon, tests=True)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and _own_lines(node) > METHOD_LIMIT
    ]


def _sudo_calls(addon: Path) -> Iterator[tuple[Path, int]]:
    for path in python_files(addon):
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "sudo"
                and not node.args  # sudo(False) gives the rights back
            ):
                yield path, node.end_lineno


def _sudo_budgets(addon: Path) -> dict[str, int]:
    """What older addons may still have: numbers that only go down."""
    file = addon.parent.parent / "tests" / "structure" / "sudo_budget.txt"
    lines = file.read_text().splitlines() if file.is_file() else []
    rows = (line.split() for line in lines if line.strip() and line[0] != "#")
    return {name: int(number) for name, number in rows}


def sudo_is_rare(addon: Path) -> list[str]:
    """At most one per thousand lines, begun thousands counted; where there are more,
    the number in sudo_budget.txt, which must be lowered with them."""
    lines = sum(map(_length, python_files(addon)))
    calls = list(_sudo_calls(addon))
    limit = max(1, math.ceil(lines / 1000))
    budget = _sudo_budgets(addon).get(addon.name, limit)
    if len(calls) > max(budget, limit):
        places = ", ".join(where(addon, *call) for call in calls)
        return [f"{addon.name}: {len(calls)} sudo() in {lines} lines: {places}"]
    if budget > max(len(calls), limit):
        return [f"{addon.name}: lower sudo_budget.txt from {budget} to {len(calls)}"]
    return []


def _method_doc(path: Path, line: int) -> str:
    """The docstring of the method that holds a line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= node.end_lineno:
            return ast.get_docstring(node) or ""
    return ""


def sudo_is_explained(addon: Path) -> list[str]:
    """A comment on its line or on one of the three above, or the method's docstring
    says why it acts as superuser."""
    findings = []
    for path, line in _sudo_calls(addon):
        near = path.read_text().splitlines()[max(0, line - 4) : line]
        told = "superuser" in _method_doc(path, line)
        if not told and not any("#" in text for text in near):
            place = where(addon, path, line)
            findings.append(f"{place}: sudo() without a comment why")
    return findings


def models_stay_in_their_transaction(addon: Path) -> list[str]:
    """No commit or rollback in models; a file that owns a cursor stands elsewhere."""
    pattern = re.compile(r"\b(cr|cursor)\.(commit|rollback)\(")
    return [
        f"{where(addon, path, number)}: {match[0]}…) in a model"
        for path in model_files(addon)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := pattern.search(line))
    ]


def models_do_no_waiting(addon: Path) -> list[str]:
    """No network, thread, process or sleep in models."""
    forbidden = {"requests", "socket", "threading", "subprocess", "urllib.request"}
    findings = []
    for path in model_files(addon):
        for node in ast.walk(tree(path)):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Call) and source_of(node.func) == "time.sleep":
                names = ["time.sleep"]
            findings += [
                f"{where(addon, path, node.lineno)}: {name} in a model"
                for name in names
                if name in forbidden or name == "time.sleep"
            ]
    return findings


def nothing_is_left_undone(addon: Path) -> list[str]:
    mark = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    return [
        f"{where(addon, path, number)}: {match[0]}"
        for path in sorted(addon.rglob("*"))
        if path.suffix in (".py", ".xml", ".js", ".scss", ".md")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if (match := mark.search(line))
    ]
