"""Several Odoo servers on one database, as behind a proxy."""

import os
import signal
import subprocess
import time
from pathlib import Path

import requests

from tests.layout import PROJECT
from tests.runner.databases import DATA_DIR, connection_environment
from tests.runner.lanes import port_is_free

START_TIMEOUT = 120  # seconds


class Server:
    """One Odoo server; with workers=0 it answers in threads, else in processes."""

    def __init__(self, database: str, port: int, log: Path, workers: int = 0, words=()):
        self.database, self.port, self.log = database, port, log
        self._words = (
            "server",
            f"-d{database}",
            f"--db-filter=^{database}$",
            f"--data-dir={DATA_DIR}",
            "--http-interface=127.0.0.1",
            f"--http-port={port}",
            f"--gevent-port={port + 1}",
            f"--workers={workers}",
            "--max-cron-threads=0",
            f"--logfile={log}",
            *words,
        )
        self.process = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [PROJECT / "scripts" / "odoo", *self._words],
            env=os.environ | connection_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait(self) -> None:
        limit = time.monotonic() + START_TIMEOUT
        while time.monotonic() < limit:
            if self.process.poll() is not None:
                raise RuntimeError(f"Odoo stopped, see {self.log}")
            try:
                if requests.get(f"{self.url}/web/health", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.2)
        raise RuntimeError(f"no answer in {START_TIMEOUT} s, see {self.log}")

    def kill(self) -> None:
        """kill -9, as when the machine goes: workers too."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()

    def count(self, text: str) -> int:
        """Lines of the log that hold `text`."""
        return (
            self.log.read_text(errors="replace").count(text) if self.log.exists() else 0
        )


class Servers:
    """``with Servers(database, folder, ports) as servers``: all answer then."""

    def __init__(self, database, folder: Path, ports, count=2, workers=0, words=()):
        free = [port for port in ports if port_is_free(port) and port_is_free(port + 1)]
        folder.mkdir(parents=True, exist_ok=True)
        self.servers = [
            Server(database, port, folder / f"odoo-{number}.log", workers, words)
            for number, port in enumerate(free[:count], 1)
        ]
        if len(self.servers) < count:
            raise RuntimeError(f"no free ports in {ports}")

    def __enter__(self):
        try:
            for server in self.servers:
                server.log.unlink(missing_ok=True)
                server.start()
            for server in self.servers:
                server.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_exc):
        self.stop()

    def __getitem__(self, number) -> Server:
        return self.servers[number % len(self.servers)]

    def stop(self) -> None:
        for server in self.servers:
            server.stop()

    def replays(self) -> int:
        """How many calls Odoo has replayed after a serialization failure."""
        return sum(server.count("tries left, try again") for server in self.servers)
