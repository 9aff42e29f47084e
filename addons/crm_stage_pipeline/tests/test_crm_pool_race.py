from datetime import UTC, datetime

from odoo.tests import tagged

from .common import RaceCase

LIMIT = 20


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
class TestCrmPoolRace(RaceCase):
    """P23, P24, P30: claims that really run at once, each on its own connection."""

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
