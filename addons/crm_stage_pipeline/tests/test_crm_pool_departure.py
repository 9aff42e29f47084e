from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PoolCase


@tagged("post_install", "-at_install")
class TestCrmPoolDeparture(PoolCase):
    """P21, P31: owners who leave a customer, or the company."""

    def _run_job(self, model, method, left=9.0):
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", return_value=left
        ):
            getattr(self.env[model].with_user(1), method)()

    def _collaborative(self, *members, owner=None):
        customer = self._new_customers(1, "target", owner or self.agent_1)
        for member in members:
            customer.with_user(self.agent_1).action_share(member.id)
        return customer

    # a collaborative customer

    def test_owner_leaves_to_the_pool(self):
        """P21: by the policy's default a released collaborative customer is shared."""
        customer = self._collaborative(self.agent_2)
        results = customer.with_user(self.agent_1).action_release()
        self.assertCodes(results, ["released"])
        self.assertEqual(customer.access, "shared")
        self.assertFalse(customer.access_ids)

    def test_owner_leaves_to_the_next_member(self):
        """P21: or goes to who has worked on it longest and may edit it."""
        self.policy.owner_leaves = "member"
        customer = self._collaborative(self.agent_2, self.agent_3)
        customer.access_ids.filtered(
            lambda row: row.user_id == self.agent_2
        ).is_readonly = True
        results = customer.with_user(self.agent_1).action_release("moving on")
        self.assertCodes(results, ["passed_on"])
        self.assertIn(self.agent_3.name, results[0]["message"])
        self.assertEqual(customer.owner_id, self.agent_3)
        self.assertEqual(customer.access, "collaborative")
        self.assertFalse(customer.with_user(self.agent_1).has_access("read"))
        last = customer.log_ids.sorted("id")[-1:]
        self.assertEqual((last.action, last.owner_after_id), ("assign", self.agent_3))

    def test_next_member_without_room(self):
        """P21, P30: a member at his cap is passed over; nobody left: the pool."""
        self.policy.write({"owner_leaves": "member", "holding_cap": 1})
        self._new_customers(1, "target", self.agent_2)
        customer = self._collaborative(self.agent_2)
        results = customer.with_user(self.agent_1).action_release()
        self.assertCodes(results, ["released"])
        self.assertFalse(customer.owner_id)

    def test_manager_takes_back_to_the_pool(self):
        """P21, P31: what a manager takes away goes to nobody's colleague."""
        self.policy.owner_leaves = "member"
        customer = self._collaborative(self.agent_2)
        results = customer.with_user(self.manager).action_release("idle")
        self.assertCodes(results, ["released"])

    def test_order_of_results(self):
        """P21: results come in the order of the rows, whatever became of each."""
        self.policy.owner_leaves = "member"
        rows = self._new_customers(1, "target", self.agent_1)
        rows |= self._collaborative(self.agent_2)
        rows |= self._new_customers(1, "target", self.agent_1)
        results = rows.with_user(self.agent_1).action_release()
        self.assertCodes(results, ["released", "passed_on", "released"])
        self.assertEqual([row["customer_id"] for row in results], rows.ids)

    # an archived user

    def test_archiving_opens_the_handover(self):
        """P31: and managers are told, and his requests are void."""
        customers = self._new_customers(2, "target", self.agent_1)
        other = self._new_customers(1, "target", self.agent_2)
        model = self.env["crm.pool.customer"].with_user(self.agent_1)
        model.action_request_by_name(other.name, "x")
        request = self.env["crm.pool.request"].search([("user_id", "=", model.env.uid)])
        admin = self.env.ref("base.user_admin")
        action = self.agent_1.with_user(admin).action_archive()
        self.assertEqual(action["res_model"], "crm.pool.handover")
        self.assertEqual(action["context"]["default_user_id"], self.agent_1.id)
        self.assertEqual(request.state, "void")
        todo = self.env["mail.activity"].search(
            [("user_id", "=", self.manager.id), ("res_model", "=", False)]
        )
        self.assertIn(self.agent_1.name, todo.summary)
        for customer in customers:
            self.assertIn(customer.name, todo.note)
        self.assertFalse(self.agent_3.with_user(admin).action_archive())

    def test_job_releases_what_remains(self):
        """P31: once; the open order's customer stays; other owners keep theirs."""
        free = self._new_customers(3, "target", self.agent_1)
        free[0].with_user(self.agent_1).action_protect()
        kept = self._new_customers(1, "deal", self.agent_1)
        self._new_order(kept).action_confirm()
        other = self._new_customers(1, "target", self.agent_2)
        other.with_user(self.agent_2).action_share(self.agent_1.id)
        self.agent_1.active = False
        self._run_job("crm.pool.customer", "_cron_release_departed")
        count = self.env["crm.pool.log"].search_count([])
        self._run_job("crm.pool.customer", "_cron_release_departed")
        self.assertEqual(self.env["crm.pool.log"].search_count([]), count)
        self.assertFalse(free.owner_id)
        self.assertEqual(set(free.mapped("access")), {"shared"})
        self.assertEqual(kept.owner_id, self.agent_1)
        self.assertEqual((other.owner_id, other.access), (self.agent_2, "personal"))
        found = self.env["crm.pool.customer"].search(
            [("owner_id.active", "=", False), ("owner_id", "!=", False)]
        )
        self.assertEqual(found, kept)

    def test_job_gives_to_the_next_member(self):
        """P21, P31: by policy, also at night."""
        self.policy.owner_leaves = "member"
        customer = self._collaborative(self.agent_2)
        self.agent_1.active = False
        self._run_job("crm.pool.customer", "_cron_release_departed")
        self.assertEqual(customer.owner_id, self.agent_2)

    def test_job_in_batches_and_broken_off(self):
        """P31: two at a time; broken off after the first batch, it goes on."""
        customers = self._new_customers(5, "target", self.agent_1)
        self.agent_1.active = False
        module = "odoo.addons.crm_stage_pipeline.models.crm_pool_customer_owner_leave"
        with patch(f"{module}.BATCH", 2):
            self._run_job("crm.pool.customer", "_cron_release_departed", 0)
            self.assertEqual(len(customers.filtered("owner_id")), 3)
            self._run_job("crm.pool.customer", "_cron_release_departed")
        self.assertFalse(customers.owner_id)

    # the handover

    def _handover(self, **vals):
        return (
            self.env["crm.pool.handover"]
            .with_user(self.manager)
            .create({"user_id": self.agent_1.id, "reason": "left", **vals})
        )

    def test_preview(self):
        """P31: how many, how many of them protected, collaborative, kept by orders."""
        self._new_customers(2, "target", self.agent_1)[0].with_user(
            self.agent_1
        ).action_protect()
        self._collaborative(self.agent_2)
        kept = self._new_customers(1, "deal", self.agent_1)
        self._new_order(kept).action_confirm()
        handover = self._handover()
        self.assertEqual(
            (
                handover.customer_count,
                handover.protected_count,
                handover.collaborative_count,
                handover.order_count,
            ),
            (4, 1, 1, 1),
        )
        self.assertEqual(self.agent_1.with_user(self.manager).pool_customer_count, 4)

    def test_to_the_pool(self):
        """P31: what an open order keeps is listed with its sentence."""
        free = self._new_customers(2, "target", self.agent_1)
        kept = self._new_customers(1, "deal", self.agent_1)
        self._new_order(kept).action_confirm()
        handover = self._handover()
        handover.action_start()
        self.assertEqual(handover.state, "done")
        self.assertEqual((handover.done_count, handover.refused_count), (2, 1))
        self.assertEqual(handover.line_ids.customer_id, kept)
        self.assertTrue(handover.line_ids.message)
        self.assertFalse(free.owner_id)
        self.assertEqual(free[0].log_ids[0].actor_id, self.manager)
        handover.action_start()  # a double click
        self.assertEqual((handover.done_count, handover.refused_count), (2, 1))
        self.assertEqual(handover.progress, 100)

    def test_to_colleagues(self):
        """P31, P30: evenly, also with an open order, and as far as there is room."""
        customers = self._new_customers(5, "target", self.agent_1)
        kept = self._new_customers(1, "deal", self.agent_1)
        self._new_order(kept).action_confirm()
        self.policy.holding_cap = 4
        self._new_customers(3, "target", self.agent_2)
        heirs = self.agent_2 | self.agent_3
        handover = self._handover(mode="person", heir_ids=[(6, 0, heirs.ids)])
        handover.action_start()
        held = (customers | kept).grouped("owner_id")
        self.assertEqual(len(held[self.agent_2]), 1)
        self.assertEqual(len(held[self.agent_3]), 4)
        self.assertEqual(handover.refused_count, 1)
        self.assertEqual(handover.line_ids.customer_id, held[self.agent_1])

    def test_batches_and_job(self):
        """P31: the first batch at once, the others by the job, each customer once."""
        customers = self._new_customers(5, "target", self.agent_1)
        handover = self._handover()
        with patch.object(type(handover), "_batch_size", 2):
            handover.action_start()
            self.assertEqual((handover.state, handover.done_count), ("running", 2))
            self.assertEqual(handover.progress, 40)
            self._run_job("crm.pool.handover", "_cron_run", 0)
            self.assertEqual(handover.done_count, 4)
            self._run_job("crm.pool.handover", "_cron_run")
        self.assertEqual((handover.state, handover.done_count), ("done", 5))
        self.assertFalse(customers.owner_id)
        for customer in customers:
            released = customer.log_ids.filtered(lambda row: row.action == "release")
            self.assertEqual(len(released), 1)
            self.assertEqual(released.actor_id, self.manager)

    def test_starts_in_nobody_elses_name(self):
        """P31: the job has the rights of who started it, and of nobody else."""
        with self.assertRaises(AccessError):
            self._handover(starter_id=self.agent_2.id)
        handover = self._handover()
        with self.assertRaises(AccessError):
            handover.write({"starter_id": self.agent_2.id, "state": "running"})

    def test_nobody_chosen(self):
        """P31: to colleagues, but to none: said at once."""
        handover = self._handover(mode="person")
        with self.assertRaises(UserError):
            handover.action_start()
