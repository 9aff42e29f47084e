"""Where things are here: shared by the runner and the structure checks."""

import ast
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ADDONS = PROJECT / "addons"
TEST_ADDONS = PROJECT / "tests" / "addons"

# folders of an addon that Odoo knows; any other Python package in it is a pure one
ODOO_FOLDERS = {
    "cli",
    "controllers",
    "gateway",
    "migrations",
    "models",
    "report",
    "tests",
    "wizard",
    "wizards",
}


def addon_folders(*roots: Path) -> list[Path]:
    """The addons below the given folders, by name."""
    return sorted(
        manifest.parent
        for root in roots or (ADDONS, TEST_ADDONS)
        for manifest in root.glob("*/__manifest__.py")
    )


def manifest(addon: Path) -> dict:
    return ast.literal_eval((addon / "__manifest__.py").read_text())


def pure_packages(addon: Path) -> list[Path]:
    """Packages that import no odoo: formula, numbering, ami and so on."""
    return sorted(
        init.parent
        for init in addon.glob("*/__init__.py")
        if init.parent.name not in ODOO_FOLDERS
    )


def in_install_order(addons: list[Path]) -> list[str]:
    """Names with dependencies first, as far as they are among the given ones."""
    depends = {addon.name: manifest(addon).get("depends", []) for addon in addons}
    order: list[str] = []

    def visit(name: str) -> None:
        if name in depends and name not in order:
            for needed in sorted(depends[name]):
                visit(needed)
            order.append(name)

    for name in sorted(depends):
        visit(name)
    return order
