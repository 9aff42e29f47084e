from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..ami.actions import to_actions
from ..ami.call import derive
from ..ami.facts import Facts, call_key
from ..ami.messages import Message, ValueRefused
from .common import AGENTS, CallCase, events


@tagged("post_install", "-at_install")
class TestAsteriskAgent(CallCase):
    def setUp(self):
        super().setUp()
        self.queue = self.env["asterisk.queue"].create(
            {
                "name": "sales",
                "server_id": self.server.id,
                "user_ids": [fields.Command.set(self.agent.ids)],
            }
        )
        self.endpoint = self.env["asterisk.endpoint"]._for_user(
            self.agent, self.company
        )
        self.mine = self.env["asterisk.endpoint"].with_user(self.agent)
        self.leader = new_test_user(
            self.env,
            "call_leader",
            groups="crm_stage_pipeline.crm_stage_pipeline_group_leader",
        )
        self.env["asterisk.endpoint"].create(
            {
                "server_id": self.server.id,
                "name": "PJSIP/105",
                "user_id": self.leader.id,
            }
        )
        self.env["crm.team"].create(
            {
                "name": "Calls",
                "user_id": self.leader.id,
                "member_ids": [fields.Command.set(self.agent.ids)],
            }
        )
        self.break_reason = self.env.ref("crm_asterisk.asterisk_pause_reason_break")

    def _say(self, name, second, **headers):
        event = {"Event": f"QueueMember{name}", "Timestamp": f"{second}.5"}
        event |= {"Queue": "sales", "Interface": "PJSIP/101", "Paused": "0"}
        self.gateway._store(self.env, self.server, [Message({**event, **headers})], 0)

    def _command(self):
        return self.env["asterisk.command"].search([], limit=1)

    def test_log_in_pause_log_out(self):
        """A6: the agent asks, the PBX tells what he is; each state is counted."""
        self.mine.action_agent_log_in()
        command = self._command()
        self.assertEqual(
            (command.kind, command.payload),
            ("queue_in", {"endpoint": "PJSIP/101", "queues": ["sales"]}),
        )
        self.assertEqual(self.endpoint.agent_state, "out")
        self._say("Added", 1)
        self.assertEqual(self.endpoint.agent_state, "ready")
        self.mine.action_agent_pause(self.break_reason.id)
        reason = self._command().payload["reason"]
        self._say("Pause", 2, Paused="1", PausedReason=reason)
        self.assertEqual(self.endpoint.agent_state, "paused")
        self.assertEqual(self.endpoint.pause_reason_id, self.break_reason)
        self.assertEqual((self.queue.ready_count, self.queue.paused_count), (0, 1))
        self._say("Pause", 3)
        self.assertEqual(self.endpoint.agent_state, "ready")
        self._say("Removed", 4)
        self.assertEqual(self.endpoint.agent_state, "out")
        self.assertFalse(self.endpoint.member_ids)
        logs = self.env["asterisk.agent.log"].search(
            [("endpoint_id", "=", self.endpoint.id)], order="id"
        )
        self.assertEqual(logs.mapped("state"), ["ready", "paused", "ready", "out"])
        self.assertEqual(logs[1].reason_id, self.break_reason)
        self.assertEqual(logs[:-1].mapped("ended_at"), logs[1:].mapped("started_at"))

    def test_told_twice_is_counted_once(self):
        """A6"""
        self._say("Added", 1)
        self._say("Added", 2)
        logs = self.env["asterisk.agent.log"].search_count(
            [("endpoint_id", "=", self.endpoint.id)]
        )
        self.assertEqual(logs, 1)

    def test_after_a_gap(self):
        """A6: the PBX's whole list: who is not in it has gone."""
        self._say("Added", 1)
        item = {"Event": "QueueMember", "Queue": "sales", "Location": "PJSIP/102"}
        said = {("sales", "PJSIP/101"): (False, False, "")}
        self.env["asterisk.endpoint"]._note_members(self.server, said)
        self.assertEqual(self.endpoint.agent_state, "out")
        self.gateway._store(self.env, self.server, [Message(item)], 0)
        other = self.server.endpoint_ids.filtered(lambda e: e.name == "PJSIP/102")
        self.assertEqual(other.agent_state, "ready")

    def test_panel(self):
        """A6: what the panel offers."""
        self._say("Added", 1)
        snapshot = self.env["crm.call"].with_user(self.agent).snapshot()
        self.assertEqual(
            (snapshot["agent"]["state"], snapshot["agent"]["has_queues"]),
            ("ready", True),
        )
        self.assertIn("Break", [reason["name"] for reason in snapshot["reasons"]])
        snapshot = self.env["crm.call"].with_user(self.other).snapshot()
        self.assertFalse(snapshot["agent"]["has_queues"])
        with self.assertRaisesRegex(UserError, "no queue"):
            self.mine.with_user(self.other).action_agent_log_in()
        with self.assertRaisesRegex(UserError, "choose a reason"):
            self.mine.action_agent_pause(0)

    def test_leader_logs_out(self):
        """A6, A15: a leader logs an agent out, a colleague does not."""
        self._say("Added", 1)
        with self.assertRaises(AccessError):
            self.endpoint.with_user(self.other).action_log_out_agent()
        self.endpoint.with_user(self.leader).action_log_out_agent()
        self.assertEqual(self._command().kind, "queue_out")

    def _talking(self):
        stream = events("out_agent_hangs_up")
        enters = [n for n, one in enumerate(stream) if one.name == "BridgeEnter"]
        return self.play("", stream[: enters[1] + 1])

    def test_listen_whisper_barge(self):
        """A6: the leader's telephone rings and hears the agent's; written down."""
        call = self._talking()
        endpoint = self.endpoint.with_user(self.leader)
        self.assertEqual(endpoint.call_id, call)
        for kind in ("listen", "whisper", "barge"):
            getattr(endpoint, f"action_{kind}")()
            command = self._command()
            self.assertEqual(command.payload["mode"], kind)
            [action] = to_actions("spy", command.uuid, command.payload)
            self.assertEqual(action["Channel"], "PJSIP/105")
            self.assertTrue(action["Variable"][0].startswith("ODOO_SPY=PJSIP/101-"))
        kinds = call.spy_ids.sorted("id").mapped("kind")
        self.assertEqual(kinds, ["listen", "whisper", "barge"])
        self.assertEqual(call.spy_ids.user_id, self.leader)

    def test_who_may_listen(self):
        """A6, A15: leaders, calls of their teams; the log is nobody's to write."""
        call = self._talking()
        with self.assertRaises(AccessError):
            call.with_user(self.other).action_listen()
        with self.assertRaises(AccessError):
            call.with_user(self.agent).action_barge()
        stranger = new_test_user(
            self.env,
            "call_stranger",
            groups="crm_stage_pipeline.crm_stage_pipeline_group_leader",
        )
        with self.assertRaises(AccessError):
            call.with_user(stranger).action_listen()
        self.assertFalse(call.spy_ids)
        with self.assertRaises(AccessError):
            self.env["crm.call.spy"].with_user(self.leader).create(
                {"call_id": call.id, "user_id": self.leader.id, "kind": "listen"}
            )
        with self.assertRaises(ValueRefused):
            to_actions("spy", "odoo-1", {"mode": "record", "channel": "PJSIP/1-1"})

    def test_who_listens_takes_no_part(self):
        """A6: the call keeps its agent and result; no panel shows it to the leader."""
        stream = events("out_agent_hangs_up")
        enters = [n for n, one in enumerate(stream) if one.name == "BridgeEnter"]
        key = call_key(stream[enters[1]])
        headers = {"Uniqueid": f"odoo-spy-odoo-9+{key}", "Linkedid": key}
        headers |= {"Channel": "PJSIP/102-00000099", "ChannelStateDesc": "Up"}
        headers |= {"Timestamp": f"{stream[enters[1]].timestamp + 1:.6f}"}
        spy = Message({"Event": "Newstate", **headers})
        call = self.play("", [*stream[: enters[1] + 1], spy])
        self.assertEqual(call.participant_ids, self.agent)
        self.assertNotIn(self.other, call._concerned_users())
        self.assertEqual((call.direction, call.state), ("out", "talking"))
        facts = Facts()
        for event in [*stream, spy]:
            if call_key(event) == key:
                facts.add(event)
        self.assertEqual(derive(key, facts, AGENTS).agents, ("PJSIP/101",))
