from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import MODULE, PoolCase

NOW = datetime(2026, 3, 10, 8, 0)


@tagged("post_install", "-at_install")
class TestCrmContactRecord(PoolCase):
    """P8, P46, C14: contact records and what they move."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.customer = cls._new_customers(1, owner=cls.agent_1)
        cls.records = cls.env["crm.contact.record"]

    def _find_outcome(self, code):
        return self.env.ref(f"{MODULE}.crm_contact_outcome_{code}")

    def _record(self, user=None, customer=None, outcome=None, hours=0, **vals):
        return self.records.with_user(user or self.agent_1).create(
            {
                "customer_id": (customer or self.customer).id,
                "outcome_id": self._find_outcome(outcome).id if outcome else False,
                "date": NOW - timedelta(hours=hours),
                **vals,
            }
        )

    def test_outcomes_of_the_contract(self):
        flags = {
            "interested": "is_human is_contact",
            "not_interested": "is_human is_contact is_not_interested is_done",
            "callback": "is_human is_contact is_callback",
            "no_answer": "",
            "busy": "",
            "void_number": "is_wrong_number is_done",
            "wrong_number": "is_human is_wrong_number is_done",
            "powered_off": "",
            "rejected": "",
            "congestion": "",
            "machine": "",
            "do_not_call": "is_human is_contact is_do_not_call is_done",
            "visited": "is_human is_contact",
            "other": "is_contact",
        }
        for code, expected in flags.items():
            outcome = self._find_outcome(code)
            self.assertEqual(outcome.code, code)
            names = [name for name in outcome._fields if name.startswith("is_")]
            self.assertEqual(
                {name for name in names if outcome[name]}, set(expected.split()), code
            )

    def test_contact_marks_and_moves(self):
        self._record(outcome="interested", next_visit_date=NOW + timedelta(days=2))
        self.assertEqual(self.customer.contact_mark, "contacted")
        self.assertEqual(self.customer.last_contact_at, NOW)
        self.assertEqual(self.customer.next_visit_date, NOW + timedelta(days=2))

    def test_failed_call_is_no_contact(self):
        """P8: busy, no answer and the like do not mark the customer."""
        for code in ("busy", "no_answer", "void_number", "machine"):
            self._record(outcome=code)
        self.assertEqual(self.customer.contact_mark, "uncontacted")
        self.assertFalse(self.customer.last_contact_at)
        self._record(outcome="busy", next_visit_date=NOW + timedelta(hours=1))
        self.assertEqual(self.customer.next_visit_date, NOW + timedelta(hours=1))

    def test_only_forwards(self):
        self._record(hours=1, next_visit_date=NOW + timedelta(days=1))
        self._record(hours=5, next_visit_date=NOW + timedelta(days=9))
        self.assertEqual(self.customer.last_contact_at, NOW - timedelta(hours=1))
        self.assertEqual(self.customer.next_visit_date, NOW + timedelta(days=1))

    def test_future_refused(self):
        with self.assertRaises(ValidationError):
            self._record(hours=-1)
        record = self._record()
        with self.assertRaises(ValidationError):
            record.date = NOW + timedelta(minutes=1)

    def test_kept_visit_leaves_the_list(self):
        self._record(hours=48, next_visit_date=NOW - timedelta(hours=2))
        self._record(outcome="busy", hours=1)
        self.assertEqual(self.customer.next_visit_date, NOW - timedelta(hours=2))
        self._record(outcome="visited")
        self.assertFalse(self.customer.next_visit_date)

    def test_early_contact_keeps_the_visit(self):
        self._record(hours=48, next_visit_date=NOW + timedelta(hours=2))
        self._record(outcome="interested")
        self.assertEqual(self.customer.next_visit_date, NOW + timedelta(hours=2))

    def test_deletion_and_change_compute_anew(self):
        first = self._record(hours=48, next_visit_date=NOW + timedelta(days=1))
        second = self._record(hours=2, next_visit_date=NOW + timedelta(days=3))
        second.unlink()
        self.assertEqual(self.customer.last_contact_at, first.date)
        self.assertEqual(self.customer.next_visit_date, NOW + timedelta(days=1))
        first.outcome_id = self._find_outcome("no_answer")
        self.assertEqual(self.customer.contact_mark, "uncontacted")
        self.assertFalse(self.customer.last_contact_at)
        first.unlink()
        self.assertFalse(self.customer.next_visit_date)

    def test_customer_cannot_be_changed(self):
        record = self._record()
        with self.assertRaises(ValidationError):
            record.customer_id = self._new_customers(1, owner=self.agent_1)

    def test_contact_person_belongs_to_the_customer(self):
        self.assertEqual(self._record().partner_id, self.customer.partner_id)
        person, stranger = self.env["res.partner"].create(
            [
                {"name": "Wang", "parent_id": self.customer.partner_id.id},
                {"name": "Other"},
            ]
        )
        self.assertEqual(self._record(partner_id=person.id).partner_id, person)
        with self.assertRaises(ValidationError):
            self._record(partner_id=stranger.id)

    def test_who_sees_and_writes(self):
        """C14, P17: records of private and of shared customers, by role."""
        shared = self._new_customers(1)
        private_record = self._record()
        shared_record = self._record(user=self.agent_2, customer=shared)
        matrix = {
            self.agent_1: private_record | shared_record,
            self.agent_2: shared_record,
            self.agent_3: shared_record,
            self.leader: private_record | shared_record,
            self.manager: private_record | shared_record,
        }
        both = private_record | shared_record
        for user, expected in matrix.items():
            with self.subTest(user=user.login):
                seen = self.records.with_user(user).search([("id", "in", both.ids)])
                self.assertEqual(seen.sudo(), (expected & seen.sudo()))
                self.assertEqual(len(seen), len(expected))
                self.assertEqual(
                    both.with_user(user)._filtered_access("read").sudo(), expected
                )
        with self.assertRaises(AccessError):
            self._record(user=self.agent_2)
        with self.assertRaises(AccessError):
            shared_record.with_user(self.agent_1).note = "mine now"
        with self.assertRaises(AccessError):
            shared_record.with_user(self.agent_1).unlink()
        shared_record.with_user(self.agent_2).note = "corrected"
        shared_record.with_user(self.manager).unlink()

    def test_customer_gone_meanwhile(self):
        """Bad input: released or recycled, then in the pool or in other hands."""
        self.customer.with_user(self.agent_1).action_release()
        self.assertTrue(self._record(note="He is in the pool: that is fine"))
        self.customer.with_user(self.agent_2).action_claim()
        gone = self._new_customers(1, owner=self.agent_1)
        gone._privileged().unlink()
        for customer in (self.customer, gone):
            with self.assertRaises(AccessError) as caught:
                self._record(customer=customer)
            self.assertIn("Copy your note", str(caught.exception))
            self.assertNotIn(self.agent_2.name, str(caught.exception))

    def test_next_visit_before_the_contact(self):
        """Bad input: a next visit in the past; a contact told late may plan one."""
        with self.assertRaises(ValidationError) as caught:
            self._record(next_visit_date=NOW - timedelta(minutes=1))
        self.assertIn("choose a later time", str(caught.exception))
        late = self._record(hours=48, next_visit_date=NOW - timedelta(hours=24))
        self.assertEqual(self.customer.next_visit_date, late.next_visit_date)
        with self.assertRaises(ValidationError):
            late.date = NOW

    def test_backdated_plan_of_a_document(self):
        """P46: a contact told late leaves the later plan of its opportunity alone."""
        lead = self.env["crm.lead"].create(
            {
                "name": "Shelves",
                "type": "opportunity",
                "partner_id": self.customer.partner_id.id,
                "user_id": self.agent_1.id,
            }
        )
        for hours, days in ((1, 2), (30, 9)):
            visit = NOW + timedelta(days=days)
            self._record(hours=hours, lead_id=lead.id, next_visit_date=visit)
        self.assertEqual(lead.next_visit_date, NOW + timedelta(days=2))
        self.assertEqual(self.customer.next_visit_date, NOW + timedelta(days=2))

    def test_next_visit_in_a_skipped_hour(self):
        """Bad input: half past two does not exist in New York on that day. The browser
        makes an instant of it; it is shown as the hour after, and stays that instant.
        """
        visit = datetime(2026, 3, 8, 7, 30)  # 02:30 by the winter's clock
        self.agent_1.tz = "America/New_York"
        record = self._record(hours=72, next_visit_date=visit)
        shown = fields.Datetime.context_timestamp(
            record.with_context(tz="America/New_York"), record.next_visit_date
        )
        self.assertEqual((shown.hour, shown.minute), (3, 30))
        self.assertEqual(self.customer.next_visit_date, visit)

    def test_collaborator_records_and_reads(self):
        self.customer.with_user(self.agent_1).action_share(self.agent_3.id)
        record = self._record(user=self.agent_3)
        self.assertTrue(record.with_user(self.agent_1).has_access("read"))

    def test_nobody_writes_in_anothers_name(self):
        with self.assertRaises(AccessError):
            self._record(user_id=self.agent_2.id)
        record = self._record()
        with self.assertRaises(AccessError):
            record.user_id = self.agent_2
        self._record(user=self.manager, user_id=self.agent_1.id)

    def test_hidden_references_refused(self):
        hidden = self._new_customers(1, owner=self.agent_2)
        lead = self.env["crm.lead"].create(
            {
                "name": "Hidden",
                "partner_id": hidden.partner_id.id,
                "user_id": self.agent_2.id,
            }
        )
        with self.assertRaises(AccessError):
            self._record(lead_id=lead.id)

    def test_record_of_a_shared_customer_moves_it(self):
        """P17: shared customers are contacted directly."""
        shared = self._new_customers(1)
        self._record(user=self.agent_2, customer=shared)
        self.assertEqual(shared.contact_mark, "contacted")

    def test_do_not_call_restricts(self):
        self._record(outcome="do_not_call")
        restrictions = self.env["crm.contact.restriction"]
        partner = self.customer.partner_id
        self.assertTrue(restrictions._restriction_for(partner=partner))
        self.assertFalse(
            restrictions._restriction_for(partner=partner, channel="email")
        )
        self._record(outcome="do_not_call")
        self.assertEqual(
            restrictions.search_count([("partner_id", "=", partner.id)]), 1
        )

    def test_partner_form(self):
        person = self.env["res.partner"].create(
            {"name": "Wang", "parent_id": self.customer.partner_id.id}
        )
        record = self._record(partner_id=person.id)
        partner = self.customer.partner_id.with_user(self.agent_1)
        self.assertEqual(partner.contact_record_ids, record)
        self.assertEqual(partner.contact_record_count, 1)
        self.assertEqual(person.with_user(self.agent_1).contact_record_ids, record)
        shared = self._new_customers(1)
        self.assertFalse(shared.partner_id.with_user(self.agent_1).contact_record_count)
        action = person.with_user(self.agent_1).action_new_contact_record()
        form = Form(
            self.records.with_user(self.agent_1).with_context(**action["context"])
        )
        self.assertEqual(form.customer_id, self.customer)
        self.assertEqual(form.partner_id, person)
        self.assertEqual(
            fields.Datetime.to_datetime(form.save().date), NOW.replace(microsecond=0)
        )
