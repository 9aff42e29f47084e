from odoo import fields
from odoo.tests import TransactionCase, new_test_user, tagged

from odoo.addons.crm_asterisk.ami.messages import Message
from odoo.addons.crm_asterisk.gateway import Gateway

from ..models.crm_service_ticket import WAITING


@tagged("post_install", "-at_install")
class TestCrmServiceRouting(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = (
            "crm_stage_pipeline.crm_stage_pipeline_group_user,"
            "crm_service.crm_service_group_user"
        )
        cls.first, cls.second = (
            new_test_user(cls.env, login, groups=groups)
            for login in ("presence_1", "presence_2")
        )
        cls.server = cls.env["asterisk.server"].create({"name": "PBX"})
        cls.env["asterisk.queue"].create({"name": "help", "server_id": cls.server.id})
        cls.endpoints = cls.env["asterisk.endpoint"].create(
            [
                {
                    "server_id": cls.server.id,
                    "name": name,
                    "user_id": user.id,
                    "device_state": "NOT_INUSE",
                }
                for name, user in (("PJSIP/101", cls.first), ("PJSIP/102", cls.second))
            ]
        )
        cls.team = cls.env["crm.service.team"].create(
            {
                "name": "Help Desk",
                "is_routed_by_presence": True,
                "user_ids": [fields.Command.set((cls.first | cls.second).ids)],
            }
        )
        cls.gateway = Gateway(cls.env.cr.dbname, cls.server.id)
        cls.clock = 0

    def say(self, name, telephone, **headers):
        """What the PBX tells of a telephone in the queue."""
        type(self).clock += 1
        event = {"Event": name, "Queue": "help", "Interface": telephone, "Paused": "0"}
        event |= {"Timestamp": f"{self.clock}.5", **headers}
        self.gateway._store(self.env, self.server, [Message(event)], 0)

    def ask(self, **vals):
        partner = self.env["res.partner"].create({"name": "River", "is_company": True})
        return self.env["crm.service.ticket"].create(
            {"name": "Jam", "partner_id": partner.id, "team_id": self.team.id, **vals}
        )

    def test_A6_only_who_is_present(self):
        """A6 (presence for routing): nobody, then the one who logs in, never one who
        is paused."""
        waiting = self.ask()
        self.assertFalse(waiting.user_id)
        self.say("QueueMemberAdded", "PJSIP/102", Paused="1")
        self.assertFalse(waiting.user_id, "paused is not present")
        self.say("QueueMemberAdded", "PJSIP/101")
        self.assertEqual(waiting.user_id, self.first)
        self.assertEqual(self.ask().user_id, self.first)
        self.say("QueueMemberPause", "PJSIP/102")
        self.assertEqual(self.ask().user_id, self.second, "who has less to do")
        self.say("QueueMemberRemoved", "PJSIP/102")
        self.assertEqual(self.ask().user_id, self.first)

    def test_A6_who_is_in_a_call_comes_later(self):
        """A6: the telephone is in use: the request goes to the other."""
        self.say("QueueMemberAdded", "PJSIP/101")
        self.say("QueueMemberAdded", "PJSIP/102")
        self.endpoints[0].device_state = "INUSE"
        self.assertEqual(
            [self.ask().user_id for _number in range(2)], [self.second] * 2
        )

    def test_A6_urgent_requests_first(self):
        """A6: what has waited is given by urgency."""
        *given, left = [self.ask() for _number in range(WAITING)]
        given.append(self.ask(priority="1"))
        self.say("QueueMemberAdded", "PJSIP/101")
        self.assertEqual({ticket.user_id for ticket in given}, {self.first})
        self.assertFalse(left.user_id, "for the next who comes")

    def test_A6_other_teams_as_before(self):
        """A6: without the option, and when somebody was chosen, nothing changes."""
        self.say("QueueMemberAdded", "PJSIP/101")
        self.assertEqual(self.ask(user_id=self.second.id).user_id, self.second)
        self.team.is_routed_by_presence = False
        self.assertFalse(self.ask().user_id)
