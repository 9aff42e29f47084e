from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, fields
from odoo.tests import HttpCase, tagged

from ..ami.facts import call_key
from ..ami.messages import Message
from .common import CallCase, events

# of the recorded session: the event after which both sides talk
TALKING = 25
# of the recorded incoming call: the event at which the agent answers
ANSWER = 15


@tagged("post_install", "-at_install")
class TestCallPanelTour(HttpCase, CallCase):
    """A2, A3, A4 in the browser: a recorded exchange speaks through gateway and bus."""

    def setUp(self):
        super().setUp()
        # the connector is alive for as long as a slow browser may take
        self.server.heartbeat_at = fields.Datetime.now() + timedelta(hours=1)
        self.other.name = "call_other"
        self.clock = 0

    def _hear(self, env, stream, settle=False):
        """What the connector does with events, in the request's transaction."""
        env = env(user=SUPERUSER_ID)
        server = env["asterisk.server"].browse(self.server.id)
        self.gateway._store(env, server, stream, 0)
        self.gateway._tell(env, self.gateway.untold)
        if settle:
            env["crm.call"]._settle_calls(server)._notify_users()

    def _said(self, kind, payload, stream):
        """What is heard when the PBX has carried out a control."""
        self.clock += 1
        call = next(key for event in stream if (key := call_key(event)))
        bridge = next(event for event in stream if event.name == "BridgeEnter")
        said = {
            "hold": {"Event": "UserEvent", "UserEvent": "OdooHold"},
            "resume": {**bridge.headers},
        }.get(kind, {"Event": "OdooMute", "State": kind})
        who = payload.get("uniqueid") or bridge["Uniqueid"]
        at = {"Timestamp": f"{stream[TALKING - 1].timestamp + self.clock / 1000:.6f}"}
        return Message({**said, **at, "Uniqueid": who, "Linkedid": call})

    def _tour(self, name):
        self.start_tour(
            "/odoo/action-crm_stage_pipeline.crm_pool_customer_action",
            name,
            login=self.agent.login,
            timeout=240,
        )
        self.env.invalidate_all()

    def test_dial_talk_and_tell_the_outcome(self):
        customer = self.customer_with("138 0000 0010")
        customer.action_assign(self.agent.id, "tour")
        stream = events("out_agent_hangs_up")
        commands = type(self.env["asterisk.command"])
        queue = commands._queue

        def exchange(model, server, kind, payload, **vals):
            command = queue(model, server, kind, payload, **vals)
            if kind == "originate":
                self._hear(model.env, stream[:TALKING])
            elif kind == "hangup":
                self._hear(model.env, stream[TALKING:], settle=True)
            elif kind in ("mute", "unmute", "hold", "resume"):
                self._hear(model.env, [self._said(kind, payload, stream)])
            return command

        with patch.object(commands, "_queue", exchange):
            self._tour("crm_asterisk_dial")
        call = self.env["crm.call"].search([("user_id", "=", self.agent.id)])
        self.assertEqual(call.result, "answered")
        self.assertEqual(call.record_id.outcome_id.code, "interested")
        self.assertEqual(call.record_id.note, "Asks for a sample.")
        self.assertEqual(call.record_id.customer_id, customer)
        kinds = self.env["asterisk.command"].search([]).mapped("kind")
        self.assertEqual(
            sorted(kinds),
            sorted(
                ["originate", "mute", "unmute", "hold", "resume", "consult"]
                + ["take_back", "hangup"]
            ),
        )
        self.assertEqual(call.handed_note, "Asks for a sample.")

    def test_incoming_call_names_the_customer(self):
        customer = self.customer_with("139 0000 0010")
        customer.action_assign(self.agent.id, "tour")
        calls = type(self.env["crm.call"])
        snapshot = calls.snapshot
        rung = []

        def ring(model):
            """The panel has asked what there is; then the telephone rings."""
            answer = snapshot(model)
            if not rung:
                rung.append(True)
                self._hear(model.env, events("in_direct")[:ANSWER])
            return answer

        ring._api_model = True
        with patch.object(calls, "snapshot", ring):
            self._tour("crm_asterisk_incoming")
        call = self.env["crm.call"].search([("direction", "=", "in")])
        self.assertEqual((call.state, len(call)), ("ringing", 1))
        self.assertEqual(call.partner_id, customer.partner_id)
