"""Browser tours: an application has some, and each one is started by a test."""

import ast
import re
from pathlib import Path

from .reading import where

_NAME = re.compile(r"""\.add\(\s*"(\w+)",\s*\{\s*steps\b""")


def _tours(addon: Path) -> dict[str, Path]:
    return {
        name: path
        for path in sorted(addon.glob("static/tests/tours/*.js"))
        for name in _NAME.findall(path.read_text())
    }


def applications_have_tours(addon: Path) -> list[str]:
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    if manifest.get("application") and not _tours(addon):
        return [f"{addon.name}: no tour in static/tests/tours"]
    return []


def tours_are_started(addon: Path) -> list[str]:
    """Odoo says nothing of a tour that no test starts, or that no asset bundle has."""
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text())
    bundle = manifest.get("assets", {}).get("web.assets_tests", [])
    texts = {
        node.value
        for path in addon.glob("tests/test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
    }
    found = []
    for name, path in _tours(addon).items():
        if name not in texts:
            found.append(f"{where(addon, path)}: no test starts {name}")
        if f"{addon.name}/static/tests/tours/*" not in bundle:
            found.append(f"{where(addon, path)}: not in web.assets_tests")
    return found
