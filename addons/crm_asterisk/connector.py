"""One PBX: a session, a queue between its reader and the database, commands.

The reader's thread only appends to the queue; this thread stores in batches, sends what
the outbox holds, settles calls, and starts again whatever breaks. Nothing here knows
SQL or AMI's bytes.
"""

import logging
import queue
import random
import select
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2

from .ami import Backoff
from .ami.agi import AgiServer
from .ami.messages import AmiError, Message
from .ami.records import read_back
from .ami.session import AmiClosed, AmiRefused, AmiTimeout, Session
from .dispatcher import Dispatcher
from .gateway import Doorkeeper, Gateway

_logger = logging.getLogger(__name__)

BATCH = 2000
"""Events of one transaction: those that wait, at most so many; a busy PBX's calls are
then folded once for many events."""
AT_ONCE = 100
"""Calls that are told, or settled, between two batches."""
FEW = 10
"""The same while events wait."""
QUEUE_LIMIT = 200_000
PING_S = 10.0
SILENT_PINGS = 3
"""After so many unanswered pings the connection is given up: a PBX that only sleeps
for a quarter of a minute keeps its connection, and nothing is lost."""
TICK_S = 1.0
HEARTBEAT_S = 5.0
CLEANING_S = 3600.0
DATABASE_PAUSE_S = 1.0
OVERLAP_S = 5.0
"""What is read back begins so much before the last event stored: events come in
disorder."""
IGNORED = frozenset(
    ("QueueMemberStatus", "QueueParams", "QueueMember", "QueueStatusComplete")
)


