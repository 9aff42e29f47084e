from freezegun import freeze_time

from odoo.tests import tagged

from .common import ServiceCommon
from .test_sla import MONDAY_9, shanghai


@tagged("post_install", "-at_install")
class TestEscalation(ServiceCommon):
    """S7: missed promises are noticed, told once, and caught up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._policy()

    def _steps(self, ticket):
        return self.env["crm.service.sla.escalation"].search(
            [("res_model", "=", ticket._name), ("res_id", "=", ticket.id)]
        )

    def _escalate(self):
        tickets = self.env["crm.service.ticket"]
        while tickets._sla_escalate(2):
            pass

    def test_s7_breach_is_marked_and_told_once(self):
        with freeze_time(MONDAY_9) as clock:
            ticket = self._ticket(user_id=self.agent.id)
            self._escalate()
            self.assertEqual(ticket.response_status, "running")
            clock.move_to(shanghai(9, 10, 5))
            self._escalate()
            self._escalate()
        self.assertEqual(ticket.response_status, "overdue")
        step = self._steps(ticket)
        self.assertEqual(
            (step.kind, step.due_at, step.user_id),
            ("response", shanghai(9, 10), self.agent),
        )
        self.assertEqual(len(ticket.activity_ids), 1)
        self.assertEqual(ticket.activity_ids.user_id, self.agent)

    def test_s7_after_a_stand_still_every_step_is_taken_once(self):
        with freeze_time(MONDAY_9) as clock:
            tickets = self.env["crm.service.ticket"]
            for _index in range(5):
                tickets += self._ticket(team_id=self.team.id)
            clock.move_to(shanghai(20, 9))
            self._escalate()
            self._escalate()
        self.assertEqual(set(tickets.mapped("response_status")), {"overdue"})
        self.assertEqual(set(tickets.mapped("resolution_status")), {"overdue"})
        for ticket in tickets:
            self.assertEqual(
                sorted(self._steps(ticket).mapped("kind")), ["resolution", "response"]
            )
            self.assertEqual(ticket.activity_ids.user_id, self.manager)

    def test_s7_answered_in_time_is_not_escalated(self):
        with freeze_time(MONDAY_9) as clock:
            ticket = self._ticket()
            ticket.action_solve()
            clock.move_to(shanghai(20, 9))
            self._escalate()
        self.assertFalse(self._steps(ticket))

    def test_s7_solved_late_during_the_stand_still_is_missed(self):
        with freeze_time(MONDAY_9) as clock:
            ticket = self._ticket()
            clock.move_to(shanghai(12, 9))
            ticket.action_solve()
        self.assertEqual(ticket.resolution_status, "missed")

    def test_s7_holiday_entered_meanwhile_moves_the_promise(self):
        with freeze_time(MONDAY_9) as clock:
            ticket = self._ticket()
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "Holiday",
                    "company_id": self.company.id,
                    "calendar_id": self.calendar.id,
                    "date_from": "2026-03-08 16:00:00",
                    "date_to": "2026-03-09 16:00:00",
                }
            )
            clock.move_to(shanghai(9, 11))
            self._escalate()
        self.assertEqual(ticket.response_status, "running")
        self.assertEqual(ticket.response_deadline, shanghai(10, 9))
        self.assertFalse(self._steps(ticket))
