"""The one file between Asterisk and Odoo's database: it owns cursors.

Why it commits by itself: the connector is a process without requests. Each batch of
events is one transaction (inbox, fold, call rows), tried again when it
collides with another; an event is in the inbox exactly when its call knows it.
"""

import contextlib
import hashlib
import json
import logging
import os
import socket
import time
from dataclasses import dataclass

import psycopg2

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import Registry
from odoo.tools import SQL, config

from .ami import Facts, call_key, derive
from .ami.messages import Message
from .fax import FaxError, pdf_to_tiff, tiff_to_pdf
from .models.asterisk_command import NOTIFY_CHANNEL
from .models.crm_call_fold import moment

_logger = logging.getLogger(__name__)

LOCK_SPACE = 0x415354  # "AST": first half of our advisory lock keys
RETRIES = 5
RETRY_S = 0.2
MEMBER_EVENTS = (
    "QueueMember",
    "QueueMemberAdded",
    "QueueMemberPause",
    "QueueMemberRemoved",
)


@dataclass(frozen=True, slots=True)
class Account:
    """What is needed to reach a PBX."""

    server_id: int
    name: str
    host: str
    port: int
    username: str
    secret: str
    boot: str
    records_file: str
    agi: tuple[str, int]


@dataclass(frozen=True, slots=True)
class Order:
    """A command to send."""

    id: int
    uuid: str
    kind: str
    payload: dict


def _attempt(convert, *arguments):
    """(what it gives, why not)"""
    if arguments[-1] is None:
        return None, "no fax folder is entered for the PBX"
    try:
        return convert(*arguments), ""
    except (FaxError, OSError) as error:
        return None, str(error)


def digest(event: Message) -> str:
    """Identity of an event: all it says, in any order of its headers."""
    text = json.dumps([sorted(event.headers.items()), sorted(event.repeated.items())])
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _members(events: list[Message]) -> dict[tuple[str, str], tuple[bool, bool, str]]:
    """(queue, telephone) → (member, paused, reason), the last said of each."""
    return {
        (event.get("Queue"), event.get("Interface") or event.get("Location")): (
            event.name != "QueueMemberRemoved",
            event.get("Paused") == "1",
            event.get("PausedReason"),
        )
        for event in events
        if event.name in MEMBER_EVENTS
    }


