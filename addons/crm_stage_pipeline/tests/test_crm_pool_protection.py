from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolProtection(PoolCase):
    """P28: protection of customers, by whom, how many, how long, and its end."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write(
            {
                "protection_cap": 2,
                "protection_days": 10,
                "protection_renewals": 1,
                "protection_reminder_days": 3,
            }
        )

    def _protected(self, owner=None, **vals):
        customer = self._new_customers(1, "target", owner or self.agent_1, **vals)
        codes = customer.with_user(self.agent_1).action_protect()
        self.assertCodes(codes, ["protected_until"])
        return customer

    def _log_count(self, customer, action):
        return len(customer.log_ids.filtered(lambda row: row.action == action))

    def _run_job(self):
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", return_value=9.0
        ):
            self.env["crm.pool.customer"]._cron_protection()

    def _todos(self, user):
        return self.env["mail.activity"].search(
            [("user_id", "=", user.id), ("res_model", "=", False)]
        )

    def test_owner_protects_for_the_policy_s_days(self):
        """P28: from now, for the policy's days, and it is in the log."""
        with freeze_time("2026-03-02 08:00:00"):
            customer = self._protected()
        self.assertEqual(
            customer.protected_until, fields.Datetime.to_datetime("2026-03-12 08:00:00")
        )
        self.assertEqual(customer.log_ids[0].action, "protect")
        self.assertRegex(customer.log_ids[0].reason, r"^\d{4}-\d\d-\d\d \d\d:\d\d$")
        self.assertEqual(customer.log_ids[0].owner_after_id, self.agent_1)

    def test_who_may_protect(self):
        """P28: owner, leader, manager; no collaborator, no document, no stranger."""
        customer = self._new_customers(1, "target", self.agent_1)
        customer.with_user(self.agent_1).action_share(self.agent_3.id)
        shared = self._new_customers(1)
        for user, row, code in (
            (self.agent_2, customer, "not_found"),
            (self.agent_3, customer, "not_allowed"),
            (self.agent_2, shared, "not_allowed"),
            (self.leader, customer, "protected_until"),
            (self.manager, customer, "already_there"),
        ):
            with self.subTest(user=user.login, code=code):
                self.assertCodes(row.with_user(user).action_protect(), [code])
        for user, code in (
            (self.agent_2, "not_found"),
            (self.agent_3, "not_allowed"),
            (self.manager, "unprotected"),
            (self.agent_1, "already_there"),
        ):
            with self.subTest(user=user.login, code=code):
                self.assertCodes(customer.with_user(user).action_unprotect(), [code])
        self.assertEqual(self._log_count(customer, "unprotect"), 1)

    def test_cap_row_by_row(self):
        """P28: as many as the cap allows; the rest is refused, in words."""
        customers = self._new_customers(4, "target", self.agent_1)
        results = customers.with_user(self.agent_1).action_protect()
        self.assertCodes(
            results, ["protected_until"] * 2 + ["protection_cap_exceeded"] * 2
        )
        customers[0].with_user(self.agent_1).action_unprotect()
        results = customers[3].with_user(self.manager).action_protect()
        self.assertCodes(results, ["protected_until"])

    def test_cap_counts_for_the_owner(self):
        """P28: a manager's protections count for the owner, a member's not at all."""
        customers = self._new_customers(2, "target", self.agent_1)
        other = self._new_customers(1, "target", self.agent_2)
        other.with_user(self.agent_2).action_share(self.agent_1.id)
        rows = (customers | other).with_user(self.manager)
        self.assertCodes(rows.action_protect(), ["protected_until"] * 3)
        third = self._new_customers(1, "target", self.agent_1)
        results = third.with_user(self.agent_1).action_protect()
        self.assertCodes(results, ["protection_cap_exceeded"])

    def test_no_limit(self):
        """P28: a cap of zero is none."""
        self.policy.protection_cap = 0
        customers = self._new_customers(5, "target", self.agent_1)
        results = customers.with_user(self.agent_1).action_protect()
        self.assertCodes(results, ["protected_until"] * 5)

    def test_switched_off(self):
        """P28: a company may do without; running protections go on to their end."""
        customer = self._protected()
        self.policy.is_protection_on = False
        other = self._new_customers(1, "target", self.agent_1)
        results = other.with_user(self.agent_1).action_protect()
        self.assertCodes(results, ["not_allowed"])
        self.assertTrue(customer.is_protected)

    def test_renewal(self):
        """P28: from the reminder on, from the old end, and not more than allowed."""
        with freeze_time("2026-03-02 08:00:00"):
            customer = self._protected()
        row = customer.with_user(self.agent_1)
        with freeze_time("2026-03-02 08:00:05"):  # a double click
            self.assertCodes(row.action_protect(), ["already_there"])
        with freeze_time("2026-03-10 08:00:00"):
            self.assertCodes(row.action_protect(), ["protected_until"])
            self.assertCodes(row.action_protect(), ["already_there"])
        self.assertEqual(
            customer.protected_until, fields.Datetime.to_datetime("2026-03-22 08:00:00")
        )
        with freeze_time("2026-03-21 08:00:00"):
            self.assertCodes(row.action_protect(), ["protection_used_up"])
        with freeze_time("2026-04-21 08:00:00"):  # also long after its end
            self.assertCodes(row.action_protect(), ["protection_used_up"])

    def test_renewal_needs_no_place(self):
        """P28: at the cap, a running protection may still be renewed."""
        with freeze_time("2026-03-02 08:00:00"):
            first, _second = self._protected(), self._protected()
        with freeze_time("2026-03-11 08:00:00"):
            results = first.with_user(self.agent_1).action_protect()
            self.assertCodes(results, ["protected_until"])

    def test_new_owner_starts_anew(self):
        """P28: how often it was protected is the owner's, not the customer's."""
        with freeze_time("2026-03-02 08:00:00"):
            customer = self._protected()
        with freeze_time("2026-03-10 08:00:00"):
            customer.with_user(self.agent_1).action_protect()
        customer.with_user(self.manager).action_assign(self.agent_2.id, "x")
        self.assertFalse(customer.protected_until)
        results = customer.with_user(self.agent_2).action_protect()
        self.assertCodes(results, ["protected_until"])

    def test_leader_takes_no_protected_customer(self):
        """P28: nobody below manager assigns, releases or moves it into the pool."""
        customer = self._protected()
        row = customer.with_user(self.leader)
        self.assertCodes(row.action_assign(self.agent_2.id, "x"), ["protected"])
        self.assertCodes(row.action_release("x"), ["protected"])
        self.assertCodes(row.action_demote("reserve", "x"), ["protected"])
        self.assertEqual(customer.owner_id, self.agent_1)
        row = customer.with_user(self.manager)
        self.assertCodes(row.action_assign(self.agent_2.id, "x"), ["assigned"])

    def test_what_ends_it_is_logged_once(self):
        """P28: release, assignment, demotion, archiving, by hand: one row each."""
        ends = {
            "release": lambda row: row.with_user(self.agent_1).action_release(),
            "assign": lambda row: row.with_user(self.manager).action_assign(
                self.agent_2.id, "x"
            ),
            "demote": lambda row: row.with_user(self.agent_1).action_demote("reserve"),
            "archive": lambda row: row.with_user(self.agent_1).write({"active": False}),
            "hand": lambda row: row.with_user(self.agent_1).action_unprotect(),
        }
        for name, end in ends.items():
            with self.subTest(end=name):
                customer = self._protected()
                end(customer)
                self._run_job()
                self.assertFalse(customer.protected_until)
                self.assertFalse(customer.is_protected)
                self.assertEqual(self._log_count(customer, "unprotect"), 1)
                last = customer.log_ids.sorted("id")[-1:]
                self.assertEqual(last.owner_after_id, customer.owner_id)
                self.assertEqual(last.stage_after, customer.stage_code)

    def test_expiry_is_logged_once(self):
        """P28: by the job; its date stays for the rules of recycling."""
        with freeze_time("2026-03-02 08:00:00"):
            customer = self._protected()
        with freeze_time("2026-03-12 08:00:00"):
            self._run_job()
            self._run_job()
            self.assertFalse(customer.is_protected)
        self.assertEqual(self._log_count(customer, "unprotect"), 1)
        self.assertTrue(customer.protected_until)
        customer.with_user(self.agent_1).action_release()
        self.assertEqual(self._log_count(customer, "unprotect"), 1)

    def test_expiry_before_the_job(self):
        """P28: protected again before the job ran: its end is logged all the same."""
        with freeze_time("2026-03-02 08:00:00"):
            customer = self._protected()
        with freeze_time("2026-03-20 08:00:00"):
            customer.with_user(self.agent_1).action_protect()
            self._run_job()
        self.assertEqual(self._log_count(customer, "unprotect"), 1)
        self.assertEqual(self._log_count(customer, "protect"), 2)

    def test_merged_customers(self):
        """P28: the row that stays goes on, or the other's end is in the log."""
        shared = self._new_customers(1, "deal")
        protected = self._protected()
        until = protected.protected_until
        (shared | protected)._privileged()._collapse(shared.partner_id)
        self.env.invalidate_all()
        kept = (shared | protected).exists()
        self.assertEqual((kept.owner_id, kept.protected_until), (self.agent_1, until))
        self.assertTrue(kept.is_protection_open)
        self.assertEqual(kept.protection_count, 1)

    def test_reminder_once(self):
        """P28: in advance, in the owner's language, once for each protection."""
        self.agent_1.lang = "zh_CN"
        with freeze_time("2026-03-02 08:00:00"):
            customer = self._protected()
        with freeze_time("2026-03-09 07:00:00"):
            self._run_job()
            self.assertFalse(self._todos(self.agent_1))
        with freeze_time("2026-03-09 09:00:00"):
            self._run_job()
            self._run_job()
        todo = self._todos(self.agent_1)
        self.assertEqual(len(todo), 1)
        self.assertIn(customer.name, todo.summary)
        self.assertRegex(todo.summary, "[一-鿿]")
        self.assertIn(f"/odoo/res.partner/{customer.partner_id.id}", todo.note)
        self.assertFalse(customer.partner_id.activity_ids)
        self.assertFalse(
            self.env["mail.activity"].with_user(self.agent_2).search([]) & todo
        )
        with freeze_time("2026-03-09 10:00:00"):
            customer.with_user(self.agent_1).action_protect()
        with freeze_time("2026-03-19 10:00:00"):
            self._run_job()
        self.assertEqual(len(self._todos(self.agent_1)), 2)

    def test_job_goes_on_after_a_break(self):
        """P28: the job works in batches; what was broken off goes on."""
        self.policy.protection_cap = 0
        with freeze_time("2026-03-02 08:00:00"):
            customers = self._new_customers(5, "target", self.agent_1)
            customers.with_user(self.agent_1).action_protect()
        module = "odoo.addons.crm_stage_pipeline.models.crm_pool_customer_protection"
        with (
            freeze_time("2026-04-02 08:00:00"),
            patch(f"{module}.BATCH", 2),
        ):
            self.assertEqual(self.env["crm.pool.customer"]._end_expired(), 2)
            self._run_job()
        for customer in customers:
            self.assertEqual(self._log_count(customer, "unprotect"), 1)

    def test_no_direct_write(self):
        """P28: protection is written by its actions only, whoever asks."""
        customer = self._protected()
        for user in (self.agent_1, self.manager, self.env.ref("base.user_root")):
            for vals in (
                {"protected_until": "2040-01-01 00:00:00"},
                {"protected_until": False},
                {"protection_count": 0},
                {"is_protection_open": False},
                {"is_protection_reminded": True},
            ):
                with self.subTest(user=user.login, vals=vals):
                    with self.assertRaises(AccessError):
                        customer.with_user(user).write(vals)
        until = customer.protected_until
        customer.partner_id.with_user(self.agent_1).write(
            {"pool_protected_until": "2040-01-01 00:00:00"}
        )
        self.env.invalidate_all()
        self.assertEqual(customer.protected_until, until)

    def test_search(self):
        """P28: the filter of the list equals the field."""
        protected = self._protected()
        never = self._new_customers(1, "target", self.agent_1)
        shared = self._new_customers(1)
        past = self._new_customers(1, "target", self.agent_1)
        past._write_pool({"protected_until": fields.Datetime.now() - timedelta(days=1)})
        rows = protected | never | shared | past
        model = self.env["crm.pool.customer"]
        for value in (True, False):
            found = model.search([("id", "in", rows.ids), ("is_protected", "=", value)])
            expected = rows.filtered(lambda row, v=value: row.is_protected == v)
            self.assertEqual(set(found.ids), set(expected.ids))

    def test_dialog(self):
        """P28: the button of list and form runs at once and tells what came of it."""
        customers = self._new_customers(3, "target", self.agent_1)
        model = self.env["crm.pool.operation"].with_user(self.agent_1)
        opened = model._open("protect", customers.with_user(self.agent_1))
        dialog = model.browse(opened["res_id"])
        self.assertEqual((dialog.done_count, dialog.refused_count), (2, 1))
        opened = model._open("unprotect", customers[:2].with_user(self.agent_1))
        self.assertEqual(opened["tag"], "display_notification")

    def test_policy_refuses_nonsense(self):
        """P28: no negative numbers, no protection of no days."""
        for name, value in (
            ("protection_days", 0),
            ("protection_cap", -1),
            ("protection_renewals", -1),
            ("protection_reminder_days", -1),
        ):
            with self.subTest(field=name):
                with (
                    self.assertRaises(CheckViolation),
                    mute_logger("odoo.sql_db"),
                    self.cr.savepoint(),
                ):
                    self.policy[name] = value
                    self.policy.flush_recordset()
