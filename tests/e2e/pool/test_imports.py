"""Two imports and a form at once, and an import whose server is killed with kill -9."""

import base64
import http.client
import threading
import time
from dataclasses import replace

from tests.clients.crowd import Refused

from .floor import FloorCase

MARK = "Imported Works"
# the keys, numbers and rows of what came in are all there, each once
TWICE = f"""
SELECT name FROM crm_pool_customer WHERE name LIKE '{MARK}%' GROUP BY 1
HAVING count(*) > 1
"""
HALF = f"""
SELECT c.id FROM crm_pool_customer c
 WHERE c.name LIKE '{MARK}%'
   AND (1 <> (SELECT count(*) FROM crm_customer_key k
               WHERE k.customer_id = c.id AND k.kind = 'name' AND k.enforced)
     OR 1 <> (SELECT count(*) FROM crm_pool_log l
               WHERE l.customer_id = c.id AND l.action = 'enter'))
"""
LONE = f"""
SELECT p.id FROM res_partner p WHERE p.name LIKE '{MARK}%' AND p.parent_id IS NULL
   AND NOT EXISTS (SELECT FROM crm_pool_customer c WHERE c.partner_id = p.id)
"""


# the other tests count the floor's own customers
FORGET = f"""
DELETE FROM crm_pool_import;
DELETE FROM crm_pool_log WHERE customer_name ILIKE '{MARK}%';
DELETE FROM crm_pool_customer WHERE name ILIKE '{MARK}%';
DELETE FROM res_partner WHERE name ILIKE '{MARK}%';
"""


class TestImports(FloorCase):
    """P48, P49; invariant 12."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.floor.ask, FORGET)
        self.serial = f"{time.monotonic_ns()}"

    def _begin(self, manager, numbers):
        """A running import of these customers. :return: its id"""
        lines = ["name,city"]
        lines += [f"{MARK} {self.serial} {number},Hangzhou" for number in numbers]
        content = base64.b64encode("\n".join(lines).encode()).decode()
        [record] = manager.call(
            "crm.pool.import", "create", [{"file": content, "file_name": "a.csv"}]
        )
        manager.call("crm.pool.import", "action_read", [record])
        manager.call("crm.pool.import", "action_run", [record])
        return record

    def _finish(self, manager, record):
        for _step in range(100):
            step = manager.call("crm.pool.import", "action_step", [record])
            if step["state"] != "running":
                return step["state"]
        return "endless"

    def _counts(self, manager, record):
        names = ["done_count", "rejected_count", "row_count"]
        [row] = manager.call("crm.pool.import", "read", [record], names)
        return [row[name] for name in names]

    def assertWhole(self, count):
        name = f"name LIKE '{MARK} {self.serial}%'"
        self.assertEqual(self.floor.count("crm_pool_customer", name), count)
        for sql in (TWICE, HALF, LONE):
            self.assertEqual(self.floor.ask(sql).split(), [])

    def test_P48_two_imports_and_a_form_at_once(self):
        """P48: each of the names that all three bring comes in once; who was slower is
        told that it exists."""
        first, second = self.floor.managers
        agent = self.floor.agents[0]
        jobs = [
            (first, self._begin(first, range(600))),
            (second, self._begin(second, reversed(range(300, 900)))),
        ]
        ends, refused = [], []

        def work(manager, record):
            ends.append(self._finish(manager, record))

        def type_in():
            for number in range(890, 0, -70):
                values = {
                    "name": f"{MARK.upper()}  {self.serial} {number} Ltd.",
                    "is_company": True,
                }
                context = {**agent.context, "crm_pool_enter": True}
                typist = replace(agent, context=context)
                try:
                    typist.call("res.partner", "web_save", [], values, specification={})
                except Refused as refusal:
                    refused.append(str(refusal))

        threads = [threading.Thread(target=work, args=job) for job in jobs]
        threads.append(threading.Thread(target=type_in))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(300)
        self.assertEqual(ends, ["done", "done"])
        keys = self.floor.ask(
            "SELECT count(*), count(DISTINCT key) FROM crm_customer_key"
            f" WHERE kind = 'name' AND key LIKE 'importedworks{self.serial}%'"
        )
        self.assertEqual(keys.strip().split("|"), ["900", "900"])
        done = [self._counts(*job) for job in jobs]
        self.assertEqual([sum(row[:2]) for row in done], [600, 600])
        typed = 13 - len(refused)
        self.assertEqual(sum(row[0] for row in done) + typed, 900)
        for words in refused:
            self.assertIn("exists already", words)

    def test_P49_server_killed_in_an_import(self):
        """P49: after kill -9 in the middle nothing is lost, nothing is there twice or
        by half, and the import goes on where it was."""
        manager = self.floor.managers[0]
        record = self._begin(manager, range(1000))
        step = manager.call("crm.pool.import", "action_step", [record])
        self.assertEqual(step, {"state": "running", "handled": 200})
        server = self.floor.servers[0]
        patient = replace(manager, port=server.port)
        broken = []

        def go_on():
            try:
                patient.call("crm.pool.import", "action_step", [record])
            except (OSError, http.client.HTTPException) as error:
                broken.append(error)

        thread = threading.Thread(target=go_on)
        thread.start()
        # a batch of 200 takes longer than this, and its rows are written meanwhile
        thread.join(0.15)
        server.kill()
        thread.join(60)
        self.assertTrue(broken, "the batch was over before the server was killed")
        self.assertWhole(200)
        server.start()
        server.wait()
        self.assertEqual(self._finish(manager, record), "done")
        self.assertEqual(self._counts(manager, record), [1000, 0, 1000])
        self.assertWhole(1000)
        again = self._begin(manager, range(1000))
        self._finish(manager, again)
        self.assertEqual(self._counts(manager, again), [0, 1000, 1000])
        self.assertWhole(1000)
