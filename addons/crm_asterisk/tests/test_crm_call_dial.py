from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CallCase


@tagged("post_install", "-at_install")
class TestCrmCallDial(CallCase):
    def _dial(self, **arguments):
        call = self.env["crm.call"].with_user(self.agent)
        answer = call.action_dial(**arguments)
        return self.env["asterisk.command"].browse(answer["command_id"])

    def test_dial_a_customers_number(self):
        """A3: the command rings the agent's own telephone, then the number."""
        customer = self.customer_with("+86 138 0000 0000")
        number = customer.partner_id.phone_number_ids
        command = self._dial(phone_number_id=number.id)
        self.assertEqual(command.payload["endpoint"], "PJSIP/101")
        self.assertEqual(command.payload["number"], "13800000000")
        self.assertEqual(command.customer_id, customer)
        self.assertEqual((command.user_id, command.state), (self.agent, "queued"))

    def test_number_formats(self):
        for style, expected in (
            ("national", "02087654321"),
            ("e164", "+862087654321"),
            ("international", "00862087654321"),
        ):
            self.server.number_format = style
            command = self._dial(number="(020) 8765 4321")
            self.assertEqual(command.payload["number"], expected)
        self.server.write({"prefix": "9", "number_format": "national"})
        dialled = self._dial(number="+1 650 253 0000").payload["number"]
        self.assertEqual(dialled, "90016502530000")
        self.assertEqual(self._dial(number="102").payload["number"], "102")

    def test_what_is_no_number(self):
        """A15: nothing but dial characters goes out."""
        for bad in ("13800x", "1\r\nAction: Originate", "&PJSIP/9", "", "10,2"):
            with self.assertRaises(UserError, msg=bad):
                self._dial(number=bad)

    def test_restricted_number(self):
        """A3: a restricted number gets a sentence and no command."""
        self.env["crm.contact.restriction"].create(
            {"kind": "number", "number": "13800000000", "channel": "call"}
        )
        customer = self.customer_with("13800000000")
        before = self.env["asterisk.command"].search_count([])
        number = customer.partner_id.phone_number_ids
        with self.assertRaisesRegex(UserError, "must not be called"):
            self._dial(phone_number_id=number.id)
        with self.assertRaisesRegex(UserError, "must not be called"):
            self._dial(number="0086 138 0000 0000")
        self.assertEqual(self.env["asterisk.command"].search_count([]), before)

    def test_own_telephone(self):
        """A3: missing, not registered, busy, PBX away: each has its sentence."""
        endpoint = self.env["asterisk.endpoint"]._for_user(self.agent, self.company)
        endpoint.device_state = "UNAVAILABLE"
        with self.assertRaisesRegex(UserError, "not registered"):
            self._dial(number="13800000000")
        call = self.play("out_answered")
        call.channel_ids.ended_at = False
        endpoint.device_state = "INUSE"
        with self.assertRaisesRegex(UserError, "busy"):
            self._dial(number="13800000000")
        endpoint.device_state = "NOT_INUSE"
        self.server.heartbeat_at -= timedelta(minutes=5)
        with self.assertRaisesRegex(UserError, "not connected"):
            self._dial(number="13800000000")
        self.server.endpoint_ids.user_id = False
        with self.assertRaisesRegex(UserError, "No telephone"):
            self._dial(number="13800000000")

    def test_next_customer_right_after_a_call(self):
        """A3: the PBX tells late that a telephone is free again: its channels count,
        and a channel that was asked to hang up does no more."""
        endpoint = self.env["asterisk.endpoint"]._for_user(self.agent, self.company)
        call = self.play("out_answered")
        endpoint.device_state = "BUSY"
        self.assertEqual(self._dial(number="13800000000").state, "queued")
        call.channel_ids.ended_at = False
        with self.assertRaisesRegex(UserError, "busy"):
            self._dial(number="13800000000")
        call.with_user(self.agent).action_hangup()
        self.assertEqual(self._dial(number="13800000000").state, "queued")

    def test_hidden_customer(self):
        """A15: a private customer of others is not called by his id."""
        customer = self.customer_with("13800000000")
        customer.action_assign(self.other.id, "test")
        with self.assertRaises(AccessError):
            self._dial(phone_number_id=customer.partner_id.phone_number_ids.id)
        with self.assertRaises(AccessError):
            self._dial(number="13800000000", customer_id=customer.id)

    def test_hangup_is_for_ones_own_call(self):
        call = self.play("out_answered")
        with self.assertRaises(UserError):
            call.with_user(self.agent).action_hangup()
        call.channel_ids.ended_at = False
        answer = call.with_user(self.agent).action_hangup()
        command = self.env["asterisk.command"].browse(answer["command_id"])
        self.assertTrue(command.payload["channels"][0].startswith("PJSIP/101-"))
        with self.assertRaisesRegex(UserError, "not part of this call"):
            call.with_user(self.other).action_hangup()

    def test_endpoint_names(self):
        with self.assertRaises(ValidationError):
            self.env["asterisk.endpoint"].create(
                {"server_id": self.server.id, "name": "PJSIP/1&PJSIP/2"}
            )

    def test_connection_test_without_connector(self):
        """A14: the step that fails is named."""
        self.server.heartbeat_at -= timedelta(minutes=5)
        message = self.server.action_test_connection()["params"]["message"]
        self.assertIn("asterisk_connector", message)
        self.server.write({"link_state": "refused", "link_message": "no such account"})
        self.server.heartbeat_at += timedelta(minutes=5)
        message = self.server.action_test_connection()["params"]["message"]
        self.assertEqual(message, "no such account")
