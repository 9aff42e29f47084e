from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .common import PoolCase, RaceCase

NOW = datetime(2026, 3, 11, 2, 0)


@tagged("post_install", "-at_install")
class TestCrmWorkQueue(PoolCase):
    """P41: what comes next, by value; screening and collecting at the end (C17)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.tz = cls.agent_1.tz = cls.agent_2.tz = "UTC"

    def setUp(self):
        super().setUp()
        # the lease's own cursor is the test's
        self.registry_enter_test_mode()

    def _due(self, stage, owner=None, moment=NOW):
        [customer] = self._new_customers(1, stage, owner)
        customer._privileged()._write_pool({"next_visit_date": moment})
        return customer

    def _next(self, user, skipped=()):
        return self.env["crm.work.queue"].with_user(user).next_work(list(skipped))

    def _walk(self, user):
        """Press "next" until nothing is left: the keys, and what is offered then."""
        keys = []
        while (item := self._next(user, keys))["kind"] == "work":
            self.assertNotIn(item["key"], keys)
            keys.append(item["key"])
        return keys, item

    @freeze_time(NOW)
    def test_order_of_value(self):
        """P41: deal, order, opportunity, potential, target; then new target ones."""
        new = self._new_customers(1, "target", self.agent_1)
        target = self._due("target", self.agent_1, NOW - timedelta(days=9))
        potential_late = self._due("potential", self.agent_1, NOW - timedelta(days=2))
        potential = self._due("potential", self.agent_1)
        deal = self._due("deal", self.agent_1)
        opportunity = self._due("opportunity", self.agent_1)
        self._due("deal", self.agent_2)
        self._due("deal", self.agent_1, NOW + timedelta(days=1))
        order = self._new_order(potential)
        order.follower_id = self.agent_1
        order.action_confirm()
        self.assertEqual(potential.stage_code, "deal")
        order.follow_visit_date = NOW
        keys, _nothing = self._walk(self.agent_1)
        self.assertEqual(
            keys,
            [
                f"{record._name},{record.id}"
                for record in (
                    potential,
                    deal,
                    order,
                    opportunity,
                    potential_late,
                    target,
                    new,
                )
            ],
        )
        queue = self.env["crm.work.queue"].with_user(self.agent_1).get_queue()
        self.assertEqual([item["key"] for item in queue], keys)

    @freeze_time(NOW)
    def test_shared_work_follows_own(self):
        """P41: shared customers that are due come after one's own, to one agent."""
        own = self._due("target", self.agent_1)
        shared = self._due("deal")
        item = self._next(self.agent_1)
        self.assertEqual(item["customer_id"], own.id)
        item = self._next(self.agent_1, [item["key"]])
        self.assertEqual(item["customer_id"], shared.id)
        # in the hands of the first, not offered to the second
        self.assertEqual(self._next(self.agent_2)["kind"], "collecting")
        # one's own lease is no obstacle: a double click gives the same customer
        again = self._next(self.agent_1, [f"crm.pool.customer,{own.id}"])
        self.assertEqual(again["customer_id"], shared.id)
        with freeze_time(NOW + timedelta(minutes=16)):
            self.assertEqual(self._next(self.agent_2)["customer_id"], shared.id)

    @freeze_time(NOW)
    def test_collaborators_do_not_meet(self):
        """P41: a customer of two people is in the hands of one at a time."""
        customer = self._due("potential", self.agent_1)
        customer.action_share(self.agent_2.id)
        self.assertEqual(self._next(self.agent_2)["customer_id"], customer.id)
        self.assertEqual(self._next(self.agent_1)["kind"], "collecting")

    def test_screening_then_collecting(self):
        """C17: the reserve is offered while it has customers, else collecting."""
        reserve = self._new_customers(1, "reserve")
        answer = self._next(self.agent_1)
        self.assertEqual(answer["kind"], "screening")
        self.assertTrue(answer["message"])
        reserve.with_user(self.manager).action_archive()
        answer = self._next(self.agent_1)
        self.assertEqual(answer["kind"], "collecting")
        # an agent enters customers by hand, a leader imports files too
        self.assertEqual(len(answer["actions"]), 1)
        self.assertEqual(len(self._next(self.leader)["actions"]), 2)

    @freeze_time(NOW)
    def test_leases_vanish(self):
        """Ended leases are removed, running ones stay."""
        self._due("deal", self.agent_1)
        self._next(self.agent_1)
        leases = self.env["crm.work.lease"]
        leases._gc_ended()
        self.assertTrue(leases.search([("user_id", "=", self.agent_1.id)]))
        with freeze_time(NOW + timedelta(hours=1)):
            leases._gc_ended()
        self.assertFalse(leases.search([("user_id", "=", self.agent_1.id)]))


def naive_next(env):
    """The next shared customer as one would first write it: look, then note."""
    now = fields.Datetime.now()
    leases = env["crm.work.lease"].sudo()
    taken = leases.search([("until", ">", now)]).mapped("res_id")
    customer = env["crm.pool.customer"].search(
        [("next_visit_date", "<=", now), ("id", "not in", taken)],
        order="next_visit_date, id",
        limit=1,
    )
    env.cr.execute("INSERT INTO naive_lease VALUES (%s, %s)", [env.uid, customer.id])
    return customer.id


@tagged("post_install", "-at_install", "race")
class TestCrmWorkQueueRace(RaceCase):
    """P41: agents who press "next" together, each on a connection of his own."""

    def setUp(self):
        super().setUp()
        with self._environment() as env:
            env.cr.execute(
                "UPDATE crm_pool_customer SET next_visit_date = "
                "now() at time zone 'UTC' - interval '1 hour' WHERE id = ANY(%s)",
                [self.customer_ids],
            )
            env.cr.execute("CREATE TABLE naive_lease (user_id int, customer_id int)")
            env.cr.commit()

    def _reset(self):
        result = super()._reset()
        with self._environment() as env:
            env.cr.execute("DROP TABLE IF EXISTS naive_lease")
            env.cr.execute(
                "DELETE FROM crm_work_lease WHERE user_id = ANY(%s)", [self.user_ids]
            )
            env.cr.execute(
                "UPDATE crm_pool_customer SET next_visit_date = NULL"
                " WHERE id = ANY(%s)",
                [self.customer_ids],
            )
            env.cr.commit()
        return result

    def test_never_the_same_customer(self):
        """P41: five agents, five times "next": twenty-five different customers."""
        keys = {uid: [] for uid in self.user_ids}
        for _round in range(5):
            items = self._race(
                [
                    (
                        uid,
                        lambda env, uid=uid: env["crm.work.queue"].next_work(keys[uid]),
                    )
                    for uid in self.user_ids
                ]
            )
            for uid, item in zip(self.user_ids, items, strict=True):
                self.assertEqual(item["kind"], "work")
                keys[uid].append(item["key"])
        given = [key for one in keys.values() for key in one]
        self.assertEqual(len(set(given)), 25)

    def test_naive_twin_gives_one_to_all(self):
        """P41: looking and then noting gives several agents the same customer."""
        given = self._race([(uid, naive_next) for uid in self.user_ids])
        self.assertLess(len(set(given)), len(given))
