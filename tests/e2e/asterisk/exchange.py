"""What the scenarios share: one running product, its agents, its exchange."""

import atexit
import contextlib
import csv
import functools
import os
import re
import signal
import socket
import subprocess
import threading
import time
import unittest

from tests.clients.carrier import Carrier
from tests.clients.odoo import OdooClient
from tests.clients.stack import SECRET, Stack
from tests.runner.databases import query

from .wire import Wire

AGENTS = {"agent1": "101", "agent2": "102", "agent3": "106"}
WAIT = 40


class Exchange:
    """The product with the connector behind a wire that can be cut."""

    def __init__(self, name="asterisk"):
        self.stack = Stack(name)
        self.customers = {}
        self.wire = None

    def start(self):
        self.stack.__enter__()
        self.wire = Wire(self.stack.ami_port)
        self.office = self.stack.client("consultant")
        [self.server] = self.office.search("asterisk.server", [])
        self.office.write(
            "asterisk.server",
            [self.server],
            {
                "port": self.wire.port,
                "ring_seconds": 4,
                "recording_folder": str(self.stack.recordings),
                "agi_port": self.stack.block + 4,
                "fax_trunk": "trunk",
                "fax_station": "+86 20 8000 0000",
                "fax_header": "Linjiang Office Supplies",
                "fax_folder": str(self.folder("pbx") / "spool" / "fax"),
                "records_file": str(self.pbx_log / "cel-custom" / "Odoo.csv"),
            },
        )
        self.stack.start_connector()
        self.agents = {login: self.stack.client(login) for login in AGENTS}
        self.connected()

    def stop(self):
        if self.wire:
            self.wire.close()
        self.stack.__exit__(None, None, None)

    def state(self):
        return self.office.read_one("asterisk.server", self.server, ["state"])["state"]

    def connected(self, seconds=90):
        wait(lambda: self.state() == "connected", seconds, "connector connected")

    def customer(self, number):
        """A customer of agent1's with this number."""
        if number not in self.customers:
            agent = self.agents["agent1"]
            partner = agent.create(
                "res.partner",
                {"name": f"Line {number}", "is_company": True, "phone": number},
            )
            self.customers[number] = agent.create(
                "crm.pool.customer", {"partner_id": partner}
            )
        return self.customers[number]

    def dial(self, number, login="agent1"):
        """Click to dial; the id of the command's call."""
        customer = self.customer(number)
        answer = self.agents[login].call(
            "crm.call", "action_dial", number=number, customer_id=customer
        )
        [command] = self.office.read(
            "asterisk.command", [answer["command_id"]], ["uuid"]
        )
        return command["uuid"]

    def call(self, linkedid):
        """The call's row, or None."""
        rows = self.calls([("linkedid", "=", linkedid)])
        assert len(rows) < 2, "one row per call"
        return rows[0] if rows else None

    def calls(self, domain):
        fields = [
            "linkedid", "state", "result", "direction", "number", "user_id", "talk_s",
            "wait_s", "is_settled", "record_id", "recording_ids", "customer_id",
        ]  # fmt: skip
        return self.office.search_read("crm.call", domain, fields, order="id")

    def reach(self, linkedid, state, seconds=WAIT):
        def there():
            row = self.call(linkedid)
            return row if row and row["state"] == state else None

        return wait(there, seconds, f"call {state}")

    def settled(self, linkedid, seconds=WAIT):
        def there():
            row = self.call(linkedid)
            return row if row and row["is_settled"] else None

        return wait(there, seconds, "call settled")

    def new_call(self, seen, seconds=WAIT):
        """The first call that is not in `seen` (ids)."""

        def there():
            rows = self.calls([("id", "not in", seen)])
            return rows[0] if rows else None

        return wait(there, seconds, "a new call")

    def ids(self):
        return self.office.search("crm.call", [])

    def telephones_ready(self):
        """Telephones are free again, and known to be."""
        names = [f"PJSIP/{number}" for number in AGENTS.values()]
        wait(
            lambda: (
                self.office.search_count(
                    "asterisk.endpoint",
                    [("name", "in", names), ("device_state", "=", "NOT_INUSE")],
                )
                == len(names)
            ),
            WAIT,
            "telephones free",
        )

    def folder(self, name):
        """Of the PBX, or of the phones."""
        return self.stack._exchange_folder(name)

    def pbx(self, command):
        return self.stack._script("asterisk", command, "pbx", str(self.stack.block))

    def answer_questions(self, login):
        """What the agent is still asked about earlier calls is answered."""
        agent = self.agents[login]
        [outcome] = self.office.search(
            "crm.contact.outcome", [("code", "=", "interested")]
        )

        def asked():
            calls = agent.call("crm.call", "snapshot")["calls"]
            return [call["id"] for call in calls if call["is_asked"]]

        while calls := asked():
            for call in calls:
                agent.call("crm.call", "action_set_outcome", [call], outcome)

    def connectors(self):
        """How many connectors are connected to the database, at work or standing by."""
        return int(
            query(
                "postgres",
                "select count(*) from pg_stat_activity where application_name like"
                f" 'asterisk-%' and datname = '{self.stack.database}'",
            )
        )

    def signal_pbx(self, number):
        pid = (self.stack._exchange_folder("pbx") / "pid").read_text()
        os.kill(int(pid), number)

    def thaw(self):
        self.signal_pbx(signal.SIGCONT)

    def burst(self, count):
        """So many events, as fast as the PBX takes them."""
        login = f"Action: Login\r\nUsername: raw\r\nSecret: {SECRET}\r\nEvents: off"
        said = "Action: UserEvent\r\nUserEvent: Burst\r\nNumber: {}"
        actions = [login, *map(said.format, range(count)), "Action: Logoff"]
        with socket.create_connection(("127.0.0.1", self.stack.ami_port), 30) as link:
            data = "".join(f"{action}\r\n\r\n" for action in actions).encode()
            sending = threading.Thread(target=link.sendall, args=[data])
            sending.start()
            while link.recv(1 << 16):
                pass  # the answers; it hangs up when all is done
            sending.join()

    @contextlib.contextmanager
    def database_away(self):
        """As while PostgreSQL restarts: every session ends, none begins."""
        name = self.stack.database
        query("postgres", f'alter database "{name}" allow_connections false')
        query(
            "postgres",
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            f" where datname = '{name}'",
        )
        try:
            yield
        finally:
            query("postgres", f'alter database "{name}" allow_connections true')

    @property
    def pbx_log(self):
        return self.stack._exchange_folder("pbx") / "log"

    def dial_by_hand(self, number, extension="101"):
        """The agent dials at his telephone: nobody asks Odoo."""
        Carrier(self.stack.ami_port, SECRET)._action(
            Action="Originate",
            Channel=f"PJSIP/{extension}",
            Context="from-agents",
            Exten=f"0{number}",
            Priority="1",
            CallerID=f"<{extension}>",
            Async="true",
        )

    def quiet(self, seconds=WAIT):
        """The PBX has no call any more, and has written all its records."""

        def rows():
            return len((self.pbx_log / "cel-custom" / "Odoo.csv").read_text())

        def unchanged():
            before = rows()
            time.sleep(3)
            return rows() == before and self.channels() == 0

        wait(unchanged, seconds, "no call")

    def channels(self):
        shown = self.console("core show channels count")
        return int(re.search(r"(\d+) active channel", shown).group(1))

    def console(self, command):
        """What the PBX's own console says."""
        program = self.stack._exchange_folder("pbx") / "asterisk"
        done = subprocess.run(
            [program, "-rx", command], check=True, capture_output=True, text=True
        )
        return done.stdout

    def cdr_uniqueids(self):
        """Every channel of which the PBX itself wrote a call record."""
        path = self.pbx_log / "cdr-csv" / "Master.csv"
        with open(path, newline="") as file:
            return {row[16] for row in csv.reader(file) if len(row) > 16}


def wait(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds} s: {what}")


@functools.cache
def shared() -> Exchange:
    """The exchange of all scenarios that leave it as they found it: to start one takes
    as long as many scenarios."""
    exchange = Exchange()
    atexit.register(exchange.stop)
    exchange.start()
    return exchange


class ExchangeCase(unittest.TestCase):
    """Scenarios on the shared exchange."""

    exchange: Exchange
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.exchange = shared()

    def setUp(self):
        self.exchange.connected()
        self.exchange.telephones_ready()

    def agent(self, login) -> OdooClient:
        return self.exchange.agents[login]
