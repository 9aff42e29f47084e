"""Every outcome on the real exchange, from the click to the row in Odoo."""

import time

from tests.clients.odoo import OdooError

from .exchange import ExchangeCase, wait

# number → result; the laboratory's carrier answers by the last digits
OUTBOUND = {
    "13800000100": "answered",
    "13800000101": "busy",
    "13800000102": "no_answer",
    "13800000103": "congestion",
    "13800000104": "void_number",
    "13800000105": "powered_off",
    "13800000106": "rejected",
    "13800000107": "void_number",
}


class TestOutcomes(ExchangeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exchange.answer_questions("agent1")
        cls.earlier = cls.connector_errors()

    @classmethod
    def connector_errors(cls):
        errors = cls.exchange.stack.errors()
        return [line for line in errors if line.startswith("connector")]

    def outbound(self, number, result):
        exchange = self.exchange
        row = exchange.settled(exchange.dial(number))
        self.assertEqual((row["direction"], row["result"]), ("out", result))
        self.assertEqual(row["user_id"][0], self.agent("agent1").user_id)
        self.assertEqual(row["customer_id"][0], exchange.customer(number))
        record = exchange.office.read_one(
            "crm.contact.record", row["record_id"][0], ["outcome_id", "user_id"]
        )
        self.assertEqual(bool(record["outcome_id"]), result != "answered")
        return row

    def test_answered(self):
        """A1, A3, A5: talk time, recording, and a question to the agent."""
        row = self.outbound("13800000100", "answered")
        self.assertIn(row["talk_s"], (3, 4, 5, 6))
        agent = self.agent("agent1")
        [recording] = agent.read("crm.call.recording", row["recording_ids"], ["url"])
        self.assertTrue(recording["url"])
        self.assertEqual(agent.get(recording["url"])[:4], b"RIFF")
        snapshot = agent.call("crm.call", "snapshot")
        asked = [call["id"] for call in snapshot["calls"] if call["is_asked"]]
        self.assertEqual(len(asked), 1)
        [outcome] = [o for o in snapshot["outcomes"] if o["code"] == "interested"]
        agent.call("crm.call", "action_set_outcome", asked, outcome["id"], note="yes")
        self.assertFalse(agent.call("crm.call", "snapshot")["calls"])

    def test_busy(self):
        """A1"""
        self.outbound("13800000101", "busy")

    def test_no_answer(self):
        """A1: nobody comes; the CDR bills the agent's waiting, we do not."""
        self.assertEqual(self.outbound("13800000102", "no_answer")["talk_s"], 0)

    def test_congestion(self):
        """A1"""
        self.outbound("13800000103", "congestion")

    def test_void_number(self):
        """A1: told by the hang-up cause; the number counts as bad."""
        self.outbound("13800000104", "void_number")
        [row] = self.exchange.office.search_read(
            "crm.phone.number", [("e164", "=", "+8613800000104")], ["bad_count"]
        )
        self.assertEqual(row["bad_count"], 1)

    def test_switched_off(self):
        """A1"""
        self.outbound("13800000105", "powered_off")

    def test_rejected(self):
        """A1"""
        self.outbound("13800000106", "rejected")

    def test_invalid_number(self):
        """A1"""
        self.outbound("13800000107", "void_number")

    def test_answering_machine(self):
        """A1, A3: recognised before the agent hears it."""
        office, server = self.exchange.office, [self.exchange.server]
        office.write("asterisk.server", server, {"is_machine_detected": True})
        try:
            self.outbound("13800000130", "machine")
        finally:
            office.write("asterisk.server", server, {"is_machine_detected": False})

    def test_agent_hangs_up(self):
        """A4: the agent ends the call from the page."""
        linkedid = self.exchange.dial("13800000110")
        self.exchange.reach(linkedid, "talking")
        agent = self.agent("agent1")
        [call] = agent.call("crm.call", "snapshot")["calls"]
        agent.call("crm.call", "action_hangup", [call["id"]])
        row = self.exchange.settled(linkedid)
        self.assertEqual(row["result"], "answered")
        self.assertLess(row["talk_s"], 15)
        [outcome] = self.exchange.office.search(
            "crm.contact.outcome", [("code", "=", "callback")]
        )
        agent.call("crm.call", "action_set_outcome", [call["id"]], outcome)

    def test_agent_not_registered(self):
        """A3: told before anything is dialled."""
        consultant = self.exchange.stack.client("consultant")
        with self.assertRaisesRegex(OdooError, "PJSIP/201"):
            consultant.call("crm.call", "action_dial", number="13800000100")

    def test_agents_telephone_busy(self):
        """A3: telephone 103 refuses with busy; no contact record is made."""
        exchange = self.exchange
        number = "13800000100"
        leader = exchange.stack.client("leader")
        answer = leader.call("crm.call", "action_dial", number=number)
        [command] = exchange.office.read(
            "asterisk.command", [answer["command_id"]], ["uuid"]
        )
        row = exchange.settled(command["uuid"])
        self.assertEqual((row["result"], row["record_id"]), ("agent_busy", False))

    # inbound

    def inbound(self, number, caller="13800000120", leg="talk"):
        seen = self.exchange.ids()
        self.exchange.customer(caller)
        self.exchange.stack.carrier.call_in(caller, number, leg)
        return self.exchange.new_call(seen)["linkedid"]

    def test_direct_call_pops_and_is_answered(self):
        """A2: shown to the agent rung, with the customer as candidate."""
        linkedid = self.inbound("101")
        agent = self.agent("agent1")

        def shown():
            calls = agent.call("crm.call", "snapshot")["calls"]
            return [call for call in calls if call["direction"] == "in"]

        [call] = wait(shown, 10, "the call in the agent's snapshot")
        self.assertEqual([c["name"] for c in call["candidates"]], ["Line 13800000120"])
        row = self.exchange.settled(linkedid)
        self.assertEqual((row["direction"], row["result"]), ("in", "answered"))
        self.assertEqual(row["user_id"][0], agent.user_id)

    def test_queue_answered(self):
        """A1, A2: who answered is who spoke."""
        row = self.exchange.settled(self.inbound("4100"))
        self.assertEqual((row["direction"], row["result"]), ("in", "answered"))
        agents = {self.agent(login).user_id for login in ("agent1", "agent2")}
        self.assertIn(row["user_id"][0], agents)
        self.assertGreater(row["talk_s"], 2)

    def test_queue_abandoned(self):
        """A1: the caller gives up; nobody is in the queue to answer."""
        # a stranger: a customer would ring at his own agent first
        seen = self.exchange.ids()
        self.exchange.stack.carrier.call_in("13800000129", "4000", "wait")
        linkedid = self.exchange.new_call(seen)["linkedid"]
        self.exchange.reach(linkedid, "ringing")
        time.sleep(2)
        self.exchange.stack.carrier.hang_up_all()
        row = self.exchange.settled(linkedid)
        self.assertIn(row["result"], ("abandoned", "timeout"))
        self.assertFalse(row["record_id"])

    def test_zz_equal_to_the_pbx(self):
        """A1: every channel that the PBX recorded is a leg of exactly one call."""
        recorded = self.exchange.cdr_uniqueids()
        legs = self.exchange.office.search_read("crm.call.channel", [], ["uniqueid"])
        self.assertGreater(len(recorded), 5)
        self.assertFalse(recorded - {leg["uniqueid"] for leg in legs})
        self.assertEqual(self.connector_errors(), self.earlier)
