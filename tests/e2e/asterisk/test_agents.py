"""Agents in queues and leaders who listen, on the real exchange (A6)."""

import time

from tests.clients.odoo import OdooError

from .exchange import ExchangeCase, wait


class TestAgents(ExchangeCase):
    def state(self, login):
        [row] = self.exchange.office.search_read(
            "asterisk.endpoint",
            [("user_id", "=", self.agent(login).user_id)],
            ["agent_state", "pause_reason_id"],
        )
        return row

    def reach_state(self, login, state):
        wait(
            lambda: self.state(login)["agent_state"] == state, 20, f"{login} is {state}"
        )

    def ask(self, login, name, **parameters):
        self.agent(login).call(
            "asterisk.endpoint", f"action_agent_{name}", **parameters
        )

    def test_a_day_in_the_queue(self):
        """A6: log in, get a call of the queue, pause, wrap up, get none, log out."""
        self.ask("agent2", "log_in")
        self.reach_state("agent2", "ready")
        seen = self.exchange.ids()
        self.exchange.stack.carrier.call_in("13800000420", "4000", "talk")
        linkedid = self.exchange.new_call(seen)["linkedid"]
        row = self.exchange.settled(linkedid)
        self.assertEqual(row["result"], "answered")
        self.assertEqual(row["user_id"][0], self.agent("agent2").user_id)
        self.exchange.telephones_ready()
        # the queue gives time to wrap up
        self.reach_state("agent2", "paused")
        self.assertEqual(self.state("agent2")["pause_reason_id"][1], "Wrap-up")
        [reason] = self.exchange.office.search(
            "asterisk.pause.reason", [("name", "=", "Meal")]
        )
        self.ask("agent2", "pause", reason_id=reason)
        wait(
            lambda: (self.state("agent2")["pause_reason_id"] or [0])[0] == reason,
            20,
            "agent2 pauses for his meal",
        )
        seen = self.exchange.ids()
        self.exchange.stack.carrier.call_in("13800000421", "4000", "quick")
        linkedid = self.exchange.new_call(seen)["linkedid"]
        self.exchange.reach(linkedid, "ringing")
        time.sleep(3)  # nobody is rung; then the caller gives up
        self.exchange.stack.carrier.hang_up_all()
        row = self.exchange.settled(linkedid, 60)
        self.assertIn(row["result"], ("abandoned", "timeout"))
        self.assertFalse(row["user_id"], "nobody was rung")
        self.ask("agent2", "resume")
        self.reach_state("agent2", "ready")
        leader = self.exchange.stack.client("leader")
        [endpoint] = leader.search(
            "asterisk.endpoint", [("user_id", "=", self.agent("agent2").user_id)]
        )
        leader.call("asterisk.endpoint", "action_log_out_agent", [endpoint])
        self.reach_state("agent2", "out")
        states = self.exchange.office.search_read(
            "asterisk.agent.log",
            [("endpoint_id", "=", endpoint)],
            ["state"],
            order="id",
        )
        self.assertEqual(
            [row["state"] for row in states],
            ["ready", "paused", "paused", "ready", "out"],
        )

    def test_state_after_a_gap(self):
        """A6: what was done at the telephones meanwhile is known afterwards."""
        self.ask("agent3", "log_in")
        self.reach_state("agent3", "ready")
        port = self.exchange.wire.target
        self.exchange.wire.target = ("127.0.0.1", 1)
        self.exchange.wire.cut()
        self.exchange.console("queue remove member PJSIP/106 from sales")
        self.exchange.wire.target = port
        self.reach_state("agent3", "out")

    def test_leader_listens(self):
        """A6: hears the talk; the call stays that of the agent, ends with it, and it
        is written down who listened."""
        exchange = self.exchange
        manager = exchange.stack.client("manager")
        # telephone 105 answers: the manager's for this test
        [endpoint] = exchange.office.search(
            "asterisk.endpoint", [("user_id", "=", manager.user_id)]
        )
        exchange.office.write("asterisk.endpoint", [endpoint], {"name": "PJSIP/105"})
        linkedid = exchange.dial("13800000410")
        call = exchange.reach(linkedid, "talking")["id"]
        before = exchange.ids()
        with self.assertRaises(OdooError):
            self.agent("agent2").call("crm.call", "action_listen", [call])
        manager.call("crm.call", "action_whisper", [call])

        def listening():
            spies = exchange.office.search(
                "crm.call.channel",
                [
                    ("call_id", "=", call),
                    ("uniqueid", "like", "odoo-spy-"),
                    ("answered_at", "!=", False),
                ],
            )
            return spies and "ChanSpy" in exchange.console("core show channels")

        wait(listening, 20, "the leader listens")
        self.assertEqual(exchange.ids(), before, "no call of its own")
        self.assertFalse(manager.call("crm.call", "snapshot")["calls"])
        self.agent("agent1").call("crm.call", "action_hangup", [call])
        row = exchange.settled(linkedid)
        self.assertEqual(row["result"], "answered")
        self.assertEqual(row["user_id"][0], self.agent("agent1").user_id)
        wait(lambda: exchange.channels() == 0, 20, "no channel left")
        [spy] = manager.search_read(
            "crm.call.spy", [("call_id", "=", call)], ["user_id", "kind"]
        )
        self.assertEqual((spy["user_id"][0], spy["kind"]), (manager.user_id, "whisper"))

    # callers

    def queue(self, name, **vals):
        """The queue as the office has set it for this test."""
        office = self.exchange.office
        found = office.search("asterisk.queue", [("name", "=", name)])
        if not found:
            server = self.exchange.server
            found = [
                office.create("asterisk.queue", {"name": name, "server_id": server})
            ]
        office.write("asterisk.queue", found, vals)
        return found

    def test_own_agent_first_then_the_survey(self):
        """A8, A9: the dialplan asks whose customer calls, his telephone rings before
        the queue's; after the agent has hung up the caller presses 4."""
        exchange = self.exchange
        self.queue("sales", is_survey_asked=True)
        exchange.customer("13800000430")
        seen = exchange.ids()
        exchange.stack.carrier.call_in("13800000430", "4000", "score")
        linkedid = exchange.new_call(seen)["linkedid"]
        call = exchange.reach(linkedid, "talking")
        agent = self.agent("agent1")
        self.assertEqual(call["user_id"][0], agent.user_id)
        agent.call("crm.call", "action_hangup", [call["id"]])
        exchange.settled(linkedid)
        [row] = exchange.office.search_read(
            "crm.call", [("id", "=", call["id"])], ["survey_score", "queue", "result"]
        )
        self.assertEqual(
            (row["survey_score"], row["queue"], row["result"]), (4, False, "answered")
        )

    def test_consent_to_recording(self):
        """A5: the queue asks first; only who agrees is recorded."""
        exchange = self.exchange
        self.queue("sales", recording="ask", is_own_agent_first=False)
        seen = exchange.ids()
        agreeing, silent = "13800000451", "13800000452"
        exchange.stack.carrier.call_in(agreeing, "4000", "dtmf")
        exchange.stack.carrier.call_in(silent, "4000", "wait")
        fields = ["number", "recording_consent", "channel_ids"]

        def asked():
            rows = exchange.office.search_read(
                "crm.call",
                [("id", "not in", seen), ("recording_consent", "!=", False)],
                fields,
            )
            return rows if len(rows) == 2 else None

        found = {row["number"]: row for row in wait(asked, 30, "both were asked")}
        time.sleep(1)
        for number, consent in ((agreeing, "given"), (silent, "refused")):
            self.assertEqual(found[number]["recording_consent"], consent)
            recorded = exchange.office.search_count(
                "crm.call.channel",
                [
                    ("call_id", "=", found[number]["id"]),
                    ("is_recorded", "=", True),
                ],
            )
            self.assertEqual(bool(recorded), consent == "given")
        exchange.stack.carrier.hang_up_all()
        self.queue("sales", recording="all", is_own_agent_first=True)

    def test_callback_from_the_queue(self):
        """A8: a key in the queue; as soon as a telephone of it is free it rings, then
        the caller's."""
        exchange = self.exchange
        agent = self.agent("agent2")
        [queue] = self.queue("help", user_ids=[(6, 0, [agent.user_id])])
        seen = exchange.ids()
        exchange.stack.carrier.call_in("13800000460", "4200", "dtmf")
        linkedid = exchange.new_call(seen)["linkedid"]
        exchange.settled(linkedid)
        fields = ["state", "queue_id", "try_count", "user_id"]

        def callback():
            [row] = exchange.office.search_read(
                "crm.call.callback", [("call_id.linkedid", "=", linkedid)], fields
            )
            return row

        self.assertEqual(
            (callback()["state"], callback()["queue_id"][0]), ("open", queue)
        )
        seen = exchange.ids()
        self.ask("agent2", "log_in")
        back = exchange.new_call(seen)["linkedid"]
        exchange.reach(back, "talking")
        exchange.stack.carrier.hang_up_all()
        self.assertEqual(exchange.settled(back)["result"], "answered")
        wait(lambda: callback()["state"] == "done", 10, "the callback is done")
        self.assertEqual(callback()["user_id"][0], agent.user_id)
        self.ask("agent2", "log_out")
        self.reach_state("agent2", "out")

    def test_number_entered_by_the_caller(self):
        """A9: the state of his order, for its own customer."""
        exchange = self.exchange
        customer = exchange.customer("13800000440")
        row = exchange.office.read_one("crm.pool.customer", customer, ["partner_id"])
        partner = row["partner_id"][0]
        exchange.office.create(
            "sale.order", {"partner_id": partner, "name": "S9900042"}
        )
        exchange.stack.carrier.call_in("13800000440", "5000", "order")

        def told():
            return [
                event["payload"]["State"]
                for event in exchange.office.search_read(
                    "asterisk.event", [("name", "=", "UserEvent")], ["payload"]
                )
                if event["payload"].get("UserEvent") == "OdooOrder"
            ]

        self.assertEqual(wait(told, 20, "the dialplan knows the order"), ["draft"])
        exchange.stack.carrier.hang_up_all()
