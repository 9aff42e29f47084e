"""Addons' tests inside Odoo, on a copy of the template database."""

import ast
import subprocess
from functools import partial
from pathlib import Path

from tests.layout import ADDONS, TEST_ADDONS, addon_folders

from . import translations
from .databases import DATA_DIR, connection_environment, database
from .jobs import SCRIPTS, Job, Lane, Outcome, environment, run_program, script, tail
from .odoo_log import judge_tests

LIMIT = 1500


def odoo_command(db: str, lane: Lane, log: Path, *words: str) -> list:
    return [
        *(SCRIPTS / "odoo", "-d", db, f"--data-dir={DATA_DIR}", "--stop-after-init"),
        *("--http-interface=127.0.0.1", f"--http-port={lane.port}"),
        *(f"--gevent-port={lane.port + 1}", "--max-cron-threads=0"),
        *(f"--logfile={log}", f"--screenshots={log.parent / 'screenshots'}", *words),
    ]


def run_odoo(
    db: str, lane: Lane, logs: Path, name: str, *words: str, limit: float = LIMIT
) -> tuple[int, str]:
    """Exit code, and the text of the log named `name`.log."""
    log, output = logs / f"{name}.log", logs / f"{name}.out"
    log.unlink(missing_ok=True)
    env = environment(lane, logs) | connection_environment()
    code = run_program(odoo_command(db, lane, log, *words), output, env, limit)
    text = log.read_text(errors="replace") if log.exists() else ""
    if code and not text:
        text = tail(output)
    return code, text


def browser_classes(addon: Path) -> list[str]:
    """Test classes that drive a browser, as test tags."""
    tags = []
    for path in sorted(addon.glob("tests/test_*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and any(
                isinstance(part, ast.Attribute)
                and part.attr in ("start_tour", "browser_js")
                for part in ast.walk(node)
            ):
                tags.append(f"/{addon.name}:{node.name}")
    return tags


def _run(addons: str, tags: str, check_pot: bool, lane: Lane, logs: Path) -> Outcome:
    """Several addons, joined by +, share one database."""
    names = addons.split("+")
    title = f"addon:{addons}"
    with database("_".join(names), script("database", "template", "core")) as db:
        code, text = run_odoo(
            *(db, lane, logs, "tests", "-i", ",".join(names)),
            f"--test-tags={tags or ','.join(f'/{name}' for name in names)}",
        )
        outcome = judge_tests(title, text)
        if code and not outcome.failed:
            outcome.fail(f"{title}: Odoo ended with code {code}\n{text[-2000:]}")
        for name in names:
            if check_pot and not code and (ADDONS / name).is_dir():
                outcome.add(translations.check(name, db, logs))
    if outcome.failed:
        outcome.notes.append(f"log: {logs / 'tests.log'}")
    return outcome


def _names(only: str) -> list[str]:
    known = [addon.name for addon in addon_folders()]
    if unknown := set(only.split("+")) - {"", *known}:
        raise SystemExit(
            f"no addon {', '.join(unknown)}; there are: {', '.join(known)}"
        )
    return [only] if only else known


def jobs(only: str = "", tags: str = "") -> list[Job]:
    return [
        Job("addon", name, partial(_run, name, tags, not tags), cost=200)
        for name in _names(only)
    ]


def tour_jobs(only: str = "") -> list[Job]:
    """The browser tests alone; `addon` holds them too."""
    found = []
    for addon in addon_folders(ADDONS, TEST_ADDONS):
        tags = ",".join(browser_classes(addon))
        if tags and only in ("", addon.name):
            run = partial(_run, addon.name, tags, False)
            found.append(Job("tours", addon.name, run, cost=120))
    return found


def warm_up() -> None:
    """Build the template before the lanes start, so that they do not wait for it."""
    script("database", "template", "core")


def git_state() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "no commit"
