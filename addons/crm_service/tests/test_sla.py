from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import ServiceCommon

# Monday 2026-03-09 09:00 in Shanghai
MONDAY_9 = "2026-03-09 01:00:00"


def shanghai(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute) - timedelta(hours=8)


@tagged("post_install", "-at_install")
class TestSla(ServiceCommon):
    """S7: promised times of requests."""

    def test_s7_nothing_promised(self):
        ticket = self._ticket()
        self.assertEqual(ticket.response_status, "none")
        self.assertFalse(ticket.response_deadline or ticket.resolution_deadline)
        self.assertIn("Nothing is promised", ticket.sla_explanation)

    @freeze_time(MONDAY_9)
    def test_s7_deadlines_on_working_hours(self):
        policy = self._policy()
        ticket = self._ticket()
        self.assertEqual(ticket.sla_id, policy)
        self.assertEqual(ticket.response_deadline, shanghai(9, 10))
        self.assertEqual(ticket.resolution_deadline, shanghai(10, 9))
        self.assertEqual(ticket.resolution_status, "running")
        for word in ("Standard", "8 h", "1 h", "Weekdays", "Due"):
            self.assertIn(word, ticket.sla_explanation)

    def test_s7_agreed_cases_through_the_model(self):
        """friday_late and created_on_saturday of sla_cases.json."""
        self._policy(response=60)
        with freeze_time("2026-03-06 08:30:00"):
            self.assertEqual(
                self._ticket().resolution_deadline, datetime(2026, 3, 9, 8, 30)
            )
        with freeze_time("2026-03-07 02:00:00"):
            self.assertEqual(self._ticket().response_deadline, datetime(2026, 3, 9, 1))

    def test_s7_a_holiday_counts_nothing(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.company.id,
                "calendar_id": self.calendar.id,
                "date_from": "2026-03-08 16:00:00",
                "date_to": "2026-03-09 16:00:00",
            }
        )
        self._policy()
        with freeze_time(MONDAY_9):
            self.assertEqual(self._ticket().response_deadline, shanghai(10, 9))

    def test_s7_most_specific_policy_wins(self):
        fault = self.env.ref("crm_service.crm_service_category_fault")
        agreement = self._agreement()
        general = self._policy("general")
        by_team = self._policy("team", team_id=self.team.id)
        by_category = self._policy("category", category_id=fault.id)
        by_priority = self._policy("priority", priority="3")
        by_agreement = self._policy("agreement", agreement_id=agreement.id)
        both = self._policy("both", agreement_id=agreement.id, priority="3")
        for values, policy in (
            ({"partner_id": self.stranger.id}, general),
            ({"partner_id": self.stranger.id, "team_id": self.team.id}, by_team),
            ({"partner_id": self.stranger.id, "category_id": fault.id}, by_category),
            (
                {
                    "partner_id": self.stranger.id,
                    "category_id": fault.id,
                    "priority": "3",
                },
                by_priority,
            ),
            ({"category_id": fault.id}, by_agreement),
            ({"priority": "3"}, both),
        ):
            with self.subTest(policy=policy.name), freeze_time(MONDAY_9):
                self.assertEqual(self._ticket(**values).sla_id, policy)

    def test_s7_used_up_agreement_promises_nothing(self):
        agreement = self._agreement(kind="incidents", included_quantity=1)
        self._policy("gold", agreement_id=agreement.id)
        self.assertTrue(self._ticket().sla_id)
        self.assertFalse(self._ticket().sla_id)

    def test_s7_policy_of_another_company_is_never_taken(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self._policy(company_id=other.id)
        self.assertFalse(self._ticket(user=self.env.user).sla_id)

    def test_s7_waiting_for_the_customer_pauses(self):
        self._policy()
        with freeze_time(MONDAY_9) as clock:
            ticket = self._ticket()
            clock.move_to(shanghai(9, 9, 30))
            ticket.action_wait()
            self.assertEqual(ticket.response_status, "paused")
            self.assertFalse(ticket.response_deadline)
            self.assertFalse(ticket.sla_next_step_at)
            clock.move_to(shanghai(9, 14))
            ticket.action_resume()
        self.assertEqual(ticket.response_deadline, shanghai(9, 14, 30))
        self.assertEqual(ticket.resolution_deadline, shanghai(10, 13, 30))

    def test_s7_change_of_priority_keeps_consumed_time(self):
        self._policy()
        self._policy("urgent", response=30, resolution=240, priority="3")
        with freeze_time(MONDAY_9) as clock:
            ticket = self._ticket()
            clock.move_to(shanghai(9, 11))
            ticket.priority = "3"
            self.assertEqual(ticket.sla_id.name, "urgent")
            # two hours were used; two of the four are left, over lunch
            self.assertEqual(ticket.resolution_deadline, shanghai(9, 14))
            # the half hour had passed when it was promised
            self.assertEqual(ticket.response_deadline, shanghai(9, 11))

    def test_s7_promise_that_comes_later_counts_from_the_start(self):
        with freeze_time(MONDAY_9) as clock:
            ticket = self._ticket()
            clock.move_to(shanghai(9, 11))
            policy = self._policy(resolution=240)
            policy.action_apply()
        self.assertFalse(ticket.sla_id)
        with freeze_time(shanghai(9, 11)):
            ticket.priority = "1"
        self.assertEqual(ticket.resolution_deadline, shanghai(9, 14))

    def test_s7_edited_policy_reaches_open_requests_by_button_only(self):
        policy = self._policy()
        with freeze_time(MONDAY_9):
            ticket = self._ticket()
            policy.resolution_minutes = 120
            ticket.name = "Printer jams again"
            self.assertEqual(ticket.resolution_deadline, shanghai(10, 9))
            policy.action_apply()
            self.assertEqual(ticket.resolution_deadline, shanghai(9, 11))

    def test_s7_answer_stops_the_response_by_its_author(self):
        self._policy()
        with freeze_time(MONDAY_9) as clock:
            ticket = self._ticket()
            ticket.message_post(body="note to myself")
            self.assertEqual(ticket.response_status, "running")
            clock.move_to(shanghai(9, 9, 30))
            ticket.message_post(
                body="We look at it",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        self.assertEqual(ticket.response_status, "met")
        self.assertEqual(ticket.first_response_at, shanghai(9, 9, 30))
        self.assertEqual(ticket.resolution_status, "running")

    def test_s7_late_answer_is_missed(self):
        self._policy()
        with freeze_time(MONDAY_9) as clock:
            ticket = self._ticket()
            clock.move_to(shanghai(9, 10, 1))
            ticket.action_answered()
        self.assertEqual(ticket.response_status, "missed")
        self.assertEqual(ticket.response_deadline, shanghai(9, 10))

    def test_s7_reopened_request_goes_on_with_what_was_used(self):
        self._policy()
        with freeze_time(MONDAY_9) as clock:
            ticket = self._ticket()
            ticket.action_answered()
            clock.move_to(shanghai(9, 11))
            ticket.action_solve()
            self.assertEqual(ticket.resolution_status, "met")
            clock.move_to(shanghai(11, 9))
            ticket.action_reopen()
        self.assertEqual(ticket.resolution_status, "running")
        self.assertEqual(ticket.resolution_deadline, shanghai(11, 16))
        self.assertEqual(ticket.response_status, "met")

    def test_s7_no_calendar_is_round_the_clock(self):
        self.company.resource_calendar_id = False
        self._policy()
        with freeze_time("2026-03-07 20:00:00"):
            self.assertEqual(self._ticket().response_deadline, datetime(2026, 3, 7, 21))

    def test_s7_calendar_without_hours_has_no_deadline(self):
        self.calendar.attendance_ids.unlink()
        self._policy()
        ticket = self._ticket()
        self.assertFalse(ticket.resolution_deadline)

    def test_s7_segments_alone_give_the_same_deadline(self):
        self._policy()
        with freeze_time(MONDAY_9) as clock:
            ticket = self._ticket()
            clock.move_to(shanghai(9, 10))
            ticket.action_wait()
            clock.move_to(shanghai(9, 16))
            ticket.action_resume()
            stored = ticket.resolution_deadline
            ticket.sudo().write({"resolution_deadline": False})
            ticket._engine_sudo()._sla_refresh(shanghai(9, 16))
        self.assertEqual(ticket.resolution_deadline, stored)

    def test_s7_segments_are_append_only(self):
        segment = self._ticket().sla_segment_ids[0]
        with self.assertRaises(AccessError):
            segment.sudo().write({"budget_minutes": 1})
        with self.assertRaises(AccessError):
            segment.with_user(self.manager).unlink()

    def test_s7_response_after_resolution_is_refused(self):
        with self.assertRaises(ValidationError):
            self._policy(response=500, resolution=100)
