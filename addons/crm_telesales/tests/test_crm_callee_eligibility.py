from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import TelesalesCase

NOON = "2026-03-02 04:00:00"  # Monday 12:00 in Shanghai


@tagged("post_install", "-at_install")
class TestCrmCalleeEligibility(TelesalesCase):
    """T6, T7: nobody is called who must not be, at load, hand-out and dialling."""

    def restrict(self, number):
        return self.env["crm.contact.restriction"].create(
            {"kind": "number", "number": number, "channel": "call"}
        )

    def test_T6_restricted_at_load(self):
        self.env.company.country_id = self.env.ref("base.cn")
        customers = self.make_customers(self.env, 2)
        for spelling in ("0571 8888 0000", "+86-571-88880000", "0086 571 88880000"):
            with self.subTest(spelling=spelling):
                restriction = self.restrict(spelling)
                campaign = self.start(customers)
                self.assertEqual(
                    [c.exclusion_reason for c in campaign.callee_ids],
                    ["restricted", False],
                )
                restriction.unlink()

    def test_T6_restricted_after_load_is_not_handed_out(self):
        campaign = self.start(self.make_customers(self.env, 1))
        self.restrict("+8657188880000")
        self.assertIsNone(self.next(self.agent_1))
        self.assertEqual(campaign.callee_ids.state, "excluded")
        self.assertEqual(campaign.callee_ids.exclusion_reason, "restricted")

    def test_T6_restricted_after_hand_out_is_not_dialled(self):
        campaign = self.start(self.make_customers(self.env, 1))
        snapshot = self.next(self.agent_1)
        self.restrict("+8657188880000")
        answer = self.callee(snapshot).with_user(self.agent_1).action_call()
        self.assertEqual(answer["code"], "refused")
        self.assertFalse(answer["link"])
        self.assertEqual(campaign.callee_ids.state, "excluded")

    def test_T6_whoever_asks_not_to_be_called_is_not_in_the_next_campaign(self):
        customers = self.make_customers(self.env, 1)
        self.start(customers)
        self.record(self.agent_1, self.next(self.agent_1), "do_not_call")
        later = self.start(customers)
        self.assertEqual(later.callee_ids.exclusion_reason, "restricted")

    def test_T6_expired_and_lifted_restrictions_end(self):
        restriction = self.restrict("+8657188880000")
        campaign = self.start(self.make_customers(self.env, 1))
        restriction.date_to = fields.Date.today() - timedelta(days=1)
        campaign.callee_ids.action_reconsider()
        self.assertTrue(self.next(self.agent_1))

    def test_T6_core_blacklist_is_honoured(self):
        self.env["phone.blacklist"].sudo().add("+8657188880000")
        campaign = self.start(self.make_customers(self.env, 1))
        self.assertEqual(campaign.callee_ids.exclusion_reason, "restricted")

    def test_T7_outside_the_hours_there_is_the_next_opening(self):
        customers = self.make_customers(self.env, 1)
        with freeze_time("2026-03-02 00:30:00") as clock:  # 08:30 in Shanghai
            campaign = self.start(
                customers, calendar_id=self.make_calendar(self.env, 9, 18).id
            )
            callee = campaign.callee_ids
            self.assertEqual(callee.exclusion_reason, "outside_hours")
            self.assertEqual(callee.next_at, datetime(2026, 3, 2, 1, 0))
            self.assertIsNone(self.next(self.agent_1))
            clock.tick(timedelta(minutes=30))
            self.assertEqual(self.next(self.agent_1)["id"], callee.id)

    def test_T7_hours_end_between_hand_out_and_dialling(self):
        customers = self.make_customers(self.env, 1)
        with freeze_time("2026-03-02 09:59:00") as clock:  # 17:59 in Shanghai
            self.start(customers, calendar_id=self.make_calendar(self.env, 9, 18).id)
            snapshot = self.next(self.agent_1)
            clock.tick(timedelta(minutes=2))
            answer = self.callee(snapshot).with_user(self.agent_1).action_call()
        self.assertEqual(answer["code"], "refused")
        self.assertIn("2026-03-03 09:00", answer["message"])

    def test_T7_public_holiday_there(self):
        calendar = self.make_calendar(self.env)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "date_from": "2026-03-02 00:00:00",
                "date_to": "2026-03-03 00:00:00",
            }
        )
        with freeze_time(NOON):
            campaign = self.start(
                self.make_customers(self.env, 1), calendar_id=calendar.id
            )
            callee = campaign.callee_ids
            self.assertEqual(callee.exclusion_reason, "holiday")
            self.assertEqual(callee.next_at, datetime(2026, 3, 2, 16, 0))

    def test_T7_address_decides_before_the_number(self):
        customer = self.make_customers(self.env, 1)
        customer.partner_id.country_id = self.env.ref("base.np")
        campaign = self.start(customer)
        self.assertEqual(campaign.callee_ids._zones(), ("Asia/Kathmandu",))
        customer.partner_id.country_id = self.env.ref("base.cn")
        self.assertEqual(campaign.callee_ids._zones(), ("Asia/Shanghai",))

    def test_T2_gap_and_cap_hold_over_all_campaigns(self):
        customers = self.make_customers(self.env, 1)
        with freeze_time(NOON) as clock:
            first = self.start(customers, min_gap_minutes=60, daily_cap=2)
            self.record(self.agent_1, self.next(self.agent_1), "not_interested")
            first.action_end()
            second = self.start(customers, min_gap_minutes=60, daily_cap=2)
            callee = second.callee_ids
            self.assertEqual(callee.exclusion_reason, "gap")
            self.assertIsNone(self.next(self.agent_1))
            clock.tick(timedelta(minutes=60))
            self.record(self.agent_1, self.next(self.agent_1), "busy")
            clock.tick(timedelta(hours=3))
            self.assertIsNone(self.next(self.agent_1))
            self.assertEqual(callee.exclusion_reason, "cap")
            # midnight in Shanghai
            self.assertEqual(callee.next_at, datetime(2026, 3, 2, 16, 0))

    def test_T2_attempts_end(self):
        with freeze_time(NOON) as clock:
            campaign = self.start(
                self.make_customers(self.env, 1),
                max_attempts=2,
                min_gap_minutes=0,
                daily_cap=9,
            )
            self.record(self.agent_1, self.next(self.agent_1), "busy")
            clock.tick(timedelta(hours=3))
            self.record(self.agent_1, self.next(self.agent_1), "busy")
            self.assertEqual(campaign.callee_ids.state, "excluded")
            self.assertEqual(campaign.callee_ids.exclusion_reason, "attempts")

    def test_T2_reasons_without_number_and_archived(self):
        no_number, archived = self.make_customers(self.env, 2)
        no_number.partner_id.phone = "none"
        campaign = self.start(no_number | archived)
        self.assertEqual(campaign.callee_ids[0].exclusion_reason, "no_number")
        archived.active = False
        self.assertIsNone(self.next(self.agent_1))
        self.assertEqual(campaign.callee_ids[1].exclusion_reason, "archived")
