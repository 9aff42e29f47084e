"""All that one connector asks of Odoo's database."""

from dataclasses import dataclass

from odoo import fields

from ..fax import FaxError, paper_to_tiff, tiff_to_pdf
from .inbox import Inbox
from .outbox import Outbox


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


def _attempt(convert, *arguments):
    """(what it gives, why not)"""
    if arguments[-1] is None:
        return None, "no fax folder is entered for the PBX"
    try:
        return convert(*arguments), ""
    except (FaxError, OSError) as error:
        return None, str(error)


class Gateway(Inbox, Outbox):
    """Database access of one connector, for one PBX: inbox and outbox, the record of
    the PBX, and what follows from calls."""

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
        taken = self._run(lambda _env, server: server._take_faxes())
        for fax_id, paper, path in taken:
            problem = _attempt(paper_to_tiff, paper, path)[1]
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
