"""Fifty people after 2,000 customers, two servers, one database; see floor.py.

What must hold is Floor.faults; the naive twins show that it would be found.
"""

import random
import threading
import time
from dataclasses import replace

from tests.clients.crowd import Refused, stampede

from .floor import FloorCase, codes

TABS = 3
QUOTA = 20
# writes a person's counter again and again, until there is none; it is locked between,
# so that no claim comes through
MEDDLE = """
DO $$ BEGIN LOOP
    UPDATE crm_pool_quota SET used = used WHERE user_id = {uid};
    EXIT WHEN NOT FOUND;
    PERFORM pg_sleep(0.005);
    COMMIT;
END LOOP; END $$
"""
WRITTEN = "SELECT max(xmin::text) FROM crm_pool_quota"
FREE = "SELECT min(id) FROM crm_pool_customer WHERE owner_id IS NULL"


class TestClaims(FloorCase):
    """P23 to P26, P30; invariants 1 to 6."""

    def claim(self, ids, method="action_claim"):
        """What a tab does: claim one or five of `ids`, now and then draw."""

        def act(person, number):
            draw = random.Random(person.uid * 1000 + number * 7 + person.port)
            if method == "action_claim" and number % 4 == 3:
                return person.call(
                    "crm.pool.customer",
                    "action_claim_random",
                    2,
                    [("id", "in", ids)],
                    "target",
                )
            wanted = draw.sample(ids, draw.choice((1, 1, 5)))
            return person.call("crm.pool.customer", method, wanted)

        return act

    def tabs(self, people, count=TABS):
        """Several tabs of each, on both servers."""
        return [
            replace(person, port=self.floor.servers[number].port)
            for person in people
            for number in range(count)
        ]

    def test_fifty_people_some_in_many_tabs(self):
        """P23, P24: no customer twice, no quota exceeded, counters = log = owners."""
        people = self.tabs(self.floor.agents[:10]) + self.floor.agents[10:]
        done = stampede(people, self.claim(self.floor.ids), times=9)
        self.assertAnswered(done)
        self.assertSound()
        found = codes(done)
        self.assertGreater(found.count("claimed"), 400)
        self.assertGreater(found.count("quota_exceeded"), 0)
        self.assertGreater(found.count("taken_by"), 0)
        owned = self.floor.count("crm_pool_customer", "owner_id IS NOT NULL")
        self.assertEqual(owned, found.count("claimed"))

    def test_naive_claim_exceeds_the_quota(self):
        """P24: the same crowd with read, count, write passes its quota."""
        people = self.tabs(self.floor.agents[:10], 5)
        act = self.claim(self.floor.ids, "action_claim_naively")
        # two tabs have to meet at a quota's last customers: not in every crowd
        for _crowd in range(6):
            stampede(people, act, times=6)
            faults = self.floor.faults()
            if "more than the quota" in faults:
                break
            self.floor.reset()
        self.assertIn("more than the quota", faults)

    def test_holding_cap(self):
        """P30: tabs of one person cannot pass the cap together."""
        self.floor.reset(holding_cap=6)
        people = self.tabs(self.floor.agents[:8], 4)
        done = stampede(people, self.claim(self.floor.ids), times=4)
        self.assertAnswered(done)
        self.assertSound()
        self.assertGreater(codes(done).count("cap_exceeded"), 0)

    def test_naive_claim_exceeds_the_cap(self):
        """P30: and with read, count, write they can."""
        self.floor.reset(holding_cap=6)
        people = self.tabs(self.floor.agents[:8], 5)
        act = self.claim(self.floor.ids, "action_claim_naively")
        for _crowd in range(6):
            stampede(people, act, times=4)
            faults = self.floor.faults()
            if "more than the holding cap" in faults:
                break
            self.floor.reset(holding_cap=6)
        self.assertIn("more than the holding cap", faults)

    def protect(self, method):
        """What a tab does: protect five of the person's own twenty."""

        def act(person, number):
            draw = random.Random(person.uid * 1000 + number * 7 + person.port)
            wanted = draw.sample(self.owned[person.uid], 5)
            return person.call("crm.pool.customer", method, wanted)

        return act

    def stampede_of_protections(self, method):
        """Five people, four tabs each, who may protect seven of their twenty."""
        self.floor.reset(protection_cap=7)
        people, self.owned = self.floor.agents[:5], {}
        for number, person in enumerate(people):
            mine = self.floor.ids[number * QUOTA : (number + 1) * QUOTA]
            rows = person.call("crm.pool.customer", "action_claim", mine)
            self.assertEqual({row["code"] for row in rows}, {"claimed"})
            self.owned[person.uid] = mine
        return stampede(self.tabs(people, 4), self.protect(method), times=3)

    def test_protection_cap(self):
        """P28: tabs of one person cannot protect more than the cap together."""
        done = self.stampede_of_protections("action_protect")
        self.assertAnswered(done)
        self.assertSound()
        found = codes(done)
        self.assertEqual(found.count("protected_until"), 5 * 7)
        self.assertGreater(found.count("protection_cap_exceeded"), 0)

    def test_naive_protection_exceeds_the_cap(self):
        """P28: and with read, count, write they can."""
        self.stampede_of_protections("action_protect_naively")
        self.assertIn("more than may be protected", self.floor.faults())

    def test_answer_when_every_try_meets_another(self):
        """P23, P24: who meets others at each of Odoo's tries is told so, in words, row
        by row, and nothing is done; here something writes his counter all the time."""
        person = self.floor.agents[0]
        person.call("crm.pool.customer", "action_claim", self.floor.ids[:1])
        meddler = threading.Thread(
            target=self.floor.ask, args=(MEDDLE.format(uid=person.uid),)
        )
        meddler.start()
        written = self.floor.ask(WRITTEN)
        while self.floor.ask(WRITTEN) == written:
            time.sleep(0.1)  # until he is at it
        try:
            done = stampede(
                self.tabs([person], 2),
                lambda tab, _n: tab.call(
                    "crm.pool.customer", "action_claim", self.floor.ids[1:3]
                ),
                times=1,
            )
        finally:
            self.floor.ask("DELETE FROM crm_pool_quota")  # which ends the meddler
            meddler.join()
        self.assertAnswered(done)
        self.assertEqual(codes(done), ["busy"] * 4)
        for row in done.answers[0]:
            self.assertIn("try again", row["message"])
        self.assertEqual(self.floor.count("crm_pool_log", "action = 'claim'"), 1)
        self.assertEqual(
            self.floor.count("crm_pool_customer", "owner_id IS NOT NULL"), 1
        )

    def test_direct_write_is_refused(self):
        """Bad input: a direct write of owner, stage or protection over RPC."""
        agent, manager = self.floor.agents[0], self.floor.managers[0]
        mine = self.floor.ids[:1]
        agent.call("crm.pool.customer", "action_claim", mine)
        [stage] = manager.call("crm.pool.stage", "search", [("code", "=", "deal")])
        for person in (agent, manager):
            for vals in (
                {"owner_id": person.uid},
                {"owner_id": False},
                {"stage_id": stage},
                {"protected_until": "2099-01-01 00:00:00"},
            ):
                with self.subTest(person=person.login, vals=vals):
                    with self.assertRaises(Refused) as refusal:
                        person.call("crm.pool.customer", "write", mine, vals)
                    self.assertIn("AccessError", str(refusal.exception))
        self.assertSound()

    def test_server_killed_in_the_middle(self):
        """P24: kill -9 leaves counters, log and owners equal."""
        victim = self.floor.servers[1]
        killer = threading.Timer(1.0, victim.kill)
        killer.start()
        try:
            done = stampede(
                self.floor.agents, self.claim(self.floor.ids), seconds=4, times=40
            )
        finally:
            killer.join()
            victim.start()
            victim.wait()
        self.assertTrue(any(isinstance(answer, OSError) for answer in done.answers))
        self.assertSound()
        owned = self.floor.count("crm_pool_customer", "owner_id IS NOT NULL")
        self.assertGreaterEqual(owned, codes(done).count("claimed"))

    def test_quota_lowered_in_the_middle(self):
        """P24, bad input: a quota changed in the middle of a claim holds for every
        claim that began after the change."""
        manager = self.floor.managers[0]
        [policy] = manager.call("crm.pool.policy", "search", [])
        lines = manager.call("crm.pool.policy.line", "search", [])
        changed = []

        def lower():
            manager.call(
                "crm.pool.policy",
                "write",
                [policy],
                {"line_ids": [(1, line, {"daily_limit": 4}) for line in lines]},
            )
            changed.append(
                self.floor.ask("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
            )

        timer = threading.Timer(0.8, lower)
        timer.start()
        done = stampede(self.floor.agents, self.claim(self.floor.ids), times=8)
        timer.join()
        self.assertAnswered(done)
        late = self.floor.ask(
            f"""
            SELECT actor_id FROM (
                SELECT actor_id, at, row_number() OVER (
                       PARTITION BY actor_id ORDER BY id) AS number
                  FROM crm_pool_log WHERE action = 'claim') AS claims
             WHERE at > '{changed[0]}' AND number > 4
            """
        )
        self.assertEqual(late, "")
        faults = self.floor.faults()
        faults.pop("more than the quota", None)  # claimed before the change
        self.assertEqual(faults, {})
        used = "SELECT count(*) FROM crm_pool_quota WHERE used BETWEEN 1 AND 20"
        self.assertGreater(int(self.floor.ask(used)), 0)

    def test_person_archived_in_the_middle(self):
        """P31, bad input: a user archived in the middle of a claim; nothing is claimed
        by him afterwards."""
        leaving, manager = self.floor.agents[:5], self.floor.managers[0]
        ids = ", ".join(str(person.uid) for person in leaving)
        archived = []

        def set_active(active):
            manager.call(
                "res.users", "write", [p.uid for p in leaving], {"active": active}
            )

        def archive():
            time.sleep(0.8)
            set_active(False)
            archived.append(self.floor.ask("SELECT now() AT TIME ZONE 'UTC'"))

        thread = threading.Thread(target=archive)
        thread.start()
        try:
            stampede(self.floor.agents, self.claim(self.floor.ids), times=10)
            thread.join()
            late = self.floor.count(
                "crm_pool_log", f"actor_id IN ({ids}) AND at > '{archived[0]}'"
            )
            free = int(self.floor.ask(FREE))
            with self.assertRaises(Refused):
                leaving[0].call("crm.pool.customer", "action_claim", [free])
        finally:
            thread.join()
            set_active(True)
        self.assertEqual(late, 0)
        self.assertSound()
