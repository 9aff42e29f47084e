"""python -m tests.runner.pot [ADDON…]: write the .pot files and merge zh_CN.po."""

import sys
import tempfile
from pathlib import Path

from tests.layout import ADDONS, addon_folders

from .databases import database
from .jobs import Lane, script
from .lanes import free_lane
from .odoo_tests import run_odoo
from .translations import export, merge

LANGUAGE = "zh_CN"


def write(addon: str, lane: Lane, folder: Path) -> list[str]:
    with database(f"pot_{addon}", script("database", "template", "core")) as db:
        code, text = run_odoo(db, lane, folder, "install", "-i", addon, "--no-http")
        if code:
            raise SystemExit(f"{addon} cannot be installed:\n{text[-3000:]}")
        return merge(addon, export(addon, db, folder / "fresh.pot"), LANGUAGE)


def main(names: list[str]) -> int:
    left = 0
    with free_lane("pot") as lane, tempfile.TemporaryDirectory() as folder:
        for addon in names or [path.name for path in addon_folders(ADDONS)]:
            untranslated = write(addon, lane, Path(folder))
            left += len(untranslated)
            print(f"{addon}: {len(untranslated)} terms without {LANGUAGE}")
            for term in untranslated:
                print(f"  {term!r}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