class Connector:
    """Runs until `stopping` is set."""

    def __init__(self, database: str, server_id: int, stopping: threading.Event):
        self.gateway = Gateway(database, server_id)
        self.doorkeeper = Doorkeeper(database, server_id)
        self.stopping = stopping
        self.events: queue.Queue[Message] = queue.Queue(QUEUE_LIMIT)
        self.session: Session | None = None
        self.agi: AgiServer | None = None
        self.faxing = threading.Thread()  # not begun
        self.backoff = Backoff()
        self.retry_at = 0.0
        self.next_tick = self.next_ping = self.next_heartbeat = 0.0
        self.next_cleaning = self.next_tell = 0.0
        self.silent = 0
        self.unstored: list[Message] = []
        # what is read back after a break, and who is gone by then
        self.missed: Iterator[list[Message]] | None = None
        self.unread: list[Message] | None = []
        self.gone: list[Message] = []

    def run(self) -> None:
        """Until stopped. A database that goes away is waited for; events wait in the
        queue meanwhile."""
        try:
            while not self.stopping.is_set():
                try:
                    self._step_or_disconnect()
                except psycopg2.Error as error:
                    _logger.warning("database: %s", str(error).strip())
                    self.doorkeeper.close()
                    self.stopping.wait(DATABASE_PAUSE_S)
        finally:
            # whatever happened, the next connector must get the lock
            self._stop()

    def _step_or_disconnect(self) -> None:
        try:
            self._step()
        except AmiError as error:
            _logger.warning("connection: %s", error)
            self._disconnect(str(error))

    def _step(self) -> None:
        if not self.doorkeeper.hold():
            # somebody else is at work, or the database is away: our lock went with it
            if self.session is not None:
                self._disconnect("another connector took over")
            self._stop_agi()
            self.stopping.wait(TICK_S)
            return
        now = time.monotonic()
        if self.session is None:
            if now >= self.retry_at:
                self._connect()
        elif not self.session.connected():
            self._disconnect(self.session.reason)
        self._store()
        self._store_missed()
        if not self._is_behind() or now >= self.next_tell:
            self.next_tell = now + TICK_S
            self.gateway.tell(FEW if self._is_behind() else AT_ONCE)
        if self.doorkeeper.heard() or now >= self.next_tick:
            self._tick(now)

    def _is_behind(self) -> bool:
        """Whether storing comes first: a whole batch waits."""
        return self.events.qsize() >= BATCH

    def _tick(self, now: float) -> None:
        self.next_tick = now + TICK_S
        if self.session is not None:
            dispatcher = Dispatcher(self.gateway, self.session, self._put)
            for order in self.gateway.take_orders():
                dispatcher.carry_out(order)
            if now >= self.next_ping:
                self.next_ping = now + PING_S
                self._ping()
            self.gateway.work_inbound()
        if self.session is not None and not self.faxing.is_alive():
            self.faxing = threading.Thread(
                target=self._work_faxes, name="fax", daemon=True
            )
            self.faxing.start()
        self.gateway.settle(FEW if self._is_behind() else AT_ONCE)
        if now >= self.next_heartbeat:
            self.next_heartbeat = now + HEARTBEAT_S
            self.gateway.resolve_orders()
            self.gateway.report()
        if now >= self.next_cleaning and not self.gateway.expire_recordings():
            self.next_cleaning = now + CLEANING_S

    def _work_faxes(self) -> None:
        """Beside the rest: pages of a long document take a while."""
        try:
            self.gateway.work_faxes()
        except psycopg2.Error as error:
            _logger.warning("faxes: %s", str(error).strip())

    # connection

    def _connect(self) -> None:
        account = self.gateway.account()
        if account is None:
            self.retry_at = time.monotonic() + 10
            return
        session = Session()
        try:
            session.connect(account.host, account.port)
            session.register_event("*", self._hear)
            session.login(account.username, account.secret)
            boot = self._check_boot(session)
            self._resync(session, boot != account.boot)
            since = self.gateway.complete_since() - OVERLAP_S
            self.missed = self._missed_batches(account.records_file, since)
            self.unread = []
        except AmiError as error:
            session.close()
            refused = isinstance(error, AmiRefused)
            self._retry_later(str(error), refused)
            return
        self.session = session
        self._start_agi(account.agi)
        self.backoff = Backoff()
        self.silent = 0
        self.gateway.report(
            link_state="connected",
            link_message=False,
            boot=boot,
            version=session.version,
        )
        _logger.info("connected to %s (%s)", account.name, session.version)

    def _start_agi(self, address: tuple[str, int]) -> None:
        """Answer the dialplan. A port that is taken is told; calls go on without."""
        if self.agi is not None and self.agi.server_address == address:
            return
        self._stop_agi()
        if address[1]:
            try:
                self.agi = AgiServer(*address, self.gateway.answer)
                self.agi.start()
            except OSError as error:
                _logger.warning("FastAGI port %s:%s: %s", *address, error)

    def _stop_agi(self) -> None:
        if self.agi is not None:
            self.agi.stop()
            self.agi = None

    def _check_boot(self, session: Session) -> str:
        answer = session.send_action({"Action": "CoreStatus"})
        if answer.failed:
            raise AmiRefused("the account may not ask CoreStatus (class system)")
        return f"{answer['CoreStartupDate']} {answer['CoreStartupTime']}"

    def _resync(self, session: Session, is_new_boot: bool) -> None:
        """What happened while nobody listened: channels that are gone are closed at
        the time of the last event heard; those that live are heard of again."""
        session.send_list({"Action": "DeviceStateList"})
        _answer, channels = session.send_list({"Action": "CoreShowChannels"})
        _answer, members = session.send_list({"Action": "QueueStatus"})
        self.gateway.take_members(members)
        alive = set() if is_new_boot else {c.get("Uniqueid") for c in channels}
        self.gone = [
            Message(
                {
                    "Event": "OdooGone",
                    "Uniqueid": uniqueid,
                    "Linkedid": linkedid,
                    "Timestamp": f"{last:.6f}",
                }
            )
            for uniqueid, (linkedid, last) in self.gateway.living_channels().items()
            if uniqueid not in alive
        ]

    def _missed_batches(self, path: str, since: float) -> Iterator[list[Message]]:
        """What the PBX wrote down while nobody listened, whole calls; at the end,
        channels that are gone and of whose end nothing is written are closed."""
        batch: list[Message] = []
        try:
            for events in read_back(Path(path), since) if path else ():
                batch.extend(events)
                if len(batch) >= BATCH:
                    yield batch
                    batch = []
        except OSError as error:
            _logger.error("call records: %s", error)
            self.gateway.report(link_message=f"call records: {error}")
        yield batch + self.gone

    def _store_missed(self) -> None:
        """One batch of what is read back."""
        if self.missed is None:
            return
        if not self.unread:
            self.unread = next(self.missed, None)
        if self.unread is None:
            self.missed, self.unread = None, []
        elif self.unread:
            self._keep(self.unread, None)
            self.unread = []

    def _hear(self, event: Message, _session: Session) -> None:
        """In the reader's thread: append and go."""
        if event.name in IGNORED:
            return
        if not event.timestamp:
            # items of a list carry no time
            self._put({**event.headers, "Timestamp": f"{time.time():.6f}"})
        else:
            self.events.put(event)

    def _put(self, headers: dict) -> None:
        self.events.put(Message(headers))

    def _disconnect(self, reason: str) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None
        self._retry_later(reason or "connection lost", refused=False)

    def _retry_later(self, reason: str, refused: bool) -> None:
        self.backoff = self.backoff.failed(refused)
        delay = self.backoff.delay(random.random)
        self.retry_at = time.monotonic() + delay
        _logger.warning("not connected: %s; next try in %.0f s", reason, delay)
        self.gateway.report(
            link_state="refused" if refused else "connecting", link_message=reason
        )

    def _ping(self) -> None:
        try:
            self.session.send_action({"Action": "Ping"})
            self.silent = 0
        except AmiTimeout as error:
            self.silent += 1
            if self.silent >= SILENT_PINGS:
                raise AmiClosed("the PBX does not answer") from error

    def _stop(self) -> None:
        """Clean stop: store what was heard, say goodbye, leave the lock."""
        self._stop_agi()
        try:
            if self.session is not None:
                self.session.close()
                self._store(wait=False)
            if self.doorkeeper.connection is not None and self.doorkeeper.holding:
                self.gateway.report(link_state="connecting", link_message=False)
        except psycopg2.Error as error:
            _logger.warning("database: %s", str(error).strip())
        self.doorkeeper.close()

    # events

    def _store(self, wait: bool = True) -> None:
        """One batch, or a short wait for the first event or command."""
        batch = self.unstored
        if not batch and wait and self.events.empty():
            self._wait()
        while len(batch) < BATCH:
            try:
                batch.append(self.events.get_nowait())
            except queue.Empty:
                break
        if batch:
            # kept until it is stored: the database may be away
            self.unstored = batch
            self._keep(batch, self.events.qsize())
            self.unstored = []

    def _keep(self, batch: list[Message], backlog: int | None) -> None:
        """One event that the database cannot keep must not hold up the others."""
        is_complete = self.missed is None
        try:
            self.gateway.store(batch, backlog, is_complete)
        except psycopg2.DataError:
            for event in batch:
                try:
                    self.gateway.store([event], backlog, is_complete)
                except psycopg2.DataError as error:
                    _logger.error("event %s left out: %s", event.name, error)

    def _wait(self) -> None:
        """Until a command is announced or a moment has passed; events wake us by the
        shortness of that moment."""
        connection = self.doorkeeper.connection
        if connection is None:
            self.stopping.wait(0.02)
            return
        select.select([connection], [], [], 0.02)
