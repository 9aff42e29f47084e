"""Addons' tests inside Odoo, on a copy of the template database."""

import ast
import re
import subprocess
from functools import partial
from pathlib import Path

from tests.layout import ADDONS, TEST_ADDONS, addon_folders

from . import timings, translations
from .databases import DATA_DIR, connection_environment, database
from .jobs import SCRIPTS, Job, Lane, Outcome, environment, run_program, script, tail
from .odoo_log import judge_tests

LIMIT = 1500
INSTALL = 60  # seconds, beside the tests
_CLASS = re.compile(
    r"^\t(?P<addon>\w+)\.\w+\.(?P<class>\w+): (?P<seconds>[\d.]+)s \d+ queries$"
)


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


def test_classes(addon: Path) -> list[str]:
    """Names of the classes in an addon's test files."""
    return sorted(
        {
            node.name
            for path in addon.glob("tests/test_*.py")
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.ClassDef)
        }
    )


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


def class_seconds(text: str) -> dict[str, float]:
    """From the log: "addon/Class" → seconds."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        if match := _CLASS.match(line):
            name = f"{match['addon']}/{match['class']}"
            found[name] = found.get(name, 0) + float(match["seconds"])
    return found


def parts(addon: Path, seconds: dict[str, float]) -> list[tuple[str, float]]:
    """Test tags and expected seconds of each part of an addon's suite. The first part
    is everything that the others do not name: a class that is new is never lost."""
    own = {
        name: took
        for name in test_classes(addon)
        if (took := seconds.get(f"{addon.name}/{name}"))
    }
    cut = timings.cut(own)
    if len(cut) == 1:
        return [(f"/{addon.name}", sum(own.values()))]
    tags = [[f"/{addon.name}:{name}" for name in sorted(part)] for part in cut]
    others = [f"-{tag}" for part in tags[1:] for tag in part]
    tags[0] = [f"/{addon.name}", *others]
    return [
        (",".join(names), sum(own[name] for name in part))
        for names, part in zip(tags, cut, strict=True)
    ]


def _run(addons: str, tags: str, check_pot: bool, lane: Lane, logs: Path) -> Outcome:
    """Several addons, joined by +, share one database."""
    names = addons.split("+")
    title = f"addon:{addons}"
    core = script("database", "template", "core")
    with database("_".join((lane.name, *names)), core) as db:
        code, text = run_odoo(
            *(db, lane, logs, "tests", "-i", ",".join(names)),
            f"--test-tags={tags or ','.join(f'/{name}' for name in names)}",
            "--log-handler=odoo.tests.stats:DEBUG",
        )
        outcome = judge_tests(title, text)
        if "." not in tags:  # whole classes
            outcome.seconds = class_seconds(text)
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
    """One job per addon; several where its tests take long, each with a database of
    its own, so that no lane waits for the other's last suite."""
    found: list[Job] = []
    seconds = timings.known()
    folders = {addon.name: addon for addon in addon_folders()}
    for name in _names(only):
        plan = parts(folders[name], seconds) if name in folders else []
        if tags or len(plan) < 2:
            run = partial(_run, name, tags, not tags)
            found.append(Job("addon", name, run, 200, whole=not tags))
            continue
        for number, (part, took) in enumerate(plan, 1):
            run = partial(_run, name, part, number == 1)
            title, cost = f"{name}#{number}", took + INSTALL
            found.append(Job("addon", title, run, cost, whole=False))
    return found


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
