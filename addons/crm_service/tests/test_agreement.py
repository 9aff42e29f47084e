from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ServiceCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-03-09 02:00:00")
class TestAgreement(ServiceCommon):
    """S2: cover is checked at entry, shown with its reason, and used up."""

    def test_s2_no_agreement(self):
        ticket = self._ticket()
        self.assertEqual(ticket.coverage, "none")
        self.assertIn("no active agreement", ticket.coverage_message)

    def test_s2_covered_expired_not_started_draft(self):
        for values, coverage in (
            ({}, "covered"),
            ({"date_end": "2026-03-08"}, "expired"),
            ({"date_start": "2026-03-10"}, "not_started"),
            ({"state": "draft"}, "none"),
        ):
            with self.subTest(coverage=coverage):
                agreement = self._agreement(**values)
                ticket = self._ticket()
                self.assertEqual(ticket.coverage, coverage)
                if coverage != "none":
                    self.assertEqual(ticket.agreement_id, agreement)
                    self.assertIn(agreement.number, ticket.coverage_message)
                agreement.state = "ended"

    def test_s2_days_are_those_of_the_hours_of_cover(self):
        """16:30 UTC on the 31st is already January in Shanghai."""
        self._agreement(calendar_id=self.calendar.id)
        with freeze_time("2026-12-31 15:30:00"):
            self.assertEqual(self._ticket().coverage, "covered")
        with freeze_time("2026-12-31 16:30:00"):
            self.assertEqual(self._ticket().coverage, "expired")

    def test_s2_requests_by_number_are_used_up(self):
        agreement = self._agreement(kind="incidents", included_quantity=2)
        tickets = [self._ticket() for _index in range(3)]
        self.assertEqual(
            [ticket.coverage for ticket in tickets], ["covered", "covered", "used_up"]
        )
        self.assertEqual(agreement.used_quantity, 2)
        self.assertEqual(sum(agreement.entry_ids.mapped("quantity")), 2)
        self.assertIn("all 2 requests", tickets[2].coverage_message)

    def test_s2_result_at_entry_is_kept(self):
        agreement = self._agreement(kind="incidents", included_quantity=1)
        ticket = self._ticket()
        agreement.action_end()
        ticket.invalidate_recordset()
        self.assertEqual(ticket.coverage, "covered")
        self.assertIn("1 of 1", ticket.coverage_message)

    def test_s2_a_request_gives_back_what_it_used(self):
        agreement = self._agreement(kind="incidents", included_quantity=1)
        ticket = self._ticket()
        ticket.product_id = self.product
        self.assertEqual((ticket.coverage, agreement.used_quantity), ("covered", 1))
        ticket.agreement_id = False
        self.assertEqual(agreement.used_quantity, 0)
        self.assertEqual(sorted(agreement.entry_ids.mapped("quantity")), [-1, 1])
        self.assertEqual(self._ticket().coverage, "covered")

    def test_s2_batch_never_uses_more_than_included(self):
        agreement = self._agreement(kind="incidents", included_quantity=2)
        tickets = (
            self.env["crm.service.ticket"]
            .with_user(self.agent)
            .create(
                [
                    {"name": f"Jam {index}", "partner_id": self.customer.id}
                    for index in range(5)
                ]
            )
        )
        self.assertEqual(tickets.mapped("coverage").count("covered"), 2)
        self.assertEqual(tickets.mapped("coverage").count("used_up"), 3)
        self.assertEqual(agreement.used_quantity, 2)

    def test_s2_hours_beyond_the_agreement_are_kept_apart(self):
        agreement = self._agreement(kind="hours", included_quantity=3)
        ticket = self._ticket()
        self.assertEqual(ticket.coverage_kind, "hours")
        for hours in (2, 2.5):
            self.env["crm.service.ticket.hours"].with_user(self.agent).create(
                {"ticket_id": ticket.id, "hours": hours, "note": "on site"}
            ).action_record()
        self.assertEqual(agreement.used_quantity, 3)
        self.assertEqual(agreement.remaining_quantity, 0)
        self.assertEqual(sum(agreement.entry_ids.mapped("excess_quantity")), 1.5)
        self.assertEqual(self._ticket().coverage, "used_up")
        with self.assertRaises(UserError):
            ticket._record_hours(-1)

    def test_s2_products(self):
        self._agreement(product_ids=self.product.ids)
        self.assertEqual(self._ticket(product_id=self.product.id).coverage, "covered")
        other = self._ticket()
        self.assertEqual(other.coverage, "none")
        self.assertIn("other products", other.coverage_message)

    def test_s2_the_agreement_that_covers_wins(self):
        self._agreement(name="Old", date_end="2026-02-01")
        self._agreement(name="Empty", kind="hours", included_quantity=1)._take(1)
        wide = self._agreement(name="Wide")
        exact = self._agreement(name="Exact", product_ids=self.product.ids)
        self.assertEqual(self._ticket().agreement_id, wide)
        self.assertEqual(self._ticket(product_id=self.product.id).agreement_id, exact)

    def test_s2_agreement_of_another_customer_is_refused(self):
        other = self._agreement(partner_id=self.stranger.id)
        with self.assertRaises(ValidationError):
            self._ticket(agreement_id=other.id)

    def test_s2_cover_cannot_be_claimed_by_a_client(self):
        ticket = self._ticket(coverage="covered")
        ticket.write({"coverage": "covered"})
        self.assertEqual(ticket.coverage, "none")

    def test_s2_used_quantity_cannot_be_written(self):
        agreement = self._agreement(kind="incidents", included_quantity=2)
        with self.assertRaises(AccessError):
            agreement.with_user(self.manager).used_quantity = 0
        with self.assertRaises(AccessError):
            agreement.with_user(self.agent).included_quantity = 99

    def test_s2_coverage_for_the_call_screen(self):
        agreement = self._agreement()
        answer = (
            self.env["crm.service.agreement"]
            .with_user(self.agent)
            .get_coverage(self.contact.id)
        )
        self.assertEqual(answer["coverage"], "covered")
        self.assertEqual(answer["agreement_id"], agreement.id)
        self.assertIn(agreement.number, answer["message"])

    def test_s2_only_drafts_are_deleted(self):
        with self.assertRaises(UserError):
            self._agreement().unlink()
        self._agreement(state="draft").unlink()
