from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import TelesalesData


@tagged("post_install", "-at_install")
class TestCallDeskTour(HttpCase, TelesalesData):
    """T5: an agent's call desk, by keyboard."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent_1, cls.agent_2, cls.manager = cls.make_users(cls.env)

    def _script(self):
        script = self.env["crm.call.script"].create(
            {"name": "Autumn", "kind": "reference"}
        )
        offer, greeting = self.env["crm.call.script.node"].create(
            [
                {
                    "script_id": script.id,
                    "sequence": sequence,
                    "name": name,
                    "text": text,
                }
                for sequence, name, text in (
                    (20, "Offer", "May I send you a quotation?"),
                    (10, "Greeting", "Am I speaking with {{customer}}?"),
                )
            ]
        )
        greeting.answer_ids = [
            Command.create({"name": "Yes, I buy", "target_id": offer.id})
        ]
        return script

    def test_take_record_next(self):
        customers = self.make_customers(self.env, 2, prefix="Tour Callee")
        campaign = self.make_campaign(
            self.env,
            customers,
            [self.agent_1],
            name="Autumn calls",
            script_id=self._script().id,
        )
        campaign.action_start()
        self.start_tour(
            "/odoo/action-crm_telesales.crm_call_desk_action",
            "crm_telesales_call_desk",
            login=self.agent_1.login,
            timeout=240,
        )
        self.env.invalidate_all()
        attempts = self.env["crm.call.attempt"].search(
            [("campaign_id", "=", campaign.id)], order="id"
        )
        self.assertEqual(
            attempts.outcome_id.mapped("code"), ["interested", "no_answer"]
        )
        self.assertEqual(attempts.user_id, self.agent_1)
        records = customers.record_ids.sorted("id")
        self.assertEqual(records[0].note, "Wants the paper catalogue.")
        self.assertEqual(len(records.customer_id), 2)
