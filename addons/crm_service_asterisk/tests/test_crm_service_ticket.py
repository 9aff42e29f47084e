from odoo.exceptions import UserError
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestCrmServiceTicket(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.cn")
        cls.server = cls.env["asterisk.server"].create({"name": "PBX"})
        cls.user = new_test_user(
            cls.env,
            "service_caller",
            groups="crm_stage_pipeline.crm_stage_pipeline_group_user,"
            "crm_service.crm_service_group_user",
        )
        cls.partner = cls.env["res.partner"].create(
            {"name": "River Paper", "is_company": True, "phone": "13800000020"}
        )
        cls.env["crm.pool.customer"]._row_for(cls.partner, cls.env.company)
        cls.call = cls.env["crm.call"].create(
            {
                "server_id": cls.server.id,
                "linkedid": "1.1",
                "direction": "in",
                "state": "talking",
                "number": "13800000020",
                "user_id": cls.user.id,
                "partner_id": cls.partner.id,
            }
        )

    def ask(self):
        action = self.call.with_user(self.user).action_new_ticket()
        tickets = self.env["crm.service.ticket"].with_user(self.user)
        return tickets.with_context(**action["context"]).create({"name": "Jam"})

    def test_A5_request_from_a_call(self):
        """A5: the request knows its call and the recordings."""
        ticket = self.ask()
        self.assertEqual((ticket.partner_id, ticket.channel), (self.partner, "phone"))
        self.assertEqual(ticket.call_id, self.call)
        self.assertEqual(self.call.ticket_ids, ticket.sudo())
        self.env["crm.call.recording"].create(
            {"call_id": self.call.id, "name": "a.wav"}
        )
        self.assertEqual(ticket.call_recording_ids.mapped("name"), ["a.wav"])
        stranger = new_test_user(
            self.env,
            "service_other",
            groups="crm_stage_pipeline.crm_stage_pipeline_group_user,"
            "crm_service.crm_service_group_user",
        )
        recordings = self.env["crm.call.recording"].with_user(stranger)
        self.assertFalse(recordings.search([("call_id", "=", self.call.id)]))
        self.call.partner_id = False
        with self.assertRaisesRegex(UserError, "enter the customer"):
            self.call.with_user(self.user).action_new_ticket()

    def test_A9_stage_for_the_dialplan(self):
        """A9: told to its own customer alone."""
        ticket = self.ask()
        number = "".join(filter(str.isdigit, ticket.number))
        channel = {"agi_callerid": "13800000020"}
        told = self.server._agi_answer("ticket", [number], channel)
        self.assertEqual(told, {"ODOO_TICKET_STATE": ticket.state})
        for caller in ("13800000099", "unknown"):
            channel = {"agi_callerid": caller}
            told = self.server._agi_answer("ticket", [number], channel)
            self.assertEqual(told, {"ODOO_TICKET_STATE": "unknown"})