class Gateway:
    """Database access of one connector, for one PBX."""

    def __init__(self, database: str, server_id: int):
        self.database = database
        self.server_id = server_id
        # calls whose agents do not know yet what was stored
        self.untold: set[int] = set()

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

    # the PBX's record

    def account(self) -> Account | None:
        """How to reach the PBX; None when it was archived or deleted."""

        def work(_env, server):
            if not server.exists() or not server.active:
                return None
            return Account(
                server.id,
                server.name,
                server.host,
                server.port,
                server.username,
                server._secret(),
                server.boot or "",
                server.records_file or "",
                (server.agi_host, server.agi_port),
            )

        return self._run(work)

    def complete_since(self) -> float:
        """Up to when every call of the PBX is known, in seconds of its clock. The
        first time it is now: what was before the connector is not read back."""

        def work(env, server):
            if not server.complete_until:
                server.complete_until = fields.Datetime.now()
            start = env["crm.call"]._epoch_start()
            return (server.complete_until - start).total_seconds()

        return self._run(work)

    def report(self, **vals) -> None:
        """Heartbeat and state of the connection, for people to see."""

        def work(_env, server):
            server.write({"heartbeat_at": fields.Datetime.now(), **vals})

        self._run(work)

    # events

    def store(
        self, events: list[Message], backlog: int | None, is_complete: bool = True
    ) -> int:
        """Inbox, fold and calls in one transaction; what changed waits for tell().

        :param backlog: events that wait; None when these are read back: they say
            nothing of the lag
        :param is_complete: no call before these events is missing
        :return: how many of the events were new
        """
        return self._run(
            lambda env, server: self._store(env, server, events, backlog, is_complete)
        )

    def _store(self, env, server, events, backlog, is_complete=True):
        new = self._insert(env, events)
        by_call: dict[str, list[Message]] = {}
        for event in new:
            if key := call_key(event):
                by_call.setdefault(key, []).append(event)
        if by_call:
            found = self._fold(env, server, by_call)
            self.untold.update(env["crm.call"]._apply_calls(server, found).ids)
        self._note_devices(env, new)
        self._note_members(env, server, new)
        if backlog is not None:
            self._note_progress(server, new, backlog, is_complete)
        return len(new)

    def tell(self, most: int) -> None:
        """Tell the agents concerned what their calls are now, the newest first. In a
        transaction of its own: a busy PBX changes a call many times before anybody can
        read it, and events must not wait for that.

        :param most: how many calls
        """
        if not self.untold:
            return
        chosen = sorted(self.untold, reverse=True)[:most]
        self._run(lambda env, _server: self._tell(env, chosen))
        self.untold.difference_update(chosen)

    def _tell(self, env, call_ids):
        # those of a transaction that was taken back are no rows
        env["crm.call"].browse(call_ids).exists()._notify_users()

    def _insert(self, env, events: list[Message]) -> list[Message]:
        """Into the inbox; returns those that were not there, in order of arrival."""
        unique = {digest(event): event for event in events}
        now = fields.Datetime.now()
        rows = [
            SQL(
                "(%s, %s, %s, %s, %s, %s, %s)",
                self.server_id,
                key,
                event.name,
                call_key(event) or None,
                moment(event.timestamp) or None,
                json.dumps(dict(event.headers)),
                now,
            )
            for key, event in unique.items()
        ]
        # the ORM has no insert that passes over rows that are there
        inserted = env.execute_query(
            SQL(
                """INSERT INTO asterisk_event
                    (server_id, digest, name, linkedid, event_at, payload, received_at)
                VALUES %s ON CONFLICT DO NOTHING RETURNING digest""",
                SQL(", ").join(rows),
            )
        )
        keys = {row[0] for row in inserted}
        return [event for key, event in unique.items() if key in keys]

    def _fold(self, env, server, by_call):
        """[(call, facts document)] of the calls that the events are about."""
        env["crm.call"].flush_model(["facts"])
        stored = dict(
            env.execute_query(
                SQL(
                    "SELECT linkedid, facts FROM crm_call"
                    " WHERE server_id = %s AND linkedid IN %s",
                    self.server_id,
                    tuple(by_call),
                )
            )
        )
        endpoints = frozenset(server.endpoint_ids.mapped("name"))
        found = []
        for key, events in by_call.items():
            facts = Facts.from_json(stored.get(key))
            for event in events:
                facts.add(event)
            found.append((derive(key, facts, endpoints), facts.to_json()))
        return found

    def _note_devices(self, env, events):
        """State of the agents' telephones; the last one said counts."""
        states = {
            event.get("Device"): event.get("State")
            for event in events
            if event.name == "DeviceStateChange"
        }
        if not states:
            return
        for endpoint in env["asterisk.endpoint"].search(
            [("server_id", "=", self.server_id), ("name", "in", list(states))]
        ):
            if endpoint.device_state != states[endpoint.name]:
                endpoint.device_state = states[endpoint.name]

    def take_members(self, items: list[Message]) -> None:
        """Who is in which queue, after a gap: the PBX's whole list."""

        def work(env, server):
            members = env["asterisk.queue.member"].search(
                [("queue_id.server_id", "=", self.server_id)]
            )
            said = {
                (member.queue_id.name, member.endpoint_id.name): (False, False, "")
                for member in members
            }
            said |= _members(items)
            env["asterisk.endpoint"]._note_members(server, said)

        self._run(work)

    def _note_members(self, env, server, events):
        if said := _members(events):
            env["asterisk.endpoint"]._note_members(server, said)

    def _note_progress(self, server, events, backlog, is_complete):
        last = max((event.timestamp for event in events), default=0.0)
        if not last:
            return
        lag = max(0, int((time.time() - last) * 1000))
        vals = {
            "last_event_at": moment(last),
            "lag_ms": min(lag, 2**31 - 1),
            "backlog": backlog,
        }
        if is_complete:
            vals["complete_until"] = vals["last_event_at"]
        server.write(vals)

    def living_channels(self) -> dict[str, tuple[str, float]]:
        """Channels that no hang-up was heard of: uniqueid → (linkedid, time of the
        last event that was stored, seconds)."""

        def work(env, server):
            legs = env["crm.call.channel"].search(
                [
                    ("server_id", "=", self.server_id),
                    ("ended_at", "=", False),
                    ("call_id.state", "!=", "ended"),
                ]
            )
            last = server.last_event_at or fields.Datetime.now()
            # stored in whole seconds, cut off: nothing heard may be later than this
            seconds = (last - env["crm.call"]._epoch_start()).total_seconds() + 1
            # whoever stored them may not have told
            self.untold.update(legs.call_id.ids)
            return {leg.uniqueid: (leg.call_id.linkedid, seconds) for leg in legs}

        return self._run(work)

    def settle(self, most: int) -> int:
        """What follows from calls that have ended.

        :param most: how many calls
        """

        def work(env, server):
            calls = env["crm.call"]._settle_calls(server, most)
            calls._notify_users()
            return len(calls)

        return self._run(work)

    def work_inbound(self) -> int:
        """Wrap-ups that are over, callbacks that are due; how many commands."""
        return self._run(lambda env, server: server._work_inbound(server))

    def answer(self, service: str, arguments: list, channel: dict) -> dict:
        """A question of the dialplan, in its own thread and cursor."""
        with self._environment() as (_env, server):
            return server._agi_answer(service, arguments, channel)

    def work_faxes(self) -> None:
        """Pages for what is to be sent, documents of what has come: the files are made
        between the transactions."""
        for fax_id, pdf, path in self._run(lambda _env, server: server._take_faxes()):
            problem = _attempt(pdf_to_tiff, pdf, path)[1]
            self._run(lambda _env, pbx, *known: pbx._send_fax(*known), fax_id, problem)
        coming = self._run(lambda _env, server: server._receiving_faxes())
        for fax_id, path in coming:
            found = _attempt(tiff_to_pdf, path)
            self._run(
                lambda _env, pbx, *known: pbx._receive_fax(*known), fax_id, *found
            )

    def expire_recordings(self) -> int:
        """Files that are older than the PBX keeps them."""
        return self._run(lambda env, server: env["crm.call.recording"]._expire(server))

    # commands

    def take_orders(self) -> list[Order]:
        """Commands to send now. They are marked as sent before they are: a connector
        that dies in between sends nothing twice."""

        def work(env, _server):
            now = fields.Datetime.now()
            commands = env["asterisk.command"].search(
                [("server_id", "=", self.server_id), ("state", "=", "queued")],
                order="id",
            )
            late = commands.filtered(lambda command: command.expires_at < now)
            late.write({"state": "expired"})
            late._tell_user()
            fresh = commands - late
            fresh.write({"state": "sent", "sent_at": now})
            return [Order(c.id, c.uuid, c.kind, c.payload or {}) for c in fresh]

        return self._run(work)

    def finish_order(self, order_id: int, state: str, message: str = "") -> None:
        def work(env, _server):
            command = env["asterisk.command"].browse(order_id)
            command.write({"state": state, "message": message[:200] or False})
            command._tell_user()

        self._run(work)

    def resolve_orders(self) -> None:
        """Commands whose result was lost: the call that bears the id tells."""

        def work(env, _server):
            commands = env["asterisk.command"].search(
                [
                    ("server_id", "=", self.server_id),
                    ("state", "=", "sent"),
                    ("expires_at", "<", fields.Datetime.now()),
                ]
            )
            calls = env["crm.call"].search(
                [
                    ("server_id", "=", self.server_id),
                    ("linkedid", "in", commands.mapped("uuid")),
                ]
            )
            done = set(calls.mapped("linkedid"))
            for command in commands:
                command.state = "ok" if command.uuid in done else "error"
                command._tell_user()

        self._run(work)


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
