import base64
import threading
import uuid
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name

from .test_spreadsheet import xlsx


@tagged("post_install", "-at_install")
class TestCrmPoolImportCursors(BaseCase):
    """P49: broken off and resumed, and two at once, with transactions of their own."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        # no customer of another test has such names
        self.mark = uuid.uuid4().hex[:8]
        self.addCleanup(self._clean)

    @contextmanager
    def _env(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _clean(self):
        with self._env() as env:
            names = f"{self.mark}%"
            partners = env["res.partner"].search([("name", "=like", names)])
            customers = env["crm.pool.customer"].search(
                [("partner_id", "in", partners.ids)]
            )
            env["crm.pool.import"].search([("file_name", "=", self.mark)]).write(
                {"state": "cancelled"}
            )
            env["crm.pool.import"].search([("file_name", "=", self.mark)]).unlink()
            env.flush_all()
            # the log is append-only for the ORM, and these customers never were
            env.cr.execute(
                "DELETE FROM crm_pool_log WHERE customer_id = ANY(%s)", [customers.ids]
            )
            customers.unlink()
            partners.unlink()

    def _prepare(self, names):
        """A running import, committed; its id."""
        content = xlsx([["name"], *([f"{self.mark} {name}"] for name in names)])
        with self._env() as env:
            record = env["crm.pool.import"].create(
                {"file": base64.b64encode(content), "file_name": self.mark}
            )
            record.action_read()
            record.action_run()
            return record.id

    def _count(self):
        with self._env() as env:
            return env["crm.pool.customer"].search_count(
                [("name", "=like", f"{self.mark}%")]
            )

    def test_killed_in_the_middle_and_resumed(self):
        names = [f"firm {number}" for number in range(9)]
        import_id = self._prepare(names)
        with self._env() as env:
            env["crm.pool.import"].browse(import_id)._run_batch(3)
        self.assertEqual(self._count(), 3)
        # what a killed process leaves behind: a transaction without commit
        cr = self.registry.cursor()
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["crm.pool.import"].browse(import_id)._run_batch(3)
        env.flush_all()
        cr.rollback()
        cr.close()
        self.assertEqual(self._count(), 3)
        state = "running"
        while state == "running":
            with self._env() as env:
                record = env["crm.pool.import"].browse(import_id)
                record._run_batch(3)
                state = record.state
        self.assertEqual(self._count(), 9)
        with self._env() as env:
            record = env["crm.pool.import"].browse(import_id)
            self.assertEqual((record.done_count, record.rejected_count), (9, 0))

    def test_second_worker_leaves_a_running_batch_alone(self):
        import_id = self._prepare(["one", "two"])
        with self._env() as first, self._env() as second:
            first["crm.pool.import"].browse(import_id)._run_batch(1)
            handled = second["crm.pool.import"].browse(import_id)._run_batch(1)
            self.assertEqual(handled, 0)
        self.assertEqual(self._count(), 1)

    def test_two_imports_at_once(self):
        """The second waits for the first one's keys, and the index refuses its rows."""
        common = [f"firm {number}" for number in range(5)]
        first_id = self._prepare([*common, "only first"])
        second_id = self._prepare([*reversed(common), "only second"])
        results = {}

        def run(env, import_id, name):
            record = env["crm.pool.import"].browse(import_id)
            record._run_batch(100)
            env.flush_all()
            results[name] = (record.done_count, record._count_reasons())

        with self._env() as second:
            # its view of the database is older than the commit of the first
            second.cr.execute("SELECT 1")
            thread = threading.Thread(target=run, args=(second, second_id, "second"))
            with self._env() as first:
                run(first, first_id, "first")
                thread.start()
                thread.join(1)
                self.assertTrue(thread.is_alive(), "the second does not wait")
            thread.join(60)
        self.assertEqual(results["first"], (6, {}))
        self.assertEqual(results["second"], (1, {"duplicate_in_database": 5}))
        self.assertEqual(self._count(), 7)
