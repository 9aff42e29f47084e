from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_stage_pipeline.numbering.masking import is_masked

from .common import CallCase

FIGURES = "13917264058"


@tagged("post_install", "-at_install")
class TestCrmCallMask(CallCase):
    """P32, C1: a customer is called whose number the agent does not read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.customer_with(FIGURES)
        cls.partner = cls.customer.partner_id
        cls.customer.pool_id.mask_numbers = True

    def assertHidden(self, value):
        for part in (FIGURES[1:9], FIGURES[3:10], FIGURES[::-1][:8]):
            self.assertNotIn(part, str(value))

    def test_dial(self):
        """C1: by the number's row, the customer, the contact, the lead, the mask."""
        row = self.partner.phone_number_ids
        seen = self.partner.with_user(self.agent).phone
        self.assertTrue(is_masked(seen))
        lead = self.env["crm.lead"].create(
            {"name": "Fans", "partner_id": self.partner.id, "user_id": False}
        )
        calls = self.env["crm.call"].with_user(self.agent)
        for arguments in (
            {"phone_number_id": row.id},
            {"customer_id": self.customer.id},
            {"customer_id": self.customer.id, "number": seen},
            {"partner_id": self.partner.id, "number": seen},
            {"partner_id": self.partner.id},
            {"lead_id": lead.id, "number": lead.with_user(self.agent).phone},
        ):
            with self.subTest(arguments=arguments):
                self.env.invalidate_all()
                answer = calls.action_dial(**arguments)
                self.assertHidden(answer)
                command = self.env["asterisk.command"].browse(answer["command_id"])
                self.assertEqual(command.payload["number"], FIGURES)
                self.assertEqual(command.partner_id, self.partner)
                self.assertEqual(command.customer_id, self.customer)

    def test_refusals_tell_nothing(self):
        """P32: the sentence of a call that cannot be made holds no figure."""
        self.env["crm.contact.restriction"].create(
            {"kind": "number", "number": FIGURES, "channel": "call"}
        )
        calls = self.env["crm.call"].with_user(self.agent)
        with self.assertRaises(UserError) as refusal:
            calls.action_dial(customer_id=self.customer.id)
        self.assertHidden(refusal.exception)
        bad = self.customer_with("1391726405812345678901", "Odd")
        with self.assertRaises(UserError) as refusal:
            calls.action_dial(customer_id=bad.id)
        self.assertNotIn("1726405", str(refusal.exception))

    def test_history_and_panel(self):
        """P32: call list, search, panel and names show the mask."""
        call = self.env["crm.call"].create(
            {
                "server_id": self.server.id,
                "linkedid": "masked-1",
                "direction": "out",
                "state": "talking",
                "number": FIGURES,
                "e164": f"+86{FIGURES}",
                "partner_id": self.partner.id,
                "customer_id": self.customer.id,
                "user_id": self.agent.id,
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        seen = call.with_user(self.agent)
        values = seen.read(["number", "e164", "display_name"])
        self.assertHidden(values)
        self.assertTrue(is_masked(values[0]["number"]))
        self.assertTrue(is_masked(call._panel_data(self.agent)["number"]))
        self.assertHidden(seen.snapshot())
        calls = self.env["crm.call"].with_user(self.agent)
        for number in (FIGURES, FIGURES[:9]):
            for name in ("number", "e164"):
                self.assertNotIn(call, calls.search([(name, "ilike", number)]))
        self.customer.action_assign(self.agent.id, "test")
        self.env.invalidate_all()
        self.assertEqual(seen.number, FIGURES)
        self.assertIn(call, calls.search([("number", "ilike", FIGURES[:9])]))

    def test_incoming_call(self):
        """C1: a caller is recognised; who has no number at hand sees none."""
        call = self.env["crm.call"].create(
            {
                "server_id": self.server.id,
                "linkedid": "masked-2",
                "direction": "in",
                "state": "ringing",
                "number": FIGURES,
                "e164": f"+86{FIGURES}",
                "user_id": self.agent.id,
            }
        )
        data = call._panel_data(self.agent)
        self.assertEqual(
            data["candidates"],
            [{"model": "res.partner", "id": self.partner.id, "name": "River Paper"}],
        )
        self.assertHidden(data)
