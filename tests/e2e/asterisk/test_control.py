"""Call control from the page, on the real exchange (A4)."""

import time

from .exchange import ExchangeCase, wait

NUMBER = "13800000310"  # answers and stays


class TestControl(ExchangeCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self._hang_up)
        self.agent1, self.agent2 = self.agent("agent1"), self.agent("agent2")

    def _hang_up(self):
        self.exchange.stack.carrier.hang_up_all()
        for call in self.exchange.calls([("state", "!=", "ended")]):
            self.exchange.reach(call["linkedid"], "ended")

    def talking(self, number=NUMBER):
        linkedid = self.exchange.dial(number)
        row = self.exchange.reach(linkedid, "talking")
        return linkedid, row["id"]

    def control(self, call, name, client=None, **parameters):
        client = client or self.agent1
        answer = client.call("crm.call", f"action_{name}", [call], **parameters)
        return self.done(answer["command_id"])

    def done(self, command):
        def finished():
            row = self.exchange.office.read_one(
                "asterisk.command", command, ["state", "message"]
            )
            return row if row["state"] not in ("queued", "sent") else None

        row = wait(finished, 20, "command finished")
        self.assertEqual(row["state"], "ok", row["message"])

    def shown(self, client, call):
        """What the panel of that person shows of the call."""
        calls = client.call("crm.call", "snapshot")["calls"]
        return next((one for one in calls if one["id"] == call), None)

    def telephone(self, login):
        [endpoint] = self.exchange.office.search(
            "asterisk.endpoint", [("user_id", "=", self.agent(login).user_id)]
        )
        return endpoint

    def legs(self, call):
        """Names of the telephones that are connected."""
        legs = self.exchange.office.search_read(
            "crm.call.channel",
            [
                ("call_id", "=", call),
                ("ended_at", "=", False),
                ("answered_at", "!=", False),
                ("name", "not like", "Local/"),
            ],
            ["name"],
        )
        return sorted(leg["name"].rsplit("-", 1)[0] for leg in legs)

    def connected(self, call, *names):
        wait(lambda: self.legs(call) == sorted(names), 20, f"connected: {names}")

    def test_hold_and_resume(self):
        """A4: held, and the talk goes on; time on hold is no talking time."""
        linkedid, call = self.talking()
        self.control(call, "hold")
        self.exchange.reach(linkedid, "held")
        self.assertEqual(self.legs(call), ["PJSIP/101", "PJSIP/trunk"])
        time.sleep(6)
        self.control(call, "resume")
        self.exchange.reach(linkedid, "talking")
        time.sleep(2)
        self.agent1.call("crm.call", "action_hangup", [call])
        row = self.exchange.settled(linkedid)
        self.assertEqual(row["result"], "answered")
        self.assertLess(row["talk_s"], 8)
        self.assertEqual(self.exchange.channels(), 0)

    def test_held_customer_hangs_up(self):
        """A4: nobody is left behind in the PBX."""
        linkedid, call = self.talking()
        self.control(call, "hold")
        self.exchange.reach(linkedid, "held")
        self.agent1.call("crm.call", "action_hangup", [call])
        self.exchange.stack.carrier.hang_up_all()
        self.exchange.reach(linkedid, "ended")
        wait(lambda: self.exchange.channels() == 0, 20, "no channel left")

    def test_mute(self):
        """A4: told on every screen of the agent's."""
        _linkedid, call = self.talking()
        self.control(call, "mute", is_muted=True)
        wait(lambda: self.shown(self.agent1, call)["is_muted"], 10, "muted")
        self.control(call, "mute", is_muted=False)
        wait(lambda: not self.shown(self.agent1, call)["is_muted"], 10, "heard")

    def test_pause_recording(self):
        """A5: the PBX is told to be silent, and to go on."""
        linkedid, call = self.talking()
        wait(lambda: self.shown(self.agent1, call)["is_recorded"], 10, "recorded")
        self.control(call, "pause_recording", is_paused=True)

        def paused():
            return self.shown(self.agent1, call)["is_recording_paused"]

        wait(paused, 10, "paused")
        time.sleep(4)
        self.control(call, "pause_recording", is_paused=False)
        wait(lambda: not paused(), 10, "recorded again")

    def test_digits(self):
        """A4"""
        _linkedid, call = self.talking()
        self.control(call, "send_digits", keys="12#")

    def test_blind_transfer(self):
        """A4: the colleague's screen shows customer and note; he controls the call;
        the first agent is free."""
        linkedid, call = self.talking()
        self.control(
            call,
            "transfer",
            endpoint_id=self.telephone("agent2"),
            note="Asks for a sample",
        )
        self.connected(call, "PJSIP/102", "PJSIP/trunk")
        shown = self.shown(self.agent2, call)
        self.assertEqual(shown["name"], f"Line {NUMBER}")
        self.assertEqual(shown["handed_note"], "Asks for a sample")
        self.assertTrue(shown["is_connected"])
        # the customer was agent1's own: shared with the colleague, to be read
        customer = self.exchange.customer(NUMBER)
        self.agent2.read("crm.pool.customer", [customer], ["name"])
        self.exchange.reach(linkedid, "talking")
        self.agent2.call("crm.call", "action_hangup", [call])
        row = self.exchange.settled(linkedid)
        self.assertEqual(row["result"], "answered")
        self.assertEqual(row["user_id"][0], self.agent1.user_id)
        self.agent2.read("crm.call", [call], ["result"])

    def test_attended_transfer(self):
        """A4: talk with the colleague first, then hang up: he has the customer."""
        linkedid, call = self.talking()
        self.control(
            call, "transfer", endpoint_id=self.telephone("agent2"), is_consulted=True
        )
        wait(lambda: "PJSIP/102" in self.legs(call), 20, "colleague connected")
        time.sleep(1)
        self.agent1.call("crm.call", "action_hangup", [call])
        self.connected(call, "PJSIP/102", "PJSIP/trunk")
        self.agent2.call("crm.call", "action_hangup", [call])
        self.assertEqual(self.exchange.settled(linkedid)["result"], "answered")

    def test_attended_transfer_taken_back(self):
        """A4: back to the customer, the colleague is out."""
        linkedid, call = self.talking()
        self.control(
            call, "transfer", endpoint_id=self.telephone("agent2"), is_consulted=True
        )
        wait(lambda: "PJSIP/102" in self.legs(call), 20, "colleague connected")
        time.sleep(1)
        self.control(call, "take_back")
        self.connected(call, "PJSIP/101", "PJSIP/trunk")
        self.exchange.reach(linkedid, "talking")

    def test_conference(self):
        """A4: three hear each other in one call; the agent leaves, two go on; the last
        of ours leaves, it ends."""
        linkedid, call = self.talking()
        self.control(call, "conference", endpoint_id=self.telephone("agent2"))
        self.connected(call, "PJSIP/101", "PJSIP/102", "PJSIP/trunk")
        self.exchange.reach(linkedid, "talking")
        self.assertTrue(self.shown(self.agent2, call)["is_connected"])
        self.agent1.call("crm.call", "action_hangup", [call])
        self.connected(call, "PJSIP/102", "PJSIP/trunk")
        self.agent2.call("crm.call", "action_hangup", [call])
        row = self.exchange.settled(linkedid)
        self.assertEqual(row["result"], "answered")
        wait(lambda: self.exchange.channels() == 0, 20, "no channel left")

    def test_next_call_at_once(self):
        """A3: hang up, dial the next: the telephone is not called busy."""
        linkedid, call = self.talking()
        self.agent1.call("crm.call", "action_hangup", [call])
        row = self.exchange.settled(self.exchange.dial("13800000301"))
        self.assertEqual(row["result"], "busy")
        self.assertEqual(self.exchange.settled(linkedid)["result"], "answered")
