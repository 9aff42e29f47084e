"""Databases full of rows, kept beside the templates and named by content like them."""

import fcntl
import hashlib
import time
from pathlib import Path

from tests.layout import ADDONS, PROJECT
from tests.runner.databases import DATA_DIR, query
from tests.runner.jobs import BUILD, script
from tests.runner.parts import CACHE

from .run import shell

KEPT = 3  # of each data set, the newest


def _content(addons: list[Path], programs: list[Path]) -> bytes:
    """A hash of the files; tests, documents and pictures make no other data."""
    total = hashlib.sha256()
    for path in [
        *programs,
        *(path for addon in addons for path in sorted(addon.rglob("*"))),
    ]:
        skipped = {"tests", "__pycache__", "demo"} & set(
            path.relative_to(PROJECT).parts[2:-1]
        )
        is_program = path in programs
        if is_program or (path.suffix in (".py", ".xml", ".csv") and not skipped):
            total.update(str(path.relative_to(PROJECT)).encode())
            total.update(path.read_bytes())
    return total.digest()


def name_of(kind: str, core: str, addons: list[str], programs: list[Path]) -> str:
    content = _content([ADDONS / one for one in addons], programs)
    key = hashlib.sha256(core.encode() + content).hexdigest()[:12]
    return f"bench_{kind}_{key}"


def _forget_old(kind: str) -> None:
    """Drop older data sets, and those that were begun and are of other rows now."""
    like = f"select datname from pg_database where datname like 'bench\\_{kind}\\_%"
    old = query(
        "postgres", f"{like}' and datistemplate order by oid desc offset {KEPT}"
    )
    for name in old.split():
        query("postgres", f'alter database "{name}" is_template false')
        script("database", "drop", name)
    for name in query("postgres", f"{like}.part'").split():
        script("database", "drop", name)


def _reached(part: str) -> str:
    """How far a data set is that was stopped: installed, filled, or nothing yet."""
    found = "shobj_description(oid, 'pg_database')"
    return query(
        "postgres", f"select {found} from pg_database where datname = '{part}'"
    )


def _reach(part: str, step: str) -> None:
    query("postgres", f"comment on database \"{part}\" is '{step}'")


def _tell(begin: float, step: str) -> None:
    print(f"    {time.monotonic() - begin:.0f} s: {step} …", flush=True)


def ensure(kind: str, addons: list[str], program: str, programs: list[Path]) -> str:
    """The template database of a data set, made when it is missing.

    In three steps, each kept: a run that was stopped goes on with the next one. The
    program makes all of its rows in one transaction.

    :param addons: what is installed in it
    :param program: for `odoo shell`, makes the rows
    :param programs: the files that decide which rows
    """
    core = script("database", "template", "core")
    name = name_of(kind, core, addons, programs)
    log = BUILD / "bench" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"template-bench-{kind}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if query("postgres", f"select 1 from pg_database where datname = '{name}'"):
            return name
        begin = time.monotonic()
        print(f"==> data set {name} (some minutes; stopped, it goes on)", flush=True)
        part = f"{name}.part"
        if not _reached(part):
            _tell(begin, "the addons are installed")
            script("database", "copy", core, part)
            words = ("-i", ",".join(addons), "--stop-after-init", "--no-http")
            files = (f"--data-dir={DATA_DIR}", f"--logfile={log}")
            script("odoo", "-d", part, *words, *files)
            _reach(part, "installed")
        if _reached(part) == "installed":
            _tell(begin, "the rows are made")
            shell(part, program, log)
            _reach(part, "filled")
        _tell(begin, "the tables are analyzed")
        query(part, "vacuum (freeze, analyze)")
        query("postgres", f'alter database "{part}" rename to "{name}"')
        files = DATA_DIR / "filestore"
        (files / part).rename(files / name)
        query("postgres", f'alter database "{name}" is_template true')
        _forget_old(kind)
        print(f"    made in {time.monotonic() - begin:.0f} s", flush=True)
    return name
