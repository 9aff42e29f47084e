"""The inbox: what the PBX says becomes stored events and calls."""

import hashlib
import json
import time

from odoo import fields
from odoo.tools import SQL

from ..ami import Facts, call_key, derive
from ..ami.messages import Message
from ..models.crm_call_fold import moment
from .transactions import Transactions

MEMBER_EVENTS = (
    "QueueMember",
    "QueueMemberAdded",
    "QueueMemberPause",
    "QueueMemberRemoved",
)


def digest(event: Message) -> str:
    """Identity of an event: all it says, in any order of its headers."""
    said = sorted(f"{key}\x1f{value}" for key, value in event.headers.items())
    said += sorted(f"{key}\x1f{value}" for key, value in event.repeated.items())
    return hashlib.sha1("\x1e".join(said).encode(), usedforsecurity=False).hexdigest()


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


class Inbox(Transactions):
    """Batches of events go in whole: inbox, fold and calls in one transaction."""

    def __init__(self, database: str, server_id: int):
        super().__init__(database, server_id)
        # calls whose agents do not know yet what was stored
        self.untold: set[int] = set()

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
        rows = [
            {
                "digest": key,
                "name": event.name,
                "linkedid": call_key(event) or None,
                "at": event.timestamp or None,
                "payload": event.headers,
            }
            for key, event in unique.items()
        ]
        # the ORM has no insert that passes over rows that are there; one document for
        # all rows is written and read much sooner than a list of values for each
        inserted = env.execute_query(
            SQL(
                """INSERT INTO asterisk_event
                    (server_id, digest, name, linkedid, event_at, payload, received_at)
                SELECT %s, digest, name, linkedid,
                       date_trunc('second', to_timestamp(at) AT TIME ZONE 'UTC'),
                       payload, %s
                  FROM json_to_recordset(%s) AS event (
                       digest varchar, name varchar, linkedid varchar,
                       at double precision, payload jsonb)
                ON CONFLICT DO NOTHING RETURNING digest""",
                self.server_id,
                fields.Datetime.now(),
                json.dumps(rows),
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
