"""Fresh installs, install orders, uninstall: part of `make test-long`."""

import os
import random
import re
from functools import partial
from pathlib import Path

from tests.layout import ADDONS, PROJECT, addon_folders, in_install_order

from .databases import connection_environment, database, query
from .jobs import Job, Lane, Outcome, environment, run_program, script, tail
from .odoo_log import judge_log
from .odoo_tests import odoo_command, run_odoo

SEED = 20190419
ORDERS = 3
SHELL = PROJECT / "tests" / "runner" / "shell"
# core rows that no addon of ours may change when it goes
CORE_TABLES = (
    *("res_partner", "crm_lead", "sale_order", "sale_order_line", "res_users"),
    *("account_move", "account_move_line", "product_template"),
)


def addons() -> list[str]:
    return in_install_order(addon_folders(ADDONS))


def orders(names: list[str]) -> list[list[str]]:
    """Three different orders, always the same ones."""
    draw = random.Random(SEED)
    found: list[list[str]] = []
    while len(found) < min(ORDERS, len(names)):
        order = draw.sample(names, len(names))
        if order not in found:
            found.append(order)
    return found


def _install_in_turn(title: str, steps: list[str], lane: Lane, logs: Path) -> Outcome:
    """From an empty database; each step is a comma list for -i."""
    outcome = Outcome()
    with database(title.replace(":", "_").replace("-", "_")) as db:
        for number, step in enumerate(steps):
            words = ["-i", step, "--no-http"]
            words += [] if number else ["--load-language=zh_CN"]
            code, text = run_odoo(db, lane, logs, f"{number}-{step[:40]}", *words)
            outcome.add(judge_log(f"{title} {step}", text))
            if code:
                outcome.fail(
                    f"{title}: -i {step} ended with code {code}\n{text[-3000:]}"
                )
            for name in step.split(","):
                if _state(db, name) == "installed":
                    outcome.passed += 1
                else:
                    outcome.fail(f"{title}: {name} is {_state(db, name) or 'unknown'}")
    return outcome


def _state(db: str, name: str) -> str:
    return query(db, f"select state from ir_module_module where name = '{name}'")


def run_shell(
    db: str, lane: Lane, logs: Path, name: str, **variables: str
) -> tuple[int, str]:
    """Run one of tests/runner/shell inside `odoo shell`; code and log."""
    log, output = logs / f"shell-{name}.log", logs / f"shell-{name}.out"
    words = odoo_command(db, lane, log, "--no-http")
    words.remove("--stop-after-init")
    words.insert(1, "shell")
    env = environment(lane, logs) | connection_environment() | variables
    code = run_program(words, output, env, 900, stdin=SHELL / f"{name}.py")
    text = log.read_text(errors="replace") if log.exists() else ""
    return code, text + tail(output, 40)


def columns(db: str) -> dict[str, list[str]]:
    """Core's columns, read before our addons add theirs. Not who wrote last and when:
    a group that goes is a write on its users."""
    names = ",".join(f"'{table}'" for table in CORE_TABLES)
    rows = query(
        db,
        "select table_name, column_name from information_schema.columns "
        f"where table_name in ({names}) and column_name not like 'write_%' "
        "order by 1, 2",
    )
    found: dict[str, list[str]] = {}
    for row in rows.splitlines():
        table, column = row.split("|")
        found.setdefault(table, []).append(column)
    return found


def changed_columns(db: str, other: str, table: str, names: list[str]) -> str:
    """Which columns differ between two databases, by name."""
    found = []
    for name in names:
        sql = f"select md5(string_agg({name}::text, ';' order by id)) from {table}"
        if query(db, sql) != query(other, sql):
            found.append(name)
    return ", ".join(found)


def fingerprints(db: str, of: dict[str, list[str]]) -> dict[str, str]:
    """Per table: number of rows and a hash over all of them in the given columns."""
    return {
        table: query(
            db,
            "select count(*) || ' rows, ' || coalesce(md5(string_agg("
            f"row({','.join(names)})::text, ';' order by id)), '-') from {table}",
        )
        for table, names in of.items()
    }


def _uninstall(lane: Lane, logs: Path) -> Outcome:
    """Every addon in turn leaves a database in which business went on before and
    after it came."""
    outcome = Outcome()
    names = addons()
    with database("uninstall", script("database", "template", "core")) as full:
        core_columns = columns(full)
        steps = [
            run_shell(full, lane, logs, "business_data"),
            run_odoo(full, lane, logs, "install", "-i", ",".join(names), "--no-http"),
            run_shell(full, lane, logs, "business_data"),
        ]
        for code, text in steps:
            outcome.add(judge_log("uninstall preparation", text))
            if code:
                outcome.fail(f"uninstall: preparation failed\n{text[-3000:]}")
                return outcome
        for name in reversed(names):
            with database(f"without_{name}", full) as db:
                outcome.add(_uninstall_one(full, db, name, core_columns, lane, logs))
    return outcome


def _without_savepoints(text: str) -> str:
    """Uninstalling, Odoo first tries to delete data records, each in a savepoint, and
    logs the refused ones as errors; then it drops their tables."""
    refused = "ERROR .* odoo.sql_db: bad query: b'DELETE FROM "
    return re.sub(f"(?m)^(.*){refused}", r"\1INFO db odoo.sql_db: refused ", text)


def _uninstall_one(
    full: str, db: str, name: str, of: dict, lane: Lane, logs: Path
) -> Outcome:
    outcome = Outcome()
    before = fingerprints(full, of)
    code, text = run_shell(db, lane, logs, "uninstall", UNINSTALL=name)
    os.replace(logs / "shell-uninstall.log", logs / f"uninstall-{name}.log")
    outcome.add(judge_log(f"uninstall {name}", _without_savepoints(text)))
    if code or _state(db, name) != "uninstalled":
        outcome.fail(f"uninstall {name}: it is {_state(db, name)}\n{text[-3000:]}")
        return outcome
    after = fingerprints(db, of)
    for table in before:
        if before[table] == after[table]:
            outcome.passed += 1
        else:
            outcome.fail(
                f"uninstall {name}: {table} changed, {before[table]} → {after[table]}, "
                f"columns {changed_columns(full, db, table, of[table])}"
            )
    return outcome


def jobs(only: str = "") -> list[Job]:
    """Each alone, all together, in drawn orders; and uninstall."""
    names = addons()
    plans = {name: [name] for name in names}
    plans["all"] = [",".join(names)]
    plans |= {f"order-{n}": order for n, order in enumerate(orders(names), 1)}
    found = [
        Job("install", name, partial(_install_in_turn, f"install:{name}", steps), 150)
        for name, steps in plans.items()
    ]
    found.append(Job("install", "uninstall", _uninstall, 400))
    return [job for job in found if only in ("", job.name)]
