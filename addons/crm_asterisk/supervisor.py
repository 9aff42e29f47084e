"""One thread per PBX of a database; starts those that are added later."""

import logging
import threading

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from .connector import Connector

_logger = logging.getLogger(__name__)

LOOK_S = 15.0


class Supervisor:
    def __init__(self, database: str, server_ids: list[int] | None, stopping):
        self.database = database
        self.server_ids = server_ids
        self.stopping = stopping
        self.threads: dict[int, threading.Thread] = {}

    def run(self) -> None:
        """Until `stopping` is set."""
        _logger.info("connector for %s", self.database)
        while not self.stopping.is_set():
            try:
                for server_id in self.server_ids or self._servers():
                    self._ensure(server_id)
            except psycopg2.Error as error:
                _logger.warning("database away: %s", str(error).strip())
            self.stopping.wait(LOOK_S if self.threads else 1.0)
        for thread in self.threads.values():
            thread.join(10)
        _logger.info("connector stopped")

    def _servers(self) -> list[int]:
        with Registry(self.database).cursor(readonly=True) as cr:
            return (
                api.Environment(cr, SUPERUSER_ID, {})["asterisk.server"].search([]).ids
            )

    def _ensure(self, server_id: int) -> None:
        thread = self.threads.get(server_id)
        if thread is not None and thread.is_alive():
            return
        connector = Connector(self.database, server_id, self.stopping)
        thread = threading.Thread(
            target=connector.run, name=f"asterisk-{server_id}", daemon=True
        )
        self.threads[server_id] = thread
        thread.start()
