"""Reads an addon's sources once; the checks share it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from lxml import etree

Model = tuple[Path, ast.ClassDef]
MODEL_FOLDERS = ("models", "wizard", "wizards", "report")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def python_files(addon: Path, tests: bool = False) -> list[Path]:
    """All Python of an addon; tests only when asked for."""
    return sorted(
        path
        for path in addon.rglob("*.py")
        if tests or "tests" not in path.relative_to(addon).parts
    )


def model_files(addon: Path) -> list[Path]:
    return [
        path
        for path in python_files(addon)
        if path.relative_to(addon).parts[0] in MODEL_FOLDERS
    ]


def source_of(node: ast.expr) -> str:
    return ast.unparse(node)


def model_classes(addon: Path) -> Iterator[Model]:
    """Classes that derive from models.Model, TransientModel or AbstractModel."""
    for path in model_files(addon):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and any(
                source_of(base).startswith("models.") for base in node.bases
            ):
                yield path, node


def attribute(node: ast.ClassDef, name: str) -> ast.expr | None:
    """What a class sets as `name`, in its body."""
    for statement in node.body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name
            for target in statement.targets
        ):
            return statement.value
    return None


def own_name(node: ast.ClassDef) -> str:
    """The model that a class makes: its `_name`, unless it only extends that model."""
    name, inherit = attribute(node, "_name"), attribute(node, "_inherit")
    if not isinstance(name, ast.Constant):
        return ""
    if inherit is not None and name.value in ast.unparse(inherit):
        return ""
    return name.value


def kind(node: ast.ClassDef) -> str:
    """Model, TransientModel or AbstractModel."""
    bases = [source_of(base).removeprefix("models.") for base in node.bases]
    return next((base for base in bases if base.endswith("Model")), "")


def xml_files(addon: Path, *folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in addon.glob(f"{folder}/*.xml"))


@cache
def xml(path: Path) -> etree._Element:
    return etree.parse(str(path)).getroot()


def field_value(record: etree._Element, name: str) -> str:
    """The text, ref or eval of a record's field, or nothing."""
    for field in record.iterfind("field"):
        if field.get("name") == name:
            return field.get("ref") or field.get("eval") or (field.text or "").strip()
    return ""


def where(addon: Path, path: Path, line: int = 0) -> str:
    place = f"{addon.name}/{path.relative_to(addon)}"
    return f"{place}:{line}" if line else place
