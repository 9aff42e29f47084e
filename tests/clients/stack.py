"""The whole product for one test: own database, ports, exchange, Odoo, connector.

Everything is started by the scripts and commands that ``make demo`` uses, with the same
odoo.conf, and is gone afterwards, also when a start fails half-way.
"""

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import requests

from tests.runner.odoo_log import parse

from .carrier import Carrier
from .odoo import OdooClient

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "odoo-ami-lab"
HTTP_PORTS = range(21700, 21800, 2)
EXCHANGE_BLOCKS = range(26000, 31000, 1000)
START_TIMEOUT = 120  # seconds


class StackError(Exception):
    """The product could not be started; the sentence says what to look at."""


def _free(port, kind=socket.SOCK_STREAM):
    with contextlib.closing(socket.socket(socket.AF_INET, kind)) as probe:
        # as servers do: a port in TIME_WAIT is free
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_http_port(ports):
    for port in ports:
        if _free(port) and _free(port + 1):
            return port
    raise StackError(f"no free HTTP port between {ports[0]} and {ports[-1]}")


class Stack:
    """``with Stack("story") as stack: stack.client("agent1")``"""

    def __init__(self, name, http_ports=HTTP_PORTS, blocks=EXCHANGE_BLOCKS):
        self.name = name
        # the runner removes databases named so when their maker was killed
        self.database = f"test_{os.getpid()}_{name}"
        self.folder = Path(os.environ.get("LOG_DIR") or PROJECT / "build") / name
        self.http_ports, self.blocks = http_ports, blocks
        self.port = self.block = None
        self.processes = {}
        self._undo = contextlib.ExitStack()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def ami_port(self):
        return self.block

    @property
    def carrier(self):
        return Carrier(self.block + 1, SECRET)

    @property
    def recordings(self):
        return self._exchange_folder("pbx") / "spool" / "monitor"

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self._undo.close()
            raise
        return self

    def __exit__(self, *_exc):
        self._undo.close()

    def client(self, login, password=None):
        """A session of one of the demonstration users (password = login)."""
        return OdooClient(self.url, self.database).login(login, password or login)

    def start_connector(self):
        """After the exchange's address is in its record."""
        self._spawn(
            "connector",
            "asterisk_connector",
            *self._configuration(),
            *self._logfile("connector"),
        )

    def errors(self):
        """What Odoo or the connector logged as ERROR or CRITICAL."""
        return [
            f"{log.name}: {entry.first_line}"
            for log in sorted(self.folder.glob("*.log"))
            for entry in parse(log.read_text(encoding="utf-8", errors="replace"))
            if entry.level in ("ERROR", "CRITICAL")
        ]

    # start and stop ---------------------------------------------------------
    def _start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        template = self._script("database", "template", "demo").splitlines()[-1]
        self._undo.callback(self._script, "database", "drop", self.database)
        self._script("database", "copy", template, self.database)
        self._start_exchange()
        self.start_odoo()

    def _start_exchange(self):
        self.block = self._take_exchange_block(self.blocks)
        for name in ("pbx", "phones"):
            self._undo.callback(self._stop_exchange, name)
            self._script("asterisk", "start", name, str(self.block))

    def _take_exchange_block(self, blocks):
        """First port of a block as scripts/asterisk lays it out, this stack's until its
        end: who only found it free would stop another's exchange there."""
        folder = Path(self._environment("cache")) / "ports"
        folder.mkdir(exist_ok=True)
        for first in blocks:
            lock = (folder / f"exchange-{first}").open("w")
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if all(_free(first + offset) for offset in (0, 1, 4)) and all(
                    _free(first + offset, socket.SOCK_DGRAM) for offset in (2, 3)
                ):
                    self._undo.callback(lock.close)
                    return first
            lock.close()
        raise StackError(f"no free block of telephone ports from {blocks[0]} up")

    def another_exchange(self):
        """A second PBX without phones, gone with the stack; its manager's port."""
        block = self._take_exchange_block(self.blocks)
        self._undo.callback(self._script, "asterisk", "clean", "pbx", str(block))
        self._script("asterisk", "start", "pbx", str(block))
        return block

    def kill_odoo(self):
        """kill -9 of the web server alone."""
        self.processes["odoo"].kill()
        self.processes["odoo"].wait()

    def start_odoo(self):
        """At the first time on a free port, later on the same one."""
        self.port = self.port or _free_http_port(self.http_ports)
        self._spawn(
            "odoo",
            "server",
            *self._configuration(),
            f"--db-filter=^{self.database}$",
            "--http-interface=127.0.0.1",
            f"--http-port={self.port}",
            f"--gevent-port={self.port + 1}",
            "--workers=0",
            # the demonstration data of Odoo's own modules would print and mail for
            # minutes; what a step needs of background work it starts itself
            "--max-cron-threads=0",
            *self._logfile("odoo"),
        )
        limit = time.monotonic() + START_TIMEOUT
        while time.monotonic() < limit:
            if self.processes["odoo"].poll() is not None:
                raise StackError(f"Odoo stopped, see {self.folder}/odoo.log, odoo.out")
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{self.url}/web/health", timeout=5).ok:
                    return
            time.sleep(0.2)
        raise StackError(f"Odoo did not answer in {START_TIMEOUT} s, see {self.folder}")

    def _configuration(self):
        data = self._environment("cache") + "/data"
        return (
            "-c",
            str(PROJECT / "odoo.conf"),
            "-d",
            self.database,
            f"--data-dir={data}",
        )

    def _logfile(self, name):
        return (f"--logfile={self.folder / name}.log",)

    def _spawn(self, name, *arguments):
        out = (self.folder / f"{name}.out").open("wb")
        self._undo.callback(out.close)
        self.processes[name] = subprocess.Popen(
            [PROJECT / "scripts" / "odoo", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        self._undo.callback(self._end, name)

    def _end(self, name):
        process = self.processes[name]
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _stop_exchange(self, name):
        source = self._exchange_folder(name) / "log"
        if source.is_dir():
            shutil.copytree(
                source, self.folder / f"asterisk-{name}", dirs_exist_ok=True
            )
        self._script("asterisk", "clean", name, str(self.block))

    def _exchange_folder(self, name):
        run = (
            os.environ.get("ASTERISK_RUN")
            or f"{self._environment('cache')}/asterisk-run"
        )
        return Path(run) / str(self.block) / name

    def _environment(self, variable):
        """A variable of scripts/env.sh."""
        command = f'. "{PROJECT}/scripts/env.sh"; printf %s "${variable}"'
        return subprocess.run(
            ["bash", "-c", command], check=True, capture_output=True, text=True
        ).stdout

    def _script(self, name, *arguments):
        done = subprocess.run(
            [PROJECT / "scripts" / name, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        with (self.folder / "scripts.out").open("a") as log:
            log.write(f"$ {name} {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1:] or ["no output"]
            raise StackError(f"scripts/{name} {' '.join(arguments)}: {reason[0]}")
        return done.stdout.strip()
