import doctest

from odoo.tests import BaseCase, tagged

from ..ami import actions
from ..ami.actions import JOINS, to_actions
from ..ami.facts import call_key
from ..ami.messages import Message, ValueRefused, action_block

OWN, CUSTOMER = "PJSIP/101-0000002a", "PJSIP/trunk-0000002b"
CONFERENCE = {
    "own": OWN,
    "customer": CUSTOMER,
    "room": 7,
    "endpoint": "PJSIP/102",
    "exten": "102",
    "context": "from-agents",
    "shown": "13800000000",
    "linkedid": "odoo-1",
}


@tagged("post_install", "-at_install")
class TestAmiActions(BaseCase):
    def test_doctests(self):
        self.assertFalse(doctest.testmod(actions).failed)

    def test_hold_moves_both_in_one_step(self):
        """A4: neither side is hung up between two actions."""
        [action] = to_actions("hold", "x", {"own": OWN, "customer": CUSTOMER})
        self.assertEqual((action["Channel"], action["ExtraChannel"]), (CUSTOMER, OWN))

    def test_who_is_joined_belongs_to_the_call(self):
        """A4: the third one's channel bears the call's id, so it is a leg of it."""
        redirect, ring = to_actions("conference", "odoo-2", CONFERENCE)
        self.assertEqual(redirect["Action"], "Redirect")
        self.assertEqual(ring["ChannelId"], f"odoo-2{JOINS}odoo-1")
        event = Message({"Event": "Newchannel", "Linkedid": ring["ChannelId"]})
        self.assertEqual(call_key(event), "odoo-1")
        [ring] = to_actions("conference", "odoo-2", {**CONFERENCE, "customer": ""})
        self.assertEqual(ring["Channel"], "PJSIP/102")
        outside = {**CONFERENCE, "endpoint": "", "exten": "10086", "context": "out"}
        self.assertEqual(
            to_actions("conference", "odoo-2", outside)[1]["Channel"],
            "Local/10086@out",
        )

    def test_nothing_of_the_callers_choice(self):
        """A15: patterns, line breaks and other contexts never reach the PBX."""
        bad = "PJSIP/1-2\r\nAction: Originate"
        for kind, payload in (
            ("hangup", {"channels": ["/.*/"]}),
            ("hangup", {"channels": [bad]}),
            ("hangup", {"channels": [""]}),
            ("hold", {"own": bad, "customer": CUSTOMER}),
            ("mute", {"own": "/^PJSIP/"}),
            ("transfer", {"own": OWN, "context": "a,b", "exten": "102"}),
            ("transfer", {"own": OWN, "context": "agents", "exten": "s"}),
            ("consult", {"own": OWN, "context": "agents", "exten": "1&2"}),
            ("digits", {"customer": CUSTOMER, "digits": "1\r\nx"}),
            ("conference", {**CONFERENCE, "room": "7,admin"}),
            ("conference", {**CONFERENCE, "endpoint": "PJSIP/1&PJSIP/2"}),
            ("conference", {**CONFERENCE, "shown": "<1>"}),
            ("conference", {**CONFERENCE, "linkedid": "odoo-1\r\nX: y"}),
        ):
            with self.subTest(kind=kind, payload=payload):
                with self.assertRaises(ValueRefused):
                    for action in to_actions(kind, "odoo-2", payload):
                        action_block(list(action.items()))

    def test_digits_one_by_one(self):
        """A4"""
        sent = to_actions("digits", "x", {"customer": CUSTOMER, "digits": "12#"})
        self.assertEqual([action["Digit"] for action in sent], ["1", "2", "#"])
