import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

from odoo import api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service import model as service_model
from odoo.service.model import retrying
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

LIMIT = 20
GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_user"


def naive_claim(customers):
    """What a claim is not to be: count, compare, write (a twin to prove against)."""
    env = customers.env
    used = env["crm.pool.log"].search_count(
        [("actor_id", "=", env.uid), ("action", "=", "claim")]
    )
    chosen = customers.filtered(lambda row: not row.owner_id)[: max(LIMIT - used, 0)]
    chosen.sudo()._set_owner(env.user)
    env["crm.pool.log"]._append("claim", [{"customer": row} for row in chosen])
    return [{"customer_id": row.id, "code": "claimed"} for row in chosen]


@tagged("post_install", "-at_install", "race")
class TestCrmPoolRace(BaseCase):
    """P23, P24, P30: claims that really run at once, each on its own connection.

    Every worker takes its snapshot first and then waits for the others, which is
    the worst moment; Odoo's own replay does the rest.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the runner holds the real lock, and the workers would wait for it
        cls.classPatch(Registry, "_lock", DummyRLock())
        cls.classPatch(service_model, "time", SimpleNamespace(sleep=lambda _s: None))
        with cls._environment() as env:
            cls.company_id = env.ref("base.main_company").id
            cls.user_ids = [
                new_test_user(env, f"race_{number}", groups=GROUP).id
                for number in range(5)
            ]
            cls.partner_ids = (
                env["res.partner"]
                .create([{"name": f"Race Works {n}"} for n in range(100)])
                .ids
            )
            stage = env["crm.pool.stage"]._stage_for("target", env.company)
            cls.customer_ids = (
                env["crm.pool.customer"]
                .create(
                    [
                        {
                            "partner_id": partner_id,
                            "stage_id": stage.id,
                            "owner_id": False,
                        }
                        for partner_id in cls.partner_ids
                    ]
                )
                .ids
            )
            env.cr.commit()
        cls.addClassCleanup(cls._remove)

    def setUp(self):
        super().setUp()
        self.addCleanup(self._reset)

    @classmethod
    @contextmanager
    def _environment(cls, uid=api.SUPERUSER_ID):
        """An environment on a connection of its own."""
        with closing(db_connect(get_db_name()).cursor()) as cr:
            yield api.Environment(cr, uid, {})

    def _reset(self):
        """Give all customers back, without a trace."""
        with self._environment() as env:
            env.cr.execute(
                """
                DELETE FROM crm_pool_access WHERE customer_id = ANY(%(ids)s);
                DELETE FROM crm_pool_log
                 WHERE customer_ref = ANY(%(ids)s) AND action <> 'enter';
                DELETE FROM crm_pool_quota WHERE user_id = ANY(%(users)s);
                UPDATE crm_pool_customer
                   SET owner_id = NULL, access = 'shared', claimed_at = NULL
                 WHERE id = ANY(%(ids)s);
                UPDATE crm_pool_policy SET holding_cap = 0
                """,
                {"ids": self.customer_ids, "users": self.user_ids},
            )
            env.cr.commit()

    @classmethod
    def _remove(cls):
        with cls._environment() as env:
            env.cr.execute(
                "DELETE FROM crm_pool_log"
                " WHERE customer_ref = ANY(%s) OR actor_id = ANY(%s)",
                [cls.customer_ids, cls.user_ids],
            )
            env["crm.pool.customer"].browse(cls.customer_ids).exists().unlink()
            users = env["res.users"].browse(cls.user_ids)
            partners = users.partner_id
            users.unlink()
            (partners | env["res.partner"].browse(cls.partner_ids)).unlink()
            env.cr.commit()

    def _race(self, jobs):
        """Run jobs (uid, function of an environment) at once.

        :return: results in the order of jobs; errors are raised
        """
        barrier = threading.Barrier(len(jobs))
        results = [None] * len(jobs)

        def work(index, uid, function):
            is_first = iter([True])

            def attempt():
                env.cr.execute("SELECT count(*) FROM crm_pool_customer")
                if next(is_first, False):
                    barrier.wait(timeout=60)
                return function(env)

            with self._environment(uid) as env:
                try:
                    results[index] = retrying(attempt, env)
                    env.cr.commit()
                except Exception as error:  # noqa: BLE001 (raised in the main thread)
                    results[index] = error

        threads = [
            threading.Thread(target=work, args=(index, uid, function))
            for index, (uid, function) in enumerate(jobs)
        ]
        with mute_logger("odoo.sql_db"):  # the naive twin's conflicts
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=120)
        for result in results:
            if isinstance(result, Exception):
                raise result
        return results

    def _faults(self, limit=LIMIT):
        """Broken invariants, as words: the same test for product and naive twin."""
        faults = []
        with self._environment() as env:
            cr = env.cr
            cr.execute(
                "SELECT customer_ref FROM crm_pool_log WHERE action IN"
                " ('claim', 'screen') AND customer_ref = ANY(%s)"
                " GROUP BY 1 HAVING count(*) > 1",
                [self.customer_ids],
            )
            if cr.fetchall():
                faults.append("double")
            cr.execute(
                "SELECT owner_id, count(*) FROM crm_pool_customer"
                " WHERE id = ANY(%s) AND owner_id IS NOT NULL GROUP BY 1",
                [self.customer_ids],
            )
            held = dict(cr.fetchall())
            if any(count > limit for count in held.values()):
                faults.append("quota")
            cr.execute(
                "SELECT user_id, sum(used) FROM crm_pool_quota WHERE user_id = ANY(%s)"
                " AND scope <> 'holding' GROUP BY 1 HAVING sum(used) > 0",
                [self.user_ids],
            )
            if {user: int(used) for user, used in cr.fetchall()} != held:
                faults.append("counter")
        return faults

    def _held(self):
        with self._environment() as env:
            cr = env.cr
            cr.execute(
                "SELECT count(*) FROM crm_pool_customer WHERE owner_id = ANY(%s)",
                [self.user_ids],
            )
            return cr.fetchone()[0]

    def _claim(self, ids):
        return lambda env: env["crm.pool.customer"].browse(ids).action_claim()

    def test_tabs_of_one_agent_keep_the_quota(self):
        """P24: five tabs, ten customers each, quota twenty: twenty, not one more."""
        tabs = [self.customer_ids[start : start + 10] for start in range(0, 50, 10)]
        results = self._race([(self.user_ids[0], self._claim(ids)) for ids in tabs])
        codes = [row["code"] for rows in results for row in rows]
        self.assertEqual(codes.count("claimed"), LIMIT)
        self.assertEqual(codes.count("quota_exceeded"), 30)
        self.assertEqual(self._faults(), [])

    def test_naive_twin_breaks_the_quota(self):
        """P24: counting before writing lets every tab through."""
        tabs = [self.customer_ids[start : start + 10] for start in range(0, 50, 10)]
        self._race(
            [
                (
                    self.user_ids[0],
                    lambda env, ids=ids: naive_claim(
                        env["crm.pool.customer"].browse(ids)
                    ),
                )
                for ids in tabs
            ]
        )
        self.assertIn("quota", self._faults())

    def test_agents_on_the_same_customers(self):
        """P23: five agents want the same forty: each goes to one of them."""
        wanted = self.customer_ids[:40]
        results = self._race([(uid, self._claim(wanted)) for uid in self.user_ids])
        codes = [row["code"] for rows in results for row in rows]
        self.assertEqual(codes.count("claimed"), 40)
        self.assertEqual(self._faults(), [])

    def test_agents_draw_at_random(self):
        """P26: five agents draw fifteen each from what is there."""
        domain = [("id", "in", self.customer_ids)]
        results = self._race(
            [
                (
                    uid,
                    lambda env: env["crm.pool.customer"].action_claim_random(
                        15, domain, "target"
                    ),
                )
                for uid in self.user_ids
            ]
        )
        codes = [row["code"] for rows in results for row in rows]
        self.assertEqual(codes.count("claimed"), 75)
        self.assertEqual(self._faults(), [])

    def test_holding_cap_of_one_agent(self):
        """P30: tabs of one agent cannot pass the holding cap together."""
        with self._environment() as env:
            cr = env.cr
            company = env["res.company"].browse(self.company_id)
            env["crm.pool.policy"]._policy_for(company).holding_cap = 7
            cr.commit()  # pylint: disable=invalid-commit  # other cursors must see it
        tabs = [self.customer_ids[start : start + 5] for start in range(0, 25, 5)]
        self._race([(self.user_ids[0], self._claim(ids)) for ids in tabs])
        self.assertEqual(self._held(), 7)

    def test_rolled_back_claim_leaves_nothing(self):
        """P24: neither counter nor log of a claim that was rolled back."""
        with self._environment(self.user_ids[0]) as env:
            cr = env.cr
            rows = env["crm.pool.customer"].browse(self.customer_ids[:3])
            self.assertEqual(
                [row["code"] for row in rows.action_claim()], ["claimed"] * 3
            )
            cr.rollback()
        self.assertEqual(self._held(), 0)
        self.assertEqual(self._faults(), [])

    def test_row_of_several_documents_at_once(self):
        """P12: leads of one new partner, at once: one row."""
        with self._environment() as env:
            partner_id = env["res.partner"].create({"name": "Race Newcomer"}).id
            env.cr.commit()

        def find_or_make(env):
            partner = env["res.partner"].browse(partner_id)
            return env["crm.pool.customer"]._row_for(partner, env.company).id

        results = self._race([(uid, find_or_make) for uid in self.user_ids])
        self.assertEqual(len(set(results)), 1)
        with self._environment() as env:
            env["crm.pool.customer"].browse(results[0]).unlink()
            env["res.partner"].browse(partner_id).unlink()
            env.cr.commit()

    def test_day_is_the_company_s(self):
        """P25: the counters of this race are on one day of the company's zone."""
        self._race([(self.user_ids[0], self._claim(self.customer_ids[:2]))])
        with self._environment() as env:
            cr = env.cr
            cr.execute(
                "SELECT DISTINCT day FROM crm_pool_quota WHERE user_id = %s",
                [self.user_ids[0]],
            )
            ((day,),) = cr.fetchall()
            self.assertLessEqual(
                abs((day - datetime.now(UTC).date()).days), 1, env.company.name
            )
