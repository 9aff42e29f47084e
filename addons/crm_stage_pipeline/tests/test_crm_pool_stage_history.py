from odoo.tests import tagged
from odoo.tools import SQL

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolStageHistory(PoolCase):
    """Time in each stage, and what became of those who were in it (P61)."""

    def _moved(self, customer, *steps):
        """Let the customer's moves have happened so many days ago."""
        self.env.cr.execute(
            "SELECT id FROM crm_pool_log WHERE customer_id = %s"
            " AND (action = 'enter' OR stage_before IS DISTINCT FROM stage_after)"
            " ORDER BY id",
            [customer.id],
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        self.assertEqual(len(ids), len(steps))
        for log_id, days in zip(ids, steps, strict=True):
            self.env.cr.execute(
                SQL(
                    "UPDATE crm_pool_log SET at = now() AT TIME ZONE 'UTC'"
                    " - %s * interval '1 day' WHERE id = %s",
                    days,
                    log_id,
                )
            )

    def _stays(self, user, customer):
        rows = (
            self.env["crm.pool.stage.history"]
            .with_user(user)
            .search([("customer_id", "=", customer.id)], order="entered_at")
        )
        return [
            (row.stage_code, row.next_stage_code, round(row.days, 1), row.success)
            for row in rows
        ]

    def test_days_and_success(self):
        """P61: ten days target, up; three days potential, down; target since."""
        customer = self._new_customers(1, owner=self.agent_1)
        mine = customer.with_user(self.agent_1)
        self.assertEqual(mine.action_promote("potential")[0]["code"], "moved")
        leader = customer.with_user(self.leader)
        self.assertEqual(leader.action_demote("target", "no need")[0]["code"], "moved")
        self._moved(customer, 15, 5, 2)
        self.assertEqual(
            self._stays(self.agent_1, customer),
            [
                ("target", "potential", 10.0, 100.0),
                ("potential", "target", 3.0, 0.0),
                ("target", False, 2.0, 0.0),
            ],
        )
        [[days, success]] = (
            self.env["crm.pool.stage.history"]
            .with_user(self.manager)
            ._read_group(
                [("customer_id", "=", customer.id)], [], ["days:avg", "success:avg"]
            )
        )
        self.assertAlmostEqual(days, 5.0, 1)
        # who still stands there neither succeeded nor failed
        self.assertEqual(success, 50.0)

    def test_what_is_no_move_ends_no_stay(self):
        """P61: claimed, given back and claimed again: one stay in the stage."""
        customer = self._new_customers(1)
        for agent in (self.agent_1, self.agent_2):
            self.assertEqual(
                customer.with_user(agent).action_claim()[0]["code"], "claimed"
            )
            customer.with_user(agent).action_release("no need")
        self.assertEqual(len(self._stays(self.manager, customer)), 1)

    def test_stages_stand_in_their_order(self):
        """P61: in tables and charts as customers go through them, both ways."""
        for code in ("deal", "reserve", "potential", "target", "opportunity"):
            self._new_customers(1, code, owner=self.agent_1)
        history = self.env["crm.pool.stage.history"].with_user(self.agent_1)
        sets = history.formatted_read_grouping_sets(
            [], [["stage_code"], []], ["__count"]
        )
        expected = ["reserve", "target", "potential", "opportunity", "deal"]
        self.assertEqual([row["stage_code"] for row in sets[0]], expected)
        groups = history.formatted_read_group(
            [], ["stage_code", "user_id"], ["__count"], order="stage_code desc"
        )
        self.assertEqual([row["stage_code"] for row in groups], expected[::-1])

    def test_others_customers_are_hidden(self):
        """P28, P61: the history of a customer is read by who sees the customer."""
        customer = self._new_customers(1, owner=self.agent_1)
        self.assertTrue(self._stays(self.agent_1, customer))
        self.assertTrue(self._stays(self.leader, customer))
        self.assertFalse(self._stays(self.agent_2, customer))
