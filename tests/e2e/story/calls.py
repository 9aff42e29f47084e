"""The agents at the telephone: five outcomes each, all by the real exchange."""

import threading
import time
from datetime import UTC, datetime, timedelta

from tests.clients.stack import SECRET

from .pool import AGENTS

EXTENSIONS = {"agent1": "101", "agent2": "102", "agent3": "106"}
CONNECT_TIMEOUT = 120  # seconds
CALL_TIMEOUT = 120
TALK = 3  # seconds until the agent hangs up
RECORDED = ("no_answer", "busy", "void_number", "machine")


def exchange_is_connected(scene):
    """The consultant enters the exchange's address, and the connector logs in"""
    office = scene.consultant
    servers = office.search("asterisk.server", [])
    values = {
        "host": "127.0.0.1",
        "port": scene.stack.ami_port,
        "secret": SECRET,
        "ring_seconds": 8,
        "is_machine_detected": True,
    }
    office.write("asterisk.server", servers[:1], values)
    scene.exchange = servers[0]
    for login in AGENTS:
        _has_extension(scene, scene.people[login], EXTENSIONS[login])
    scene.stack.start_connector()
    limit = time.monotonic() + CONNECT_TIMEOUT
    while True:
        row = office.read_one("asterisk.server", scene.exchange, ["state"])
        if row["state"] == "connected" or time.monotonic() > limit:
            break
        time.sleep(0.5)
    scene.check_equal(row["state"], "connected", "the connector is")


def _has_extension(scene, agent, number):
    """The telephones of the demonstration: these answer and wait for the other's end"""
    names = scene.consultant.search_read(
        "asterisk.endpoint", [("user_id", "=", agent.user_id)], ["name"]
    )
    scene.check_equal([row["name"] for row in names], [f"PJSIP/{number}"], "telephone")


class Caller(threading.Thread):
    """One agent who calls her customers one after the other, by click to dial."""

    def __init__(self, client, customers):
        super().__init__(daemon=True)
        self.client, self.customers = client, customers
        self.calls, self.error = {}, None

    def run(self):
        try:
            for outcome, customer_id in self.customers.items():
                self.calls[outcome] = self._call(outcome, customer_id)
        except Exception as error:  # noqa: BLE001 (told by the story's thread)
            self.error = error

    def _call(self, outcome, customer_id):
        row = self.client.read_one("crm.pool.customer", customer_id, ["partner_id"])
        numbers = self.client.search(
            "crm.phone.number", [("partner_id", "=", row["partner_id"][0])], limit=1
        )
        self.client.call(
            "crm.call",
            "action_dial",
            phone_number_id=numbers[0],
            customer_id=customer_id,
        )
        if outcome == "answered":
            call = self._wait(customer_id, [("state", "=", "talking")])
            time.sleep(TALK)
            self.client.call("crm.call", "action_hangup", [call["id"]])
        return self._wait(
            customer_id, [("state", "=", "ended"), ("is_settled", "=", True)]
        )

    def _wait(self, customer_id, domain):
        """The call to that customer as soon as it is so far."""
        limit = time.monotonic() + CALL_TIMEOUT
        domain = [("customer_id", "=", customer_id), *domain]
        while time.monotonic() < limit:
            found = self.client.search_read("crm.call", domain, ["result", "talk_s"])
            if found:
                return found[0]
            time.sleep(0.5)
        raise TimeoutError(f"the call to customer {customer_id} is not {domain}")


def each_agent_calls(scene):
    """Three agents call: answered, busy, no answer, void number, answering machine"""
    callers = [Caller(scene.people[login], scene.mine[login]) for login in AGENTS]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(timeout=300)
        if caller.error:
            raise caller.error
    scene.calls = {}
    for login, caller in zip(AGENTS, callers, strict=True):
        found = {outcome: call["result"] for outcome, call in caller.calls.items()}
        wanted = {outcome: outcome for outcome in scene.mine[login]}
        scene.check_equal(found, wanted, f"{login}'s calls ended")
        talk = caller.calls["answered"]["talk_s"]
        scene.check(
            talk >= TALK - 1, f"{login} talked {talk} s with the one who answered"
        )
        scene.calls[login] = caller.calls


def outcomes_are_recorded(scene):
    """What the exchange said stands in the contact records without anybody's typing"""
    for login in AGENTS:
        agent = scene.people[login]
        for outcome in RECORDED:
            customer_id = scene.mine[login][outcome]
            records = agent.search_read(
                "crm.contact.record",
                [("customer_id", "=", customer_id)],
                ["outcome_id", "channel", "direction", "user_id"],
            )
            scene.check_equal(len(records), 1, f"records of {login}'s {outcome}")
            code = agent.read_one(
                "crm.contact.outcome", records[0]["outcome_id"][0], ["code"]
            )
            scene.check_equal(code["code"], outcome, "its outcome")
            scene.check_equal(records[0]["user_id"][0], agent.user_id, "its agent")


def next_visit_is_set(scene):
    """The agents say how the answered call went, and when to call again"""
    visit = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0, tzinfo=None)
    for login in AGENTS:
        agent, customer_id = scene.people[login], scene.mine[login]["answered"]
        call = scene.calls[login]["answered"]["id"]
        outcome = agent.search("crm.contact.outcome", [("code", "=", "interested")])
        agent.call(
            "crm.call",
            "action_set_outcome",
            [call],
            outcome[0],
            note="Wants a quotation for the new hall.",
            next_visit_date=str(visit),
        )
        row = agent.read_one(
            "crm.pool.customer",
            customer_id,
            ["next_visit_date", "contact_mark", "last_contact_at"],
        )
        scene.check_equal(row["next_visit_date"], str(visit), "next visit")
        scene.check_equal(row["contact_mark"], "contacted", "contact mark")
        scene.check(row["last_contact_at"], f"last contact {row['last_contact_at']}")
    scene.buyer = scene.mine["agent1"]["answered"]
    row = scene.agent1.read_one("crm.pool.customer", scene.buyer, ["partner_id"])
    numbers = scene.agent1.search_read(
        "crm.phone.number", [("partner_id", "=", row["partner_id"][0])], ["e164"]
    )
    scene.buyer_number = numbers[0]["e164"]


STEPS = (
    exchange_is_connected,
    each_agent_calls,
    outcomes_are_recorded,
    next_visit_is_set,
)
