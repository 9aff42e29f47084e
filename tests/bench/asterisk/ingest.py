"""ami.ingest_events_per_s: the connector as it is run, from its socket to the rows.

The mixed events of many calls are played as fast as the connector reads; the time ends
when the last of them is in PostgreSQL, folded into its call. Afterwards every event and
every call is looked for: result, talk time, agents' legs.
"""

import os
import signal
import statistics
import subprocess
import time
from collections import Counter

import psycopg2

from odoo.addons.crm_asterisk.ami.call import derive
from odoo.addons.crm_asterisk.ami.facts import Facts, call_key
from odoo.addons.crm_asterisk.ami.messages import Parser
from odoo.addons.crm_asterisk.connector import IGNORED
from odoo.addons.crm_asterisk.gateway import digest

from tests.layout import PROJECT
from tests.runner.databases import DATA_DIR, connection_environment

from . import rows, traffic
from .player import Player

CALLS, ROUNDS = 1500, 3
LIMIT_S = 300
AGENTS = frozenset(f"PJSIP/{name}" for name in rows.TELEPHONES)


class Connector:
    """The command, for a database, until the end of the block."""

    def __init__(self, database, log):
        self.words = ("asterisk_connector", "-d", database, f"--data-dir={DATA_DIR}")
        self.log = log

    def __enter__(self):
        self.process = subprocess.Popen(
            [PROJECT / "scripts" / "odoo", *self.words, f"--logfile={self.log}"],
            env=os.environ | connection_environment(),
            stdin=subprocess.DEVNULL,
        )
        return self

    def __exit__(self, *_exception):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def _until(cursor, sql, value, limit=LIMIT_S):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        cursor.execute(sql)
        (found,) = cursor.fetchone()
        if found == value:
            return time.time()
        time.sleep(0.1)
    raise RuntimeError(f"not within {limit} s: {sql} = {value}, but {found}")


def expected(data: bytes) -> tuple[int, Counter]:
    """How many different events are kept, and their calls: (result, talk time)."""
    parser = Parser()
    parser.banner = "played"
    heard = [event for event in parser.feed(data) if event.name not in IGNORED]
    events = {digest(event): event for event in heard}
    facts = {}
    for event in events.values():
        if key := call_key(event):
            facts.setdefault(key, Facts()).add(event)
    calls = [derive(key, found, AGENTS) for key, found in facts.items()]
    return len(events), Counter((call.result, round(call.talk)) for call in calls)


def measure(run) -> dict[str, float]:
    numbers = [rows.number(n * 37) for n in range(1, 1000)]
    blocks = traffic.many(CALLS, numbers, time.time() - 3600)
    path = traffic.path_of(run.folder, blocks)
    count, calls = expected(path.read_bytes())
    rates = [_round(run, path, count, calls) for _number in range(ROUNDS)]
    return {"ami.ingest_events_per_s": statistics.median(rates)}


def _round(run, path, count, calls) -> float:
    database = run.copy(run.kept["template"])
    link = psycopg2.connect(
        dbname=database, host=connection_environment()["PGHOST"], user="odoo"
    )
    link.autocommit = True
    with link.cursor() as cursor, Player(path) as player:
        cursor.execute("UPDATE asterisk_server SET port = %s", [player.port])
        with Connector(database, run.folder / "connector.log"):
            _until(cursor, "SELECT link_state FROM asterisk_server", "connected", 60)
            cursor.execute("SELECT count(*) FROM asterisk_event")
            (before,) = cursor.fetchone()
            begin = player.play()
            end = _until(cursor, "SELECT count(*) FROM asterisk_event", before + count)
        cursor.execute("SELECT coalesce(result, ''), talk_s FROM crm_call")
        found = Counter(cursor.fetchall())
    link.close()
    if found != calls:
        raise RuntimeError(f"other calls: {(found - calls) + (calls - found)}")
    rate = count / (end - begin)
    run.tell(
        f"ingest: {count} events of {calls.total()} calls at once in"
        f" {end - begin:.1f} s, {rate:.0f} events/s, none lost"
    )
    return rate
