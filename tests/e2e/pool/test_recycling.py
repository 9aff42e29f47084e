"""A recycling run whose server is killed, with kill -9; see floor.py."""

import http.client
import threading
from dataclasses import replace

from tests.clients.crowd import Refused

from .floor import CUSTOMERS, FloorCase

EACH = 40
# claimed a month ago
AGE = "UPDATE crm_pool_customer SET claimed_at = now() - interval '30 days'"
RECYCLED = """
SELECT count(*) FROM (SELECT customer_ref FROM crm_pool_log WHERE action = 'recycle'
                       GROUP BY 1 HAVING count(*) = 1) AS once
"""


class TestRecycling(FloorCase):
    """P27; invariants 2, 4 and 11."""

    def claim_all(self):
        """Everybody has forty, so that all customers have an owner."""
        self.floor.reset(daily_limit=EACH)
        for number, agent in enumerate(self.floor.agents):
            mine = self.floor.ids[number * EACH : (number + 1) * EACH]
            rows = agent.call("crm.pool.customer", "action_claim", mine)
            self.assertEqual({row["code"] for row in rows}, {"claimed"})
        owned = self.floor.count("crm_pool_customer", "owner_id IS NOT NULL")
        self.assertEqual(owned, CUSTOMERS)

    def confirmed(self, manager, policy, button, then):
        """Look at the preview of a button; without a word of it nothing happens."""
        shown = manager.call("crm.pool.policy", button, [policy])
        preview = "crm.pool.recycle.preview"
        [seen] = manager.call(
            preview, "read", [shown["res_id"]], ["is_alarming", "due_count"]
        )
        self.assertEqual((seen["is_alarming"], seen["due_count"]), (True, CUSTOMERS))
        with self.assertRaises(Refused) as refusal:
            manager.call(preview, then, [shown["res_id"]])
        self.assertIn(f"{CUSTOMERS} of {CUSTOMERS}", str(refusal.exception))
        manager.call(preview, "write", [shown["res_id"]], {"is_confirmed": True})
        return manager.call(preview, then, [shown["res_id"]])

    def start_run(self, manager):
        """A rule that recycles everything, put in force, and its run. :return: ids"""
        [policy] = manager.call("crm.pool.policy", "search", [])
        rule = manager.call(
            "crm.pool.recycle.rule",
            "create",
            {"name": "Never called", "policy_id": policy, "days": 5},
        )
        self.addCleanup(manager.call, "crm.pool.recycle.rule", "unlink", [rule])
        self.floor.ask(AGE)
        self.confirmed(manager, policy, "action_recycle_force", "action_put_in_force")
        run = self.confirmed(manager, policy, "action_recycle_now", "action_run")
        return run["res_id"]

    def test_server_killed_in_a_run(self):
        """P27, bad input: a policy that would recycle everything asks first and shows
        the number; after kill -9 in its run counters, log and owners are equal, and the
        run goes on where it was: everybody's customers go back, each once."""
        self.claim_all()
        manager = self.floor.managers[0]
        run = self.start_run(manager)

        def step(person):
            return person.call("crm.pool.recycle.run", "action_step", [run])

        victim = self.floor.servers[1]
        there = replace(manager, port=victim.port)
        for _number in range(3):
            self.assertEqual(step(there)["state"], "running")
        killer = threading.Timer(0.3, victim.kill)
        killer.start()
        try:
            with self.assertRaises((OSError, http.client.HTTPException)):
                while step(there)["state"] == "running":
                    pass
        finally:
            killer.join()
            victim.start()
            victim.wait()
        gone = self.floor.count("crm_pool_customer", "owner_id IS NULL")
        self.assertLess(0, gone)
        self.assertLess(gone, CUSTOMERS)
        self.assertEqual(int(self.floor.ask(RECYCLED)), gone)
        self.assertSound()
        while step(manager)["state"] == "running":
            pass
        left = self.floor.count("crm_pool_customer", "owner_id IS NOT NULL")
        self.assertEqual(left, 0)
        self.assertEqual(int(self.floor.ask(RECYCLED)), CUSTOMERS)
        [told] = manager.call("crm.pool.recycle.run", "read", [run], ["recycled_count"])
        self.assertEqual(told["recycled_count"], CUSTOMERS)
        self.assertSound()
