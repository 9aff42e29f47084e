from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolClaim(PoolCase):
    """P6, P23, P24, P25, P26, P30: taking shared customers."""

    def _log(self, customer):
        return self.env["crm.pool.log"].search(
            [("customer_id", "=", customer.id)], order="id"
        )

    def _used(self, user, scope):
        counters = self.env["crm.pool.quota"].search(
            [("user_id", "=", user.id), ("scope", "=", scope)]
        )
        return sum(counters.mapped("used"))

    def test_claim_makes_personal_and_logs(self):
        """P23, P33: claimed customers are mine, logged with before and after."""
        customers = self._new_customers(2)
        results = customers.with_user(self.agent_1).action_claim()
        self.assertCodes(results, ["claimed"] * 2)
        self.assertEqual(customers.owner_id, self.agent_1)
        self.assertEqual(set(customers.mapped("access")), {"personal"})
        self.assertTrue(all(customers.mapped("claimed_at")))
        log = self._log(customers[0])[-1]
        self.assertEqual(
            (log.action, log.actor_id, log.owner_before_id, log.owner_after_id),
            ("claim", self.agent_1, self.env["res.users"], self.agent_1),
        )
        self.assertEqual((log.stage_before, log.stage_after), ("target", "target"))
        self.assertEqual(len(set(self._log(customers[0])[-1].mapped("batch"))), 1)

    def test_claim_again_is_no_op_without_quota(self):
        """P23: a double click neither fails nor counts."""
        customer = self._new_customers(1).with_user(self.agent_1)
        customer.action_claim()
        self.assertCodes(customer.action_claim(), ["already_yours"])
        self.assertEqual(self._used(self.agent_1, "target"), 1)

    def test_claim_of_taken_customer(self):
        """P20, P23: who comes second is told so; strangers learn nothing."""
        customer = self._new_customers(1)
        customer.with_user(self.agent_1).action_claim()
        self.assertCodes(customer.with_user(self.agent_2).action_claim(), ["taken_by"])
        self.pool.user_ids = self.agent_1 | self.agent_2
        result = customer.with_user(self.agent_3).action_claim()
        self.assertCodes(result, ["not_found"])
        self.assertNotIn(customer.name, result[0]["message"])

    def test_archived_person_takes_nothing(self):
        """P31: a session that outlived its user claims and draws nothing."""
        customer = self._new_customers(1)
        self.agent_1.active = False
        rows = customer.with_user(self.agent_1)
        with self.assertRaises(AccessError):
            rows.action_claim()
        with self.assertRaises(AccessError):
            rows.action_claim_random(1, stage_code="target")
        self.assertFalse(customer.owner_id)

    def test_claim_from_reserve_is_refused(self):
        """P23: the reserve is left by screening."""
        customer = self._new_customers(1, "reserve")
        results = customer.with_user(self.agent_1).action_claim()
        self.assertCodes(results, ["not_allowed"])

    def test_claim_from_archive(self):
        """P2: a customer without stage can be claimed."""
        customer = self._new_customers(1)
        customer._write_pool({"stage_id": False})
        self.assertCodes(customer.with_user(self.agent_1).action_claim(), ["claimed"])

    def test_quota_is_per_stage_and_day(self):
        """P24: 20 a day by default, for each stage by itself."""
        targets = self._new_customers(21)
        potential = self._new_customers(1, "potential")
        results = (targets | potential).with_user(self.agent_1).action_claim()
        self.assertCodes(results, ["claimed"] * 20 + ["quota_exceeded", "claimed"])
        self.assertFalse(targets[20].owner_id)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        with patch.object(self.env.cr, "now", return_value=tomorrow):
            last = targets[20].with_user(self.agent_1)
            self.assertCodes(last.action_claim(), ["claimed"])

    def test_release_does_not_refund(self):
        """P24: claim and release in a loop cannot pass the quota."""
        self._set_limit(2, "target")
        customers = self._new_customers(3).with_user(self.agent_1)
        for customer in customers[:2]:
            self.assertCodes(customer.action_claim(), ["claimed"])
            self.assertCodes(customer.action_release(), ["released"])
        self.assertCodes(customers[2].action_claim(), ["quota_exceeded"])

    def test_limit_zero_unlimited_and_lowered(self):
        """P24: 0 means none, unlimited none; a lowered limit is no debt."""
        customers = self._new_customers(4).with_user(self.agent_1)
        self._set_limit(0, "target")
        self.assertCodes(customers[0].action_claim(), ["quota_exceeded"])
        self.policy.line_ids.is_unlimited = True
        self.assertCodes(customers[:2].action_claim(), ["claimed"] * 2)
        self.policy.line_ids.is_unlimited = False
        self._set_limit(1, "target")
        self.assertCodes(customers[2].action_claim(), ["quota_exceeded"])
        self._set_limit(3, "target")
        self.assertCodes(customers[2:].action_claim(), ["claimed", "quota_exceeded"])

    def test_several_roles_take_the_most_generous(self):
        """P24: the quota of a leader is the higher of agent's and leader's."""
        group = self.env.ref("crm_stage_pipeline.crm_stage_pipeline_group_leader")
        self._set_limit(0, "target")
        self.policy.line_ids.create(
            {
                "policy_id": self.policy.id,
                "group_id": group.id,
                "stage_code": "target",
                "daily_limit": 1,
            }
        )
        customers = self._new_customers(2)
        results = customers.with_user(self.leader).action_claim()
        self.assertCodes(results, ["claimed", "quota_exceeded"])

    def test_all_or_nothing(self):
        """P6: the policy may refuse a request that is too large as a whole."""
        self.policy.partial_mode = "all_or_nothing"
        self._set_limit(2, "target")
        customers = self._new_customers(3).with_user(self.agent_1)
        self.assertCodes(customers.action_claim(), ["quota_exceeded"] * 3)
        self.assertCodes(customers[:2].action_claim(), ["claimed"] * 2)

    def test_screen_shared_uses_quota_of_reserve(self):
        """P6, C7: screening sets the working stage and counts on the reserve."""
        customers = self._new_customers(2, "reserve").with_user(self.agent_1)
        self.assertCodes(customers.action_screen("potential"), ["claimed"] * 2)
        self.assertEqual(set(customers.mapped("stage_code")), {"potential"})
        self.assertEqual(customers.stage_id, self._stage("potential"))
        self.assertEqual(self._used(self.agent_1, "reserve"), 2)
        self.assertEqual(self._used(self.agent_1, "potential"), 0)

    def test_screen_own_uses_no_quota(self):
        """P6: personal reserve customers move freely."""
        self._set_limit(0, "reserve")
        customer = self._new_customers(1, "reserve", self.agent_1)
        results = customer.with_user(self.agent_1).action_screen("target")
        self.assertCodes(results, ["moved"])
        self.assertEqual(customer.stage_code, "target")
        self.assertEqual(self._used(self.agent_1, "reserve"), 0)

    def test_screen_refusals(self):
        """P6: only out of the reserve, only to target, potential, opportunity."""
        reserve = self._new_customers(1, "reserve").with_user(self.agent_1)
        target = self._new_customers(1).with_user(self.agent_1)
        self.assertCodes(reserve.action_screen("deal"), ["illegal_transition"])
        self.assertCodes(reserve.action_screen("rubbish"), ["illegal_transition"])
        self.assertCodes(target.action_screen("target"), ["illegal_transition"])

    def test_claim_random(self):
        """P26: a number of customers that fit, at random, within the quota."""
        customers = self._new_customers(6, "reserve")
        self._set_limit(4, "reserve")
        model = self.env["crm.pool.customer"].with_user(self.agent_1)
        domain = [("id", "in", customers[:5].ids)]
        results = model.action_claim_random(3, domain)
        self.assertCodes(results, ["claimed"] * 3)
        mine = customers.filtered("owner_id")
        self.assertEqual(len(mine), 3)
        self.assertEqual(set(mine.mapped("stage_code")), {"target"})
        results = model.action_claim_random(3, domain)
        self.assertCodes(results, ["claimed", "quota_exceeded"])
        self.assertFalse(customers[5].owner_id)

    def test_claim_random_of_empty_pool(self):
        """P26: fewer than asked for is said, not hidden."""
        customers = self._new_customers(2)
        model = self.env["crm.pool.customer"].with_user(self.agent_1)
        domain = [("id", "in", customers.ids)]
        results = model.action_claim_random(5, domain, "target")
        self.assertCodes(results, ["claimed", "claimed", "pool_empty"])
        self.assertEqual(set(customers.mapped("stage_code")), {"target"})
        with self.assertRaises(UserError):
            model.action_claim_random(0)

    def test_claim_random_sees_no_other_pool(self):
        """P32: SQL obeys the pools too."""
        customers = self._new_customers(2, "reserve")
        self.pool.user_ids = self.agent_2
        model = self.env["crm.pool.customer"].with_user(self.agent_1)
        results = model.action_claim_random(2, [("id", "in", customers.ids)])
        self.assertCodes(results, ["pool_empty"])

    def test_holding_cap(self):
        """P30: nobody holds more than the cap."""
        self.policy.holding_cap = 2
        self._new_customers(1, "deal", self.agent_1)
        customers = self._new_customers(2).with_user(self.agent_1)
        self.assertCodes(customers.action_claim(), ["claimed", "cap_exceeded"])
        with self.assertRaises(UserError):
            self._new_customers(1, "target", self.agent_1)

    def test_cooldown_of_previous_owner(self):
        """P30: who gave a customer back waits; colleagues do not."""
        self.policy.cooldown_days = 3
        customers = self._new_customers(2, "target", self.agent_1)
        customers.with_user(self.agent_1).action_release()
        first = customers[0].with_user(self.agent_1)
        self.assertCodes(first.action_claim(), ["cooldown"])
        model = self.env["crm.pool.customer"].with_user(self.agent_1)
        drawn = model.action_claim_random(1, [("id", "in", customers.ids)], "target")
        self.assertCodes(drawn, ["pool_empty"])
        self.assertCodes(
            customers[0].with_user(self.agent_2).action_claim(), ["claimed"]
        )
        customers[1]._write_pool(
            {"released_at": fields.Datetime.now() - timedelta(days=4)}
        )
        second = customers[1].with_user(self.agent_1)
        self.assertCodes(second.action_claim(), ["claimed"])

    def test_fresh_data_delay(self):
        """P30: counted from the entry into the pool, not from any edit."""
        self.policy.fresh_delay = 30
        customer = self._new_customers(1)
        agent_view = customer.with_user(self.agent_1)
        self.assertCodes(agent_view.action_claim(), ["fresh"])
        customer._write_pool(
            {"pool_entered_at": fields.Datetime.now() - timedelta(minutes=31)}
        )
        customer.partner_id.city = "Xiamen"
        self.assertCodes(agent_view.action_claim(), ["claimed"])

    def test_quota_equals_log(self):
        """P24: the counters of a day are the log's rows of it."""
        self._new_customers(3).with_user(self.agent_1).action_claim()
        self._new_customers(2, "reserve").with_user(self.agent_1).action_screen(
            "target"
        )
        for counter in self.env["crm.pool.quota"].search(
            [("user_id", "=", self.agent_1.id)]
        ):
            logged = self.env["crm.pool.log"].search_count(
                [
                    ("actor_id", "=", self.agent_1.id),
                    ("quota_day", "=", counter.day),
                    ("quota_scope", "=", counter.scope),
                ]
            )
            self.assertEqual(counter.used, logged)

    def test_no_claim_in_two_companies(self):
        """P23: one call claims in the session's company only."""
        other = self.env["res.company"].create({"name": "Other Works"})
        self.agent_1.company_ids |= other
        customer = self._new_customers(1)
        foreign = self._new_customers(1)
        foreign._write_pool({"company_id": other.id})
        both = (customer | foreign).with_user(self.agent_1)
        both = both.with_context(allowed_company_ids=[self.company.id, other.id])
        self.assertCodes(both.action_claim(), ["claimed", "not_allowed"])
