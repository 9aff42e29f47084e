from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolTake(PoolCase):
    """The statements of a claim are few, planned once, and ask all rules (P23)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rows = cls._new_customers(4, "target")

    def _codes(self, customers, user):
        results = customers.with_user(user).action_claim()
        return [result["code"] for result in results]

    def _statements(self, customer):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(self._codes(customer, self.agent_1), ["claimed"])
        return self.env.cr.sql_log_count - before

    def test_a_claim_is_five_statements(self):
        """The look, the policy, the clock, the counter, the taking."""
        self._statements(self.rows[0])  # makes the counter, warms the caches
        self.assertLessEqual(self._statements(self.rows[1]), 5)

    def test_a_rule_of_another_module_closes_a_shared_customer(self):
        """The look at shared customers gives way to the rules that are there."""
        model = self.rows.with_user(self.agent_1)
        self.assertTrue(model._sees_shared())
        self.env["ir.rule"].create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"]._get_id("crm.pool.customer"),
                "domain_force": [("id", "!=", self.rows[2].id)],
            }
        )
        self.assertFalse(model._sees_shared())
        self.assertEqual(
            self._codes(self.rows[2:4], self.agent_1), ["not_found", "claimed"]
        )
