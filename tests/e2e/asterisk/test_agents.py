"""Agents in queues and leaders who listen, on the real exchange (A6)."""

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
        """A6: log in, get a call of the queue, pause, get none, log out."""
        self.ask("agent2", "log_in")
        self.reach_state("agent2", "ready")
        seen = self.exchange.ids()
        self.exchange.stack.carrier.call_in("13800000420", "4000", "talk")
        linkedid = self.exchange.new_call(seen)["linkedid"]
        row = self.exchange.settled(linkedid)
        self.assertEqual(row["result"], "answered")
        self.assertEqual(row["user_id"][0], self.agent("agent2").user_id)
        self.exchange.telephones_ready()
        [reason] = self.exchange.office.search(
            "asterisk.pause.reason", [("name", "=", "Meal")]
        )
        self.ask("agent2", "pause", reason_id=reason)
        self.reach_state("agent2", "paused")
        self.assertEqual(self.state("agent2")["pause_reason_id"][0], reason)
        seen = self.exchange.ids()
        self.exchange.stack.carrier.call_in("13800000421", "4000", "quick")
        linkedid = self.exchange.new_call(seen)["linkedid"]
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
            [row["state"] for row in states], ["ready", "paused", "ready", "out"]
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
