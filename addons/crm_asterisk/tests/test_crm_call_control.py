from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..ami.messages import Message
from .common import CallCase, events


@tagged("post_install", "-at_install")
class TestCrmCallControl(CallCase):
    def setUp(self):
        super().setUp()
        self.server.number_format = "national"
        self.colleague = self.server.endpoint_ids.filtered(
            lambda endpoint: endpoint.name == "PJSIP/102"
        )

    def _talking(self, name="out_agent_hangs_up"):
        """A recorded session up to the moment at which both talk."""
        stream = events(name)
        enters = [n for n, one in enumerate(stream) if one.name == "BridgeEnter"]
        self.rest = stream[enters[1] + 1 :]
        call = self.play("", stream[: enters[1] + 1])
        self.assertEqual(call.state, "talking")
        return call.with_user(self.agent)

    def _payload(self, answer, kind):
        command = self.env["asterisk.command"].browse(answer["command_id"])
        self.assertEqual((command.kind, command.user_id), (kind, self.agent))
        return command.payload

    def test_hold(self):
        """A4: both channels of the talk, the customer's and one's own."""
        call = self._talking()
        payload = self._payload(call.action_hold(), "hold")
        self.assertTrue(payload["own"].startswith("PJSIP/101-"))
        self.assertTrue(payload["customer"].startswith("PJSIP/trunk-"))
        with self.assertRaisesRegex(UserError, "not on hold"):
            call.action_resume()

    def test_mute_is_told(self):
        """A4: what the PBX has done is seen in every tab."""
        call = self._talking()
        payload = self._payload(call.action_mute(), "mute")
        revision = call.revision
        headers = {key: payload[source] for key, source in
                   (("Uniqueid", "uniqueid"), ("Linkedid", "linkedid"))}  # fmt: skip
        event = Message(
            {**headers, "Event": "OdooMute", "State": "mute", "Timestamp": "9e9"}
        )
        self.play("", [event])
        self.assertTrue(call.sudo()._panel_data(self.agent)["is_muted"])
        self.assertEqual(call.revision, revision + 1)

    def test_pause_recording(self):
        """A5: card data are not recorded; the screen says so."""
        call = self._talking()
        legs = call.sudo().channel_ids
        recorded = legs.filtered("is_recorded")
        self.assertEqual(recorded.endpoint_id.name, "PJSIP/101")
        legs.is_recorded = False
        with self.assertRaisesRegex(UserError, "not recorded"):
            call.action_pause_recording()
        recorded.is_recorded = True
        payload = self._payload(call.action_pause_recording(), "record_pause")
        self.assertTrue(payload["channel"].startswith("PJSIP/101-"))
        for second, state in ((1, "record_pause"), (2, "record_resume")):
            headers = {"Event": "OdooRecord", "State": state}
            headers |= {"Timestamp": f"{4e9 + second:.1f}"}
            headers |= {"Uniqueid": payload["uniqueid"], "Linkedid": call.linkedid}
            self.play("", [Message(headers)])
            data = call.sudo()._panel_data(self.agent)
            self.assertEqual(data["is_recording_paused"], state == "record_pause")

    def test_digits(self):
        """A4, A15"""
        call = self._talking()
        payload = self._payload(call.action_send_digits("12 #"), "digits")
        self.assertEqual(payload["digits"], "12#")
        with self.assertRaises(UserError):
            call.action_send_digits("1\r\nAction: Originate")

    def test_transfer_takes_the_data_along(self):
        """A4: name, note and a look at a private customer; not more."""
        customer = self.customer_with("13800000010")
        customer.action_assign(self.agent.id, "test")
        call = self._talking()
        self.assertEqual(call.customer_id, customer)
        answer = call.action_transfer(endpoint_id=self.colleague.id, note="Sample!")
        payload = self._payload(answer, "transfer")
        self.assertEqual((payload["exten"], payload["context"]), ("102", "from-agents"))
        data = call.sudo()._panel_data(self.other)
        self.assertEqual(
            (data["name"], data["handed_by"], data["handed_note"]),
            ("River Paper", self.agent.name, "Sample!"),
        )
        self.assertTrue(customer.with_user(self.other).has_access("read"))
        self.assertEqual(customer.owner_id, self.agent)
        data = call.sudo()._panel_data(self.agent)
        self.assertEqual(data["handed_note"], "")

    def test_transfer_to_a_number(self):
        """A4: a number outside through the way of calls that go out; restricted
        numbers are refused; extensions stay inside."""
        call = self._talking()
        answer = call.action_transfer(number="139 0000 0000", is_consulted=True)
        payload = self._payload(answer, "consult")
        self.assertEqual(
            (payload["exten"], payload["context"]), ("13900000000", "outbound")
        )
        payload = self._payload(call.action_transfer(number="105"), "transfer")
        self.assertEqual(payload["context"], "from-agents")
        self.env["crm.contact.restriction"].create(
            {"kind": "number", "number": "13900000000", "channel": "call"}
        )
        with self.assertRaisesRegex(UserError, "must not be called"):
            call.action_transfer(number="13900000000")
        with self.assertRaisesRegex(UserError, "no number"):
            call.action_transfer()

    def test_targets_that_are_none(self):
        call = self._talking()
        own = self.env["asterisk.endpoint"]._for_user(self.agent, self.company)
        with self.assertRaisesRegex(UserError, "your own"):
            call.action_transfer(endpoint_id=own.id)
        self.colleague.extension = False
        with self.assertRaisesRegex(UserError, "no extension"):
            call.action_transfer(endpoint_id=self.colleague.id)
        elsewhere = self.env["asterisk.server"].create({"name": "Other"})
        far = self.env["asterisk.endpoint"].create(
            {"server_id": elsewhere.id, "name": "PJSIP/102"}
        )
        with self.assertRaisesRegex(UserError, "another PBX"):
            call.action_conference(endpoint_id=far.id)

    def test_only_who_is_connected(self):
        """A4, A15: neither a colleague nor the agent of an ended call controls it."""
        call = self._talking()
        for name in ("action_hold", "action_mute", "action_take_back"):
            with self.assertRaisesRegex(UserError, "not part of this call"):
                getattr(call.with_user(self.other), name)()
        self.play("", self.rest)
        with self.assertRaisesRegex(UserError, "not part of this call"):
            call.action_hold()
        self.assertFalse(
            self.env["asterisk.command"].search([("kind", "!=", "originate")])
        )

    def test_both_agents_see_a_transferred_call(self):
        """A4, A15: who has spoken sees the call, who was only rung does not."""
        call = self.play("transfer_blind")
        self.assertEqual(call.participant_ids, self.agent | self.other)
        self.assertEqual(call.with_user(self.other).result, "answered")
        rung = self.play("in_queue_ring_no_answer")
        self.assertEqual(rung.participant_ids, self.agent)
        with self.assertRaises(AccessError):
            rung.with_user(self.other).read(["result"])

    def test_conference_is_one_call(self):
        """A4: the third telephone is a leg of the call, the talk goes on."""
        call = self.play("conference")
        self.assertEqual(len(call), 1)
        self.assertEqual((call.result, len(call.channel_ids)), ("answered", 3))
        self.assertEqual(call.participant_ids, self.agent | self.other)

    def test_hold_is_no_talking_time(self):
        """A4"""
        self.assertEqual(self.play("held").talk_s, 2)

    def test_colleagues(self):
        """A4: the free ones first, oneself not."""
        self.server.endpoint_ids.device_state = "NOT_INUSE"
        self.colleague.device_state = "INUSE"
        rows = self.env["crm.call"].with_user(self.agent).colleagues()
        self.assertEqual(
            [row["extension"] for row in rows][-1:], [self.colleague.extension]
        )
        self.assertNotIn("101", [row["extension"] for row in rows])
