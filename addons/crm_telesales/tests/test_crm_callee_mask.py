from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.crm_stage_pipeline.numbering.masking import is_masked

from .common import TelesalesCase


@tagged("post_install", "-at_install")
class TestCrmCalleeMask(TelesalesCase):
    """P32, C1: campaigns over customers whose numbers the agents do not read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.make_customers(cls.env, 2, start=4321)
        cls.customers.pool_id.mask_numbers = True
        cls.figures = "57188884321"

    def test_call_desk(self):
        """P32: the desk, the lists and the attempts show the mask."""
        campaign = self.start(self.customers, [self.agent_1])
        callees = campaign.callee_ids
        stored = set(callees.mapped("e164"))
        self.assertEqual(stored, {"+8657188884321", "+8657188884322"})
        snapshot = self.next(self.agent_1)
        self.assertTrue(is_masked(snapshot["number"]))
        callee = self.env["crm.callee"].browse(snapshot["id"])
        with self.assertRaises(UserError):
            callee.with_user(self.agent_1).action_call()
        self.env.invalidate_all()
        callee.with_user(self.agent_1).action_record(self.outcome("no_answer").id)
        self.env.invalidate_all()
        values = [
            records.with_user(self.agent_1)
            ._filtered_access("read")
            .read(["e164", "display_name"])
            for records in (callees, callee.attempt_ids)
        ]
        self.assertTrue(values[1])
        self.assertNotIn("88884321", str(values))
        self.assertEqual(set(callee.attempt_ids.mapped("e164")) - stored, set())

    def test_loading_by_somebody_who_reads_masks(self):
        """P32: the campaign's manager loads numbers that he does not read."""
        campaign = self.make_campaign(self.env, self.customers, [self.agent_1])
        campaign = campaign.with_user(self.manager)
        campaign.action_start()
        self.env.invalidate_all()
        self.assertEqual(
            set(campaign.sudo().callee_ids.mapped("e164")),
            {"+8657188884321", "+8657188884322"},
        )
        campaign.action_load()
        self.assertEqual(len(campaign.sudo().callee_ids), 2)

    def test_registrations(self):
        """P32, P20: an event's registration copies neither hidden name nor number."""
        event = self.env["event.event"].create(
            {
                "name": "Exhibition",
                "date_begin": "2026-12-02 09:00:00",
                "date_end": "2026-12-02 18:00:00",
            }
        )
        masked = self.customers[0].partner_id
        registration = self.env["event.registration"].create(
            {"event_id": event.id, "partner_id": masked.id}
        )
        self.assertTrue(registration.phone)
        self.env.invalidate_all()
        seen = registration.with_user(self.agent_1)
        if seen.has_access("read"):
            self.assertTrue(is_masked(seen.phone))
        found = self.env["event.registration"].with_user(self.agent_1)
        if found.has_access("read"):
            self.assertFalse(found.search([("phone", "ilike", "88884")]))

    def test_registration_of_a_hidden_customer(self):
        """P20: its id gives neither name nor address, by create and onchange."""
        hidden = self.make_customers(self.env, 1, start=77, owner=self.agent_2)
        partner = hidden.partner_id
        event = self.env["event.event"].create(
            {
                "name": "Exhibition",
                "date_begin": "2026-12-02 09:00:00",
                "date_end": "2026-12-02 18:00:00",
            }
        )
        self.agent_1.group_ids += self.env.ref("event.group_event_user")
        model = self.env["event.registration"].with_user(self.agent_1)
        seen = self.make_customers(self.env, 1, start=78).partner_id
        self.assertTrue(model.create({"event_id": event.id, "partner_id": seen.id}))
        for operation in (
            lambda: model.create({"event_id": event.id, "partner_id": partner.id}),
            lambda: model.onchange(
                {"partner_id": partner.id, "event_id": event.id},
                ["partner_id"],
                {"name": {}, "phone": {}, "email": {}},
            ),
        ):
            with self.assertRaises(AccessError):
                operation()
