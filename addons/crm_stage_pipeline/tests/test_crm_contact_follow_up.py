from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PoolCase, RaceCase

NOW = datetime(2026, 3, 11, 2, 0)


@tagged("post_install", "-at_install")
class TestCrmContactFollowUp(PoolCase):
    """What follows from a contact: steps, reminders, comments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.tz = cls.agent_1.tz = "UTC"
        cls.customer = cls._new_customers(1, "potential", cls.agent_1)

    def _record(self, user=None, **vals):
        return (
            self.env["crm.contact.record"]
            .with_user(user or self.agent_1)
            .create({"customer_id": self.customer.id, **vals})
        )

    def _reminders(self, user=None):
        records = self.env["crm.contact.record"].with_user(user or self.agent_1)
        return records.get_reminders()

    def _take(self, record, user=None):
        records = self.env["crm.contact.record"].with_user(user or self.agent_1)
        return records.take_reminders(record.ids)

    def _tile(self, row, column="today"):
        line = self.env["crm.main.line"].with_user(self.agent_1).get_main_line("mine")
        [found] = [r for r in line["rows"] if r["code"] == row]
        return found["counts"].get(column)

    @freeze_time(NOW)
    def test_steps_have_numbers_and_lists(self):
        """G29: to call, mail, check with a date: own counters beside the visit."""
        for kind in ("call", "mail", "check"):
            with self.subTest(kind=kind):
                self.assertEqual(self._tile(f"step_{kind}"), 0)
                step = self._record(
                    channel="visit", step_kind=kind, step_at=NOW + timedelta(hours=1)
                )
                self.assertEqual(self._tile(f"step_{kind}"), 1)
                self.assertFalse(self.customer.next_visit_date)
                self.assertIsNone(self._tile(f"step_{kind}", "contacted_day"))
                step.action_step_done()
                self.assertEqual(self._tile(f"step_{kind}"), 0)

    @freeze_time(NOW)
    def test_a_contact_of_its_kind_does_the_step(self):
        """G29: a call does what was to be called; another's call does not."""
        call = self._record(channel="visit", step_kind="call", step_at=NOW)
        mail = self._record(channel="visit", step_kind="mail", step_at=NOW)
        self._record(channel="visit")
        self._record(self.manager, channel="call")
        self.assertFalse(call.is_step_done)
        self._record(channel="call")
        self.assertTrue(call.is_step_done)
        self.assertFalse(mail.is_step_done)
        self._record(channel="email")
        self.assertTrue(mail.is_step_done)

    @freeze_time(NOW)
    def test_a_reminder_at_its_time(self):
        """P46, T20: not before its time, then once, with customer and note."""
        visit = NOW + timedelta(hours=2)
        record = self._record(next_visit_date=visit, reminder="15", note="Bring lamps")
        self.assertEqual(self._reminders(), [{"id": record.id, "seconds": 105 * 60.0}])
        self.assertEqual(self._take(record), [])
        with freeze_time(visit - timedelta(minutes=15)):
            self.assertEqual(self._reminders()[0]["seconds"], 0)
            [shown] = self._take(record)
            self.assertEqual(shown["customer_id"], self.customer.id)
            self.assertEqual(shown["title"], self.customer.name)
            self.assertIn("Bring lamps", shown["message"])
            # another tab, and the page after a restart
            self.assertEqual(self._take(record), [])
            self.assertEqual(self._reminders(), [])

    @freeze_time(NOW)
    def test_a_late_reminder_waits(self):
        """P46: nobody was there at its time: it shows when somebody comes."""
        record = self._record(next_visit_date=NOW + timedelta(hours=1), reminder="0")
        with freeze_time(NOW + timedelta(days=2)):
            self.assertEqual(self._reminders(), [{"id": record.id, "seconds": 0}])
            self.assertEqual(len(self._take(record)), 1)

    @freeze_time(NOW)
    def test_snoozed_and_moved(self):
        """P46: later means later; a visit that is moved reminds again."""
        record = self._record(next_visit_date=NOW, reminder="0")
        self.assertEqual(len(self._take(record)), 1)
        record.action_snooze(10)
        self.assertEqual(self._take(record), [])
        with freeze_time(NOW + timedelta(minutes=10)):
            self.assertEqual(len(self._take(record)), 1)
            record.next_visit_date = NOW + timedelta(minutes=10)
            self.assertEqual(len(self._take(record)), 1)

    @freeze_time(NOW)
    def test_needless_reminders_are_silent(self):
        """P46: another visit was planned, or the customer went to somebody else."""
        record = self._record(next_visit_date=NOW, reminder="0")
        self._record(date=NOW, next_visit_date=NOW + timedelta(days=1))
        self.assertEqual(self._take(record), [])
        record = self._record(next_visit_date=NOW, date=NOW, reminder="0")
        self.customer.with_user(self.manager).action_assign(self.agent_2.id, "moved")
        self.assertEqual(self._take(record), [])

    @freeze_time(NOW)
    def test_reminders_are_ones_own(self):
        """P46: nobody takes another's reminder away."""
        record = self._record(next_visit_date=NOW, reminder="0")
        self.assertEqual(self._reminders(self.manager), [])
        self.assertEqual(self._take(record, self.manager), [])
        self.assertEqual(len(self._take(record)), 1)

    def test_comments_reach_the_agent(self):
        """T21: a manager comments on a record; the agent is told and reads it."""
        record = self._record(note="They want a discount")
        before = self.env["mail.message"].search([], limit=1, order="id desc").id
        self.env["crm.contact.comment"].with_user(self.manager).create(
            {"record_id": record.id, "text": "Offer five percent"}
        )
        message = self.env["mail.message"].search([("id", ">", before)])
        self.assertIn("Offer five percent", message.body)
        self.assertEqual(message.partner_ids, self.agent_1.partner_id)
        self.assertEqual(record.comment_ids.text, "Offer five percent")

    def test_who_may_comment(self):
        """T21: agents do not comment, nor a leader on what he does not see."""
        record = self._record()
        comments = self.env["crm.contact.comment"]
        vals = {"record_id": record.id, "text": "Well done"}
        with self.assertRaises(AccessError):
            comments.with_user(self.agent_1).create(vals)
        with self.assertRaises(AccessError):
            comments.with_user(self.manager).create({**vals, "user_id": self.leader.id})
        hidden = self._new_customers(1, "potential", self.agent_3)
        foreign = (
            self.env["crm.contact.record"]
            .with_user(self.agent_3)
            .create({"customer_id": hidden.id})
        )
        with self.assertRaises(AccessError):
            comments.with_user(self.leader).create(
                {"record_id": foreign.id, "text": "I see you"}
            )
        comment = comments.with_user(self.leader).create(vals)
        with self.assertRaises(AccessError):
            comment.with_user(self.manager).text = "Changed"
        self.assertFalse(
            comments.with_user(self.agent_2).search([("id", "=", comment.id)])
        )

    @freeze_time(NOW)
    def test_a_record_on_a_customer_that_is_gone(self):
        """Bad input: the customer was given to somebody else meanwhile."""
        self.customer.with_user(self.manager).action_assign(self.agent_2.id, "moved")
        with self.assertRaises(AccessError):
            self._record(next_visit_date=NOW + timedelta(days=1))

    def test_the_leaders_scope_counts_steps(self):
        """P40: a leader's team scope counts the steps of his people only."""
        theirs = self._new_customers(1, "potential", self.agent_3)
        self.env["crm.contact.record"].with_user(self.agent_3).create(
            {
                "customer_id": theirs.id,
                "step_kind": "check",
                "step_at": fields.Datetime.now(),
            }
        )
        self._record(step_kind="check", step_at=fields.Datetime.now())
        line = self.env["crm.main.line"].with_user(self.leader).get_main_line("team")
        [row] = [r for r in line["rows"] if r["code"] == "step_check"]
        self.assertEqual(row["counts"]["month"], 1)


@tagged("post_install", "-at_install", "race")
class TestCrmContactReminderRace(RaceCase):
    """P46: several tabs ask for one reminder at the same moment."""

    def test_one_tab_shows_it(self):
        """P46: five tabs take five reminders: each is shown once."""
        uid = self.user_ids[0]
        now = fields.Datetime.now()
        with self._environment(uid) as env:
            records = env["crm.contact.record"].create(
                [
                    {"customer_id": id_, "next_visit_date": now, "reminder": "0"}
                    for id_ in self.customer_ids[:5]
                ]
            )
            env.cr.commit()
        taken = self._race(
            [
                (uid, lambda env: env["crm.contact.record"].take_reminders(records.ids))
                for _tab in range(5)
            ]
        )
        shown = [reminder["id"] for one in taken for reminder in one]
        self.assertEqual(sorted(shown), sorted(records.ids))
