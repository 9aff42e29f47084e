"""Cursors of the connector.

Why it commits by itself: the connector is a process without requests. Each batch of
events is one transaction (inbox, fold, call rows), tried again when it
collides with another; an event is in the inbox exactly when its call knows it.
"""

import contextlib
import time

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

RETRIES = 5
RETRY_S = 0.2


class Transactions:
    """Work in the database for one PBX, each piece in a transaction of its own."""

    def __init__(self, database: str, server_id: int):
        self.database = database
        self.server_id = server_id

    @contextlib.contextmanager
    def _environment(self):
        registry = Registry(self.database)
        with registry.cursor() as cr:
            registry.check_signaling(cr)
            env = api.Environment(cr, SUPERUSER_ID, {})
            server = env["asterisk.server"].browse(self.server_id)
            if server.exists():
                env = server.with_company(server.company_id).env
                server = server.with_env(env)
            yield env, server
            env.flush_all()
            cr.commit()  # pylint: disable=invalid-commit  # our cursor, see above

    def _run(self, work, *known):
        """work(env, server, …) in a transaction of its own, again when it collides."""
        for attempt in range(RETRIES):
            try:
                with self._environment() as (env, server):
                    return work(env, server, *known)
            except (
                psycopg2.errors.SerializationFailure,
                psycopg2.errors.DeadlockDetected,
                psycopg2.errors.UniqueViolation,
                psycopg2.errors.LockNotAvailable,
            ):
                if attempt == RETRIES - 1:
                    raise
                time.sleep(RETRY_S * (attempt + 1))
        raise AssertionError("not reached")
