"""Who may serve a PBX, and the ear for commands."""

import contextlib
import logging
import os
import socket

import psycopg2

from odoo.tools import config

from ..models.asterisk_command import NOTIFY_CHANNEL

_logger = logging.getLogger(__name__)

LOCK_SPACE = 0x415354  # "AST": first half of our advisory lock keys


class Doorkeeper:
    """A connection of its own that holds the advisory lock of a PBX (one connector at a
    time, a second one waits) and listens for commands."""

    def __init__(self, database: str, server_id: int):
        self.database, self.server_id = database, server_id
        self.connection = None

    def hold(self) -> bool:
        """Whether the lock is ours; takes it when it is free."""
        try:
            if self.connection is None:
                self._connect()
            with self.connection.cursor() as cursor:
                if self.holding:
                    cursor.execute("SELECT 1")
                    return True
                cursor.execute(
                    "SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, self.server_id]
                )
                self.holding = cursor.fetchone()[0]
                return self.holding
        except psycopg2.Error as error:
            _logger.warning("database away: %s", str(error).strip())
            self.close()
            return False

    def _connect(self):
        # not from Odoo's pool: the lock lives as long as this session
        settings = {
            "host": config["db_host"],
            "port": config["db_port"],
            "user": config["db_user"],
            "password": config["db_password"],
        }
        self.connection = psycopg2.connect(
            dbname=self.database,
            application_name=f"asterisk-{socket.gethostname()}-{os.getpid()}"[:60],
            keepalives_idle=10,
            **{key: value for key, value in settings.items() if value},
        )
        self.connection.autocommit = True
        self.holding = False
        with self.connection.cursor() as cursor:
            cursor.execute(f"LISTEN {NOTIFY_CHANNEL}")

    def heard(self) -> bool:
        """Whether a command was announced since the last time."""
        if self.connection is None:
            return False
        try:
            self.connection.poll()
        except psycopg2.Error:
            self.close()
            return False
        heard = bool(self.connection.notifies)
        self.connection.notifies.clear()
        return heard

    def close(self) -> None:
        if self.connection is not None:
            with contextlib.suppress(psycopg2.Error):
                self.connection.close()
        self.connection, self.holding = None, False
