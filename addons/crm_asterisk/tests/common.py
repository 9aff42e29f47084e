"""A PBX made of a socket, and the recorded sessions."""

import re
import socket
import threading
from pathlib import Path

from odoo import fields
from odoo.tests import TransactionCase, new_test_user

from ..ami.call import derive
from ..ami.facts import Facts, call_key
from ..ami.messages import Parser
from ..gateway import Gateway

TRANSCRIPTS = Path(__file__).resolve().parents[3] / "tests" / "transcripts"
AGENTS = frozenset(f"PJSIP/{n}" for n in (101, 102, 103, 104, 105, 201))
BANNER = b"Asterisk Call Manager/11.0.0\r\n"

# what each recorded session is: direction, result, customer's hang-up cause, agents
# that spoke
OUTCOMES = {
    "out_answered": ("out", "answered", 16, ["PJSIP/101"]),
    "out_human": ("out", "answered", 16, ["PJSIP/101"]),
    "out_agent_hangs_up": ("out", "answered", 16, ["PJSIP/101"]),
    "out_busy": ("out", "busy", 17, []),
    "out_no_answer": ("out", "no_answer", 0, []),
    "out_congestion": ("out", "congestion", 34, []),
    "out_void_number": ("out", "void_number", 1, []),
    "out_absent": ("out", "powered_off", 19, []),
    "out_unavailable": ("out", "powered_off", 19, []),
    "out_rejected": ("out", "rejected", 21, []),
    "out_invalid": ("out", "void_number", 28, []),
    "out_network": ("out", "congestion", 38, []),
    "out_machine": ("out", "machine", 16, []),
    "out_cancelled": ("out", "cancelled", 16, []),
    "out_agent_busy": ("out", "agent_busy", None, []),
    "out_agent_no_answer": ("out", "agent_no_answer", None, []),
    "out_agent_unregistered": ("out", "agent_offline", None, []),
    "predictive_human": ("out", "answered", 16, ["PJSIP/101"]),
    "predictive_machine": ("out", "machine", 16, []),
    "predictive_busy": ("out", "busy", 17, []),
    "in_direct": ("in", "answered", 16, ["PJSIP/101"]),
    "in_queue_answered": ("in", "answered", 16, ["PJSIP/102"]),
    "in_queue_abandoned": ("in", "abandoned", 127, []),
    "in_queue_timeout": ("in", "timeout", 16, []),
    "in_queue_ring_no_answer": ("in", "answered", 16, ["PJSIP/101"]),
    "in_queue_callback": ("in", "callback", 16, []),
    "in_menu": ("in", "self_service", 16, []),
    "transfer_blind": ("in", "answered", 16, ["PJSIP/101", "PJSIP/102"]),
    "transfer_attended": ("in", "answered", 16, ["PJSIP/101", "PJSIP/102"]),
    "held": ("out", "answered", 16, ["PJSIP/101"]),
    "conference": ("out", "answered", 16, ["PJSIP/101", "PJSIP/102"]),
}


def transcript(name):
    """The bytes the connector's account received."""
    return (TRANSCRIPTS / f"{name}.ami").read_bytes()


def messages(data):
    parser = Parser()
    parser.banner = "recorded"
    return list(parser.feed(data))


def events(name):
    return [message for message in messages(transcript(name)) if message.name]


def fold(stream):
    """The calls that a stream of events makes."""
    facts = {}
    for event in stream:
        if key := call_key(event):
            facts.setdefault(key, Facts()).add(event)
    return [derive(key, facts[key], AGENTS) for key in sorted(facts)]


def action_id(block):
    found = re.search(rb"ActionID: (.*?)\r\n", block)
    return found.group(1) if found else b""


class FakePbx:
    """Answers actions on a loopback port. `answers[action]` is a function of the
    action's block that returns bytes; without one the answer is Success."""

    def __init__(self, answers=None, banner=BANNER):
        self.answers = {b"Challenge": self._challenge, **(answers or {})}
        self.received = []
        self.banner = banner
        self.connections = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._listener.close()
        for connection in self.connections:
            connection.close()

    @staticmethod
    def _challenge(block):
        return success(block, b"Challenge: 12345\r\n")

    def _accept(self):
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        data = b""
        try:
            connection.sendall(self.banner)
            while piece := connection.recv(65536):
                data += piece
                *blocks, data = data.split(b"\r\n\r\n")
                for block in blocks:
                    block += b"\r\n"
                    self.received.append(block)
                    name = re.search(rb"Action: (\w+)", block)
                    answer = self.answers.get(name.group(1) if name else b"", success)
                    connection.sendall(answer(block))
        except OSError:
            return

    def push(self, data):
        """Send unasked, as events come."""
        self.connections[-1].sendall(data)


def success(block, more=b""):
    return (
        b"Response: Success\r\nActionID: " + action_id(block) + b"\r\n" + more + b"\r\n"
    )


class CallCase(TransactionCase):
    """A PBX with telephones of two agents, and a customer with the number
    that the recorded sessions dial."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        china = cls.env.ref("base.cn")
        cls.env.company.country_id = china
        cls.company = cls.env.company
        group = "crm_stage_pipeline.crm_stage_pipeline_group_user"
        cls.agent = new_test_user(cls.env, "call_agent", groups=group)
        cls.other = new_test_user(cls.env, "call_other", groups=group)
        cls.server = cls.env["asterisk.server"].create(
            {"name": "PBX", "secret": "hidden", "country_id": china.id}
        )
        cls.server.write(
            {"heartbeat_at": fields.Datetime.now(), "link_state": "connected"}
        )
        cls.env["asterisk.endpoint"].create(
            [
                {"server_id": cls.server.id, "name": name, "user_id": user.id}
                for name, user in (
                    ("PJSIP/101", cls.agent),
                    ("PJSIP/102", cls.other),
                    ("PJSIP/103", cls.other),
                    ("PJSIP/104", cls.other),
                    ("PJSIP/201", cls.agent),
                )
            ]
        )
        cls.gateway = Gateway(cls.env.cr.dbname, cls.server.id)

    @classmethod
    def customer_with(cls, number, name="River Paper"):
        partner = cls.env["res.partner"].create(
            {"name": name, "is_company": True, "phone": number}
        )
        return cls.env["crm.pool.customer"]._row_for(partner, cls.company)

    def play(self, name, events_=None):
        """Store a recorded session as the connector does; returns its call."""
        stream = events(name) if events_ is None else events_
        self.gateway._store(self.env, self.server, stream, 0)
        self.env.flush_all()  # as at the end of the connector's transaction
        key = next(key for event in stream if (key := call_key(event)))
        call = self.env["crm.call"].search([("linkedid", "=", key)])
        self.env["crm.call"]._settle_calls(self.server)
        return call
