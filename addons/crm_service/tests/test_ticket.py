from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
class TestTicket(ServiceCommon):
    """S1: requests and their stages."""

    def test_s1_number_from_the_sequence(self):
        first, second = self._ticket(), self._ticket()
        self.assertRegex(first.number, r"^SR\d{5}$")
        self.assertEqual(int(second.number[2:]), int(first.number[2:]) + 1)
        self.assertEqual(first.display_name, f"{first.number} Printer jams")

    def test_s1_number_and_times_cannot_be_written(self):
        ticket = self._ticket()
        for name, value in (
            ("number", "SR9"),
            ("solved_at", "2026-03-01 00:00:00"),
            ("resolution_deadline", "2030-01-01 00:00:00"),
            ("resolution_status", "met"),
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                ticket.write({name: value})

    def test_s1_quick_form_shows_cover_and_person(self):
        self._agreement(kind="incidents", included_quantity=3)
        form = Form(
            self.env["crm.service.ticket"].with_user(self.agent),
            view="crm_service.crm_service_ticket_view_form_quick",
        )
        form.partner_id = self.contact
        self.assertEqual(form.partner_id, self.customer)
        self.assertEqual(form.contact_id, self.contact)
        self.assertEqual(form.coverage, "covered")
        self.assertIn("3 of 3", form.coverage_message)
        form.name = "Paper jam"
        self.assertEqual(form.save().coverage, "covered")

    def test_s1_contact_of_another_customer_is_refused(self):
        with self.assertRaises(ValidationError):
            self._ticket(contact_id=self.stranger.id)

    def test_s1_stages(self):
        ticket = self._ticket()
        ticket.action_take()
        self.assertEqual((ticket.state, ticket.user_id), ("open", self.agent))
        ticket.action_wait()
        ticket.action_resume()
        ticket.action_solve()
        self.assertTrue(ticket.solved_at)
        ticket.action_close()
        with self.assertRaises(UserError):
            ticket.action_wait()
        ticket.action_reopen()
        self.assertFalse(ticket.solved_at or ticket.closed_at)

    def test_s1_a_request_cannot_start_solved(self):
        with self.assertRaises(UserError):
            self._ticket(state="solved")

    def test_s1_customer_writes_and_the_request_goes_on(self):
        ticket = self._ticket()
        ticket.action_wait()
        ticket.with_user(self.agent).message_post(
            body="Here it is",
            author_id=self.contact.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(ticket.state, "open")
        self.assertFalse(ticket.first_response_at)

    def test_s1_bulk_reassignment_leaves_closed_ones(self):
        tickets = self._ticket() + self._ticket()
        closed = self._ticket()
        closed.action_close()
        self.env["crm.service.ticket.assign"].with_user(self.agent).create(
            {
                "ticket_ids": (tickets + closed).ids,
                "user_id": self.manager.id,
                "team_id": self.team.id,
                "reason": "holiday",
            }
        ).action_assign()
        self.assertEqual(tickets.user_id, self.manager)
        self.assertEqual(tickets.team_id, self.team)
        self.assertIn("holiday", tickets[0].message_ids[0].body)
        self.assertFalse(closed.user_id)

    def test_s1_everything_of_one_customer_is_found(self):
        ticket = self._ticket(contact_id=self.contact.id)
        self._ticket(partner_id=self.stranger.id)
        found = (
            self.env["crm.service.ticket"]
            .with_user(self.agent)
            .search([("partner_id", "child_of", self.customer.id)])
        )
        self.assertEqual(found, ticket)
