from odoo.tests import HttpCase, tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestServiceTour(HttpCase, ServiceCommon):
    """S1, S3, S10 in the browser: the agent's desk and the customer's portal."""

    def _tour(self, url, name, login):
        self.start_tour(url, name, login=login, timeout=240)
        self.env.invalidate_all()

    def test_agent_enters_and_takes_a_request(self):
        self._agreement(date_start="2020-01-01", date_end="2099-12-31")
        self._policy(response=60)
        self._tour(
            "/odoo/action-crm_service.crm_service_ticket_action",
            "crm_service_agent",
            self.agent.login,
        )
        ticket = self.env["crm.service.ticket"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(ticket.name, "Label printer prints black bars")
        self.assertEqual((ticket.state, ticket.user_id), ("open", self.agent))
        self.assertEqual(ticket.coverage, "covered")
        self.assertTrue(ticket.response_deadline)

    def test_customer_answers_in_the_portal(self):
        portal = self._new_portal_user("sportal_tour")
        ticket = self._ticket(name="Stamps are blurred")
        ticket.action_take()
        ticket.action_wait()
        self._tour("/my/service?filterby=all", "crm_service_portal", portal.login)
        message = ticket.message_ids.sorted("id")[-1]
        answers = ticket.message_ids.filtered(
            lambda m: m.author_id == portal.partner_id and m.message_type == "comment"
        )
        self.assertIn("It happens with every label.", answers.body)
        self.assertEqual(ticket.state, "open", message.body)
