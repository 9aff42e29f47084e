from functools import partial
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError
from odoo.service.model import retrying
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..wizard import crm_pool_operation_batch
from .common import MODULE, PoolCase, RaceCase

ROWS = 10_000
BATCH = crm_pool_operation_batch.BATCH


def begin(env, customers, reason="tidy"):
    """A batch move into potential, as the dialog begins it."""
    model = env["crm.pool.operation"]
    opened = model._open("move", customers.with_env(env))
    operation = model.browse(opened["res_id"])
    operation.write({"stage_code": "potential", "reason": reason})
    operation.action_run()
    return operation


@tagged("post_install", "-at_install")
class TestCrmPoolOperationBatch(PoolCase):
    """P7: the stage of 10,000 customers, in batches."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        template = cls._new_customers(1, "target")
        there = "mod(n, 5) = 0"
        cls.stay_count = ROWS // 5
        potential = cls._stage("potential").id
        cls._multiply_customer(
            template,
            ROWS,
            stage_id=f"CASE WHEN {there} THEN {potential} ELSE t.stage_id END",
            stage_code=f"CASE WHEN {there} THEN 'potential' ELSE 'target' END",
        )
        cls.env.invalidate_all()
        cls.rows = cls.env["crm.pool.customer"].search([("name", "=like", "Bulk %")])

    def _moves(self):
        return self.env["crm.pool.log"].search_count(
            [("customer_id", "in", self.rows.ids), ("action", "=", "batch")]
        )

    def test_ten_thousand(self):
        """P7: progress, stop, resume; what is legal is done, what is not is listed,
        customer by customer; again, and nothing happens."""
        self.assertEqual(len(self.rows), ROWS)
        env = self.env(user=self.manager)
        operation = begin(env, self.rows)
        self.assertEqual((operation.state, operation.total_count), ("running", ROWS))
        self.assertEqual(len(operation.line_ids), BATCH)
        self.assertEqual(operation.progress, 100.0 * BATCH / ROWS)
        self.assertTrue(self._moves())
        self.assertEqual(operation.action_step()["handled"], BATCH)
        operation.action_stop()
        moved = self._moves()
        self.assertEqual(operation.action_step(), {"state": "stopped", "handled": 0})
        self.assertEqual(self._moves(), moved)
        operation.action_resume()
        operation.action_run()  # a click that came late
        while operation.state == "running":
            self.assertEqual(operation.action_step()["handled"], BATCH)
        self.assertEqual((operation.state, operation.progress), ("done", 100.0))
        self.assertEqual(operation.done_count, ROWS - self.stay_count)
        self.assertEqual(operation.refused_count, self.stay_count)
        lines = operation.line_ids
        self.assertEqual(lines.customer_id, self.rows)
        self.assertEqual(len(lines), ROWS)
        refused = lines.filtered(lambda line: not line.is_done)
        self.assertEqual(set(refused.mapped("code")), {"already_there"})
        self.assertTrue(all(line.message for line in lines))
        self.assertEqual(set(self.rows.mapped("stage_code")), {"potential"})
        self.assertEqual(self._moves(), ROWS - self.stay_count)

    def test_again(self):
        """P7: the same once more changes nothing; few customers are done at once."""
        rows = self.rows[: BATCH + 1]
        for _time in range(2):
            operation = begin(self.env(user=self.manager), rows)
            operation.action_step()
            self.assertEqual(operation.state, "done")
        self.assertFalse(operation.done_count)
        self.assertEqual(operation.refused_count, BATCH + 1)
        few = begin(self.env(user=self.manager), self.rows[:BATCH])
        self.assertEqual((few.state, few.is_batch), ("done", False))

    def test_rights_of_who_began(self):
        """P7, P32: the job acts with the rights of the person, not its own; somebody
        else does not see the work, and a customer hidden meanwhile has his line."""
        rows = self.rows[: BATCH + 10]
        env = self.env(user=self.agent_1)
        opened = env["crm.pool.operation"]._open("promote", rows.with_env(env))
        operation = env["crm.pool.operation"].browse(opened["res_id"])
        operation.stage_code = "opportunity"
        operation.action_run()
        hidden = rows.sorted("id")[-1]
        hidden.with_user(self.manager).action_assign(self.agent_2.id, "hers")
        job = self.env["crm.pool.operation"].browse(operation.id)._as_beginner()
        self.assertEqual((job.env.uid, job.env.su), (self.agent_1.id, False))
        job._run_batch()
        self.assertEqual(operation.state, "done")
        self.assertEqual(len(operation.line_ids), BATCH + 10)
        self.assertEqual(operation.refused_count, 1)
        self.assertEqual(hidden.owner_id, self.agent_2)
        with self.assertRaises(AccessError):
            operation.with_user(self.agent_2).read(["done_count"])


@tagged("post_install", "-at_install", "race")
class TestCrmPoolOperationJob(RaceCase):
    """P7: the job, with transactions of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.classPatch(crm_pool_operation_batch, "BATCH", 20)
        with cls._environment() as env:
            manager = new_test_user(
                env, "race_batch", groups=f"{MODULE}.{MODULE}_group_manager"
            )
            cls.manager_id = manager.id
            env.cr.commit()
        cls.user_ids = [*cls.user_ids, cls.manager_id]

    def _reset(self):
        with self._environment() as env:
            env["crm.pool.operation"].search([]).unlink()
            target = env["crm.pool.stage"]._stage_for("target", env.company)
            env.cr.execute(
                "UPDATE crm_pool_customer SET stage_id = %s, stage_code = 'target'"
                " WHERE id = ANY(%s)",
                [target.id, self.customer_ids],
            )
            env.cr.commit()  # pylint: disable=invalid-commit  # other cursors see it
        return super()._reset()

    def _moved(self):
        """How often each customer was moved, by whom: numbers and actors."""
        with self._environment() as env:
            entries = env["crm.pool.log"].search(
                [("customer_id", "in", self.customer_ids), ("action", "=", "batch")]
            )
            return len(entries), len(entries.customer_id), entries.actor_id.ids

    def test_killed_in_the_middle(self):
        """P7: a killed batch leaves nothing; the job goes on where it was."""
        with self._environment(self.manager_id) as env:
            customers = env["crm.pool.customer"].browse(self.customer_ids)
            operation_id = retrying(partial(begin, env, customers), env).id
        self.assertEqual(self._moved(), (20, 20, [self.manager_id]))
        with (
            self._environment(self.manager_id) as env,
            self._environment() as killer,
        ):
            operation = env["crm.pool.operation"].browse(operation_id)
            operation._run_batch()
            env.cr.flush()
            killer.cr.execute(
                "SELECT pg_terminate_backend(%s)", [env.cr._cnx.info.backend_pid]
            )
            with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
                env.cr.execute("SELECT 1")
        self.assertEqual(self._moved(), (20, 20, [self.manager_id]))
        with self._environment() as env:
            progress = patch.object(
                type(env["ir.cron"]), "_commit_progress", return_value=9.0
            )
            with progress as told:
                env["crm.pool.operation"]._cron_run()
            operation = env["crm.pool.operation"].browse(operation_id)
            self.assertEqual((operation.state, operation.done_count), ("done", 100))
            self.assertEqual(len(operation.line_ids.customer_id), 100)
            remaining = [call.kwargs["remaining"] for call in told.call_args_list]
            self.assertEqual(remaining, [60, 40, 20, 0])
        self.assertEqual(self._moved(), (100, 100, [self.manager_id]))
