import threading
from functools import partial

import psycopg2

from odoo import fields
from odoo.service.model import retrying
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import CursorCase

GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_user"
COUNT = 60


@tagged("post_install", "-at_install", "race")
class TestCrmPoolRecycleRace(CursorCase):
    """Invariant 11: the run against people who work, each on a connection."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._environment() as env:
            company = env["res.company"].create(
                {"name": f"Race Recyclers {env.cr.now()}"}
            )
            cls.company_id = company.id
            user = new_test_user(
                env, "race_recycle", groups=GROUP, company_id=company.id
            )
            cls.user_id = user.id
            policy = env["crm.pool.policy"]._policy_for(company)
            policy.recycle_share_limit = 100
            env["crm.pool.recycle.rule"].create(
                {"name": "Idle", "policy_id": policy.id, "days": 5}
            )._put_in_force()
            partners = env["res.partner"].create(
                [{"name": f"Race Recycled {number}"} for number in range(COUNT)]
            )
            customers = env["crm.pool.customer"].create(
                [
                    {
                        "partner_id": partner.id,
                        "company_id": company.id,
                        "owner_id": user.id,
                    }
                    for partner in partners
                ]
            )
            cls.customer_ids = customers.ids
            cls.partner_ids = partners.ids
            env.cr.flush()
            env.cr.commit()
        cls.addClassCleanup(cls._remove)

    def setUp(self):
        super().setUp()
        self._reset()
        self.addCleanup(self._reset)

    @classmethod
    def _clear(cls, cr):
        cr.execute(
            """
            DELETE FROM crm_contact_record WHERE customer_id = ANY(%(ids)s);
            DELETE FROM crm_pool_access WHERE customer_id = ANY(%(ids)s);
            DELETE FROM crm_pool_log WHERE company_id = %(company)s;
            DELETE FROM crm_pool_recycle_run WHERE company_id = %(company)s;
            """,
            {"ids": cls.customer_ids, "company": cls.company_id},
        )

    def _reset(self):
        """All customers are the agent's, claimed a month ago, and due."""
        with self._environment() as env:
            self._clear(env.cr)
            env.cr.execute(
                """
                UPDATE crm_pool_customer
                   SET owner_id = %(user)s, access = 'personal', last_contact_at = NULL,
                       contact_mark = 'uncontacted',
                       claimed_at = now() - interval '30 days',
                       recycle_on = now() - interval '20 days'
                 WHERE id = ANY(%(ids)s);
                INSERT INTO crm_pool_access (customer_id, company_id, user_id, kind)
                SELECT id, company_id, %(user)s, 'owner' FROM crm_pool_customer
                 WHERE id = ANY(%(ids)s);
                UPDATE crm_pool_policy SET recycle_last_day = NULL;
                """,
                {"ids": self.customer_ids, "user": self.user_id},
            )
            env.cr.commit()

    @classmethod
    def _remove(cls):
        with cls._environment() as env:
            cls._clear(env.cr)
            env["crm.pool.customer"].browse(cls.customer_ids).unlink()
            cls._clear(env.cr)
            user = env["res.users"].browse(cls.user_id)
            partners = user.partner_id | env["res.partner"].browse(cls.partner_ids)
            env.cr.execute(
                "DELETE FROM mail_notification WHERE res_partner_id = %s",
                [user.partner_id.id],
            )
            user.unlink()
            partners.unlink()
            company = env["res.company"].browse(cls.company_id)
            env["crm.pool.policy"]._policy_for(company).unlink()
            env.cr.commit()

    def _contact(self, customer_ids):
        """The owner reaches customers, one call after the other; those still his.

        :return: ids of the customers whose contact was saved
        """
        saved = []
        with self._environment(self.user_id) as env:
            for customer_id in customer_ids:
                if retrying(partial(self._contact_one, env, customer_id), env):
                    saved.append(customer_id)
        return saved

    def _contact_one(self, env, customer_id):
        customer = env["crm.pool.customer"].browse(customer_id)
        customer.invalidate_recordset()
        if customer.owner_id.id != self.user_id:
            return False
        env["crm.contact.record"].create(
            {"customer_id": customer_id, "date": fields.Datetime.now()}
        )
        return True

    def _open(self, env):
        policy = env["crm.pool.policy"]._policy_for(
            env["res.company"].browse(self.company_id)
        )
        return env["crm.pool.recycle.run"]._open(policy)

    def _product(self, between, limit=7):
        """The job, with something that happens after it has counted."""
        with self._environment() as env:
            run = self._open(env)
            env.cr.commit()
            between()
            while run.state == "running":
                retrying(partial(run._run_batch, limit), env)

    def _naive(self, between, limit=7):
        """A twin to prove against: choose what is due, then write by id."""
        with self._environment() as env:
            due = env["crm.pool.customer"].search(
                [
                    ("company_id", "=", self.company_id),
                    ("recycle_on", "<=", fields.Datetime.now()),
                    ("owner_id", "!=", False),
                ]
            )
            env.cr.commit()
            between()
            for start in range(0, len(due), limit):
                due[start : start + limit]._set_shared()
                env.cr.commit()

    def _owned(self):
        with self._environment() as env:
            env.cr.execute(
                "SELECT id FROM crm_pool_customer"
                " WHERE id = ANY(%s) AND owner_id IS NOT NULL",
                [self.customer_ids],
            )
            return {row[0] for row in env.cr.fetchall()}

    def _lost(self, job):
        """Customers that were contacted before the job came to them, and went."""
        contacted = []
        half = self.customer_ids[::2]
        job(lambda: contacted.extend(self._contact(half)))
        self.assertEqual(contacted, half)
        return set(contacted) - self._owned()

    def test_contact_after_the_job_has_begun(self):
        """P27: who was contacted meanwhile stays, all others go."""
        self.assertFalse(self._lost(self._product))
        self.assertEqual(self._owned(), set(self.customer_ids[::2]))

    def test_naive_twin_takes_contacted_customers(self):
        self.assertTrue(self._lost(self._naive))

    def test_contact_that_is_not_yet_saved(self):
        """P27: the job does not wait for who is writing, and leaves the customer."""
        busy = self.customer_ids[0]
        with self._environment(self.user_id) as env:
            self._contact_one(env, busy)
            env.cr.flush()
            self._product(lambda: None)
            env.cr.commit()
        self.assertEqual(self._owned(), {busy})

    def test_calls_all_the_time(self):
        """P27: three people call while two workers take back: nothing is lost."""
        results = [None] * 5

        def work(index):
            if index < 3:
                results[index] = self._contact(self.customer_ids[index::6])
            else:
                self._product(lambda: None, limit=3)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(5)]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=120)
        contacted = {one for some in results[:3] for one in some}
        self.assertLessEqual(contacted, self._owned())
        self.assertEqual(self._twice(), [])

    def _twice(self):
        """Customers that went back more than once."""
        with self._environment() as env:
            env.cr.execute(
                "SELECT customer_ref FROM crm_pool_log"
                " WHERE company_id = %s AND action = 'recycle'"
                " GROUP BY 1 HAVING count(*) > 1",
                [self.company_id],
            )
            return env.cr.fetchall()

    def test_killed_in_the_middle(self):
        """Invariant 11: a killed run goes on where it was; nothing happens twice."""
        with self._environment() as env, self._environment() as killer:
            run = self._open(env)
            env.cr.commit()
            run_id = run.id
            retrying(partial(run._run_batch, 7), env)
            run._run_batch(7)
            killer.cr.execute(
                "SELECT pg_terminate_backend(%s)",
                [env.cr._cnx.info.backend_pid],
            )
            with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
                env.cr.execute("SELECT 1")
        self.assertEqual(len(self._owned()), COUNT - 7)
        with self._environment() as env:
            run = env["crm.pool.recycle.run"].browse(run_id)
            self.assertEqual(run.recycled_count, 7)
            while run.state == "running":
                retrying(partial(run._run_batch, 7), env)
            self.assertEqual(run.recycled_count, COUNT)
            self.assertFalse(self._open(env))
        self.assertFalse(self._owned())
        self.assertEqual(self._twice(), [])

    def test_the_job_of_the_night(self):
        """P27: the scheduled job opens the night, recycles, ends; again: nothing."""
        with self._environment() as env:
            company = env["res.company"].browse(self.company_id)
            policy = env["crm.pool.policy"]._policy_for(company)
            policy.write({"recycle_last_day": False, "recycle_hour": 0})
            env["crm.pool.policy"].search([("id", "!=", policy.id)]).write(
                {"recycle_last_day": "2999-01-01"}
            )
            env.cr.commit()
            for _time in range(2):
                env["crm.pool.recycle.run"]._cron_recycle()
            runs = env["crm.pool.recycle.run"].search([("company_id", "=", company.id)])
            self.assertEqual(runs.mapped("state"), ["done"])
            self.assertEqual(runs.recycled_count, COUNT)
        self.assertFalse(self._owned())
