import random

from odoo.tests import tagged

from ..pool.transition import STAGES
from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolInvariant(PoolCase):
    """P23, P24, P33: what holds after any series of actions by anybody."""

    def _act(self, draw, customers):
        """One random action on some customers by a random person."""
        users = [self.agent_1, self.agent_2, self.leader, self.manager]
        rows = customers.browse(draw.sample(customers.ids, draw.randint(1, 3)))
        rows = rows.with_user(draw.choice(users))
        code = draw.choice([*STAGES, False])
        other = draw.choice(users).id
        action = draw.choice(
            [
                lambda: rows.action_claim(),
                lambda: rows.action_screen(code or "target"),
                lambda: rows.action_release(draw.choice([None, "tidy"])),
                lambda: rows.action_promote(code),
                lambda: rows.action_demote(code, "down"),
                lambda: rows.action_move(code, "batch"),
                lambda: rows.action_assign(other, "spread"),
                lambda: rows.action_share(other),
                lambda: rows.action_unshare(other),
                lambda: rows.action_protect(),
                lambda: rows.action_unprotect(),
                lambda: rows.action_request("needed"),
                lambda: rows.env["crm.pool.request"].search([]).action_approve(),
                lambda: rows.action_claim_random(2, [("id", "in", customers.ids)]),
            ]
        )
        for row in action():
            self.assertTrue(row["message"])

    def _check(self, customers):
        self.env.invalidate_all()
        for customer in customers:
            access = customer.access_ids
            owners = access.filtered(lambda row: row.kind == "owner").user_id
            members = access.filtered(lambda row: row.kind == "collaborator").user_id
            self.assertEqual(owners, customer.owner_id)
            self.assertEqual(customer.access == "shared", not customer.owner_id)
            self.assertEqual(customer.access == "collaborative", bool(members))
            self.assertNotIn(customer.owner_id, members)
            owner, stage = self.env["res.users"], False
            is_protected = False
            for entry in customer.log_ids.sorted("id"):
                self.assertEqual(entry.owner_before_id, owner)
                self.assertEqual(entry.stage_before, stage)
                owner, stage = entry.owner_after_id, entry.stage_after
                if entry.action in ("protect", "unprotect"):
                    is_protected = entry.action == "protect"
            self.assertEqual((owner, stage), (customer.owner_id, customer.stage_code))
            self.assertEqual(customer.is_protection_open, is_protected)
            self.assertEqual(customer.is_protected, is_protected)
            self.assertTrue(customer.owner_id or not is_protected)

    def test_any_series_of_actions(self):
        """The log folds to owner, stage and protection; access and quota agree."""
        self.policy.protection_cap = 2
        customers = self._new_customers(3, "reserve") | self._new_customers(3)
        for seed in range(6):
            draw = random.Random(seed)
            for _step in range(15):
                self._act(draw, customers)
            with self.subTest(seed=seed):
                self._check(customers)
        for counter in self.env["crm.pool.quota"].search(
            [("used", ">", 0), ("scope", "!=", "holding")]
        ):
            logged = self.env["crm.pool.log"].search_count(
                [
                    ("actor_id", "=", counter.user_id.id),
                    ("quota_day", "=", counter.day),
                    ("quota_scope", "=", counter.scope),
                ]
            )
            self.assertEqual(counter.used, logged)
            self.assertLessEqual(counter.used, 20)
