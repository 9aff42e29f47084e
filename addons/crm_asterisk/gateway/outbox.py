"""The outbox: commands that wait to be sent, and what has become of them."""

from dataclasses import dataclass

from odoo import fields

from .transactions import Transactions


@dataclass(frozen=True, slots=True)
class Order:
    """A command to send."""

    id: int
    uuid: str
    kind: str
    payload: dict


class Outbox(Transactions):
    """Commands are sent once: a connector that dies sends nothing twice."""

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
