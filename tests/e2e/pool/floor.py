"""A sales floor for one test run: database, 50 agents, 2,000 customers, two servers.

What must hold whatever people do is FAULTS; naive twins show that it would be found.
"""

import atexit
import os
import subprocess
import unittest
from functools import cache
from pathlib import Path

from tests.bench.run import shell
from tests.clients import sessions
from tests.clients.servers import Servers
from tests.layout import PROJECT
from tests.runner.databases import DATA_DIR, connection_environment, query
from tests.runner.jobs import BUILD, script

NAIVE = PROJECT / "tests" / "e2e" / "pool" / "addons"
ADDONS_PATH = f"--addons-path={PROJECT / 'addons'},{NAIVE}"
MODULES = "crm_stage_pipeline,test_crm_pool_naive"
# conflicts and refusals are what the tests want; what breaks is still told
QUIET = ("--log-handler=odoo.sql_db:CRITICAL", "--log-handler=odoo.http:ERROR")
AGENTS, MANAGERS, CUSTOMERS = 50, 2, 2_000

PEOPLE = """
env = env(context={{**env.context, "tracking_disable": True}})
GROUP = "crm_stage_pipeline.crm_stage_pipeline_group_"
env["crm.pool.policy"].search([]).tz = "Asia/Shanghai"
for prefix, role, count in (("agent", "user", {agents}), ("manager", "manager", 2)):
    groups = env.ref(GROUP + role)
    if role == "manager":
        groups += env.ref("base.group_erp_manager")  # to archive people
    env["res.users"].create(
        [
            {{
                "login": f"{{prefix}}{{number}}",
                "name": f"{{prefix}} {{number}}",
                "group_ids": [(6, 0, groups.ids)],
            }}
            for number in range(1, count + 1)
        ]
    )
partners = env["res.partner"].create(
    [{{"name": f"Works {{n}}", "is_company": True}} for n in range({customers})]
)
stage = env["crm.pool.stage"]._stage_for("target", env.company)
env["crm.pool.customer"].create(
    [
        {{"partner_id": partner.id, "stage_id": stage.id, "owner_id": False}}
        for partner in partners
    ]
)
env.cr.commit()
"""
# as it was before anybody came: only the entry in the log
RESET = """
DELETE FROM crm_pool_access;
DELETE FROM crm_pool_log WHERE action <> 'enter';
DELETE FROM crm_pool_quota;
DELETE FROM crm_pool_request;
UPDATE crm_pool_customer SET protected_until = NULL, protection_count = 0,
       is_protection_open = FALSE, recycle_on = NULL, recycle_rule_id = NULL,
       owner_id = NULL, access = 'shared', claimed_at = NULL,
       previous_owner_id = NULL, released_at = NULL, active = TRUE,
       track_mark = 'tracking', stage_code = 'target',
       stage_id = (SELECT min(id) FROM crm_pool_stage WHERE code = 'target');
UPDATE crm_pool_policy SET holding_cap = 0, cooldown_days = 0, protection_cap = 10;
UPDATE crm_pool_policy_line SET daily_limit = 20;
"""
# what is true whatever happened; each row of an answer is a fault
FAULTS = {
    "a claim of what somebody had": """
        SELECT customer_ref FROM (
            SELECT customer_ref, action, lag(owner_after_id)
                   OVER (PARTITION BY customer_ref ORDER BY id) AS before
              FROM crm_pool_log) AS story
         WHERE action IN ('claim', 'screen') AND before IS NOT NULL""",
    "a log whose steps do not follow each other": """
        SELECT customer_ref FROM (
            SELECT customer_ref, owner_before_id, lag(owner_after_id)
                   OVER (PARTITION BY customer_ref ORDER BY id) AS before
              FROM crm_pool_log) AS story
         WHERE before IS DISTINCT FROM owner_before_id""",
    "an owner who is not the log's": """
        SELECT customer.id FROM crm_pool_customer AS customer
          JOIN LATERAL (SELECT owner_after_id, stage_after FROM crm_pool_log
                WHERE customer_ref = customer.id ORDER BY id DESC LIMIT 1) AS last
            ON TRUE
         WHERE last.owner_after_id IS DISTINCT FROM customer.owner_id
            OR last.stage_after IS DISTINCT FROM customer.stage_code""",
    "an owner without his access row, or the other way round": """
        SELECT coalesce(customer.id, access.customer_id)
          FROM (SELECT id, owner_id FROM crm_pool_customer
                 WHERE owner_id IS NOT NULL) AS customer
          FULL JOIN (SELECT customer_id, user_id FROM crm_pool_access
                 WHERE kind = 'owner') AS access
            ON access.customer_id = customer.id AND access.user_id = customer.owner_id
         WHERE customer.id IS NULL OR access.customer_id IS NULL""",
    "a counter that is not the log's": """
        SELECT coalesce(counter.user_id, claims.actor_id)
          FROM (SELECT user_id, scope, day, used FROM crm_pool_quota
                 WHERE used > 0 AND scope <> 'holding') AS counter
          FULL JOIN (SELECT actor_id, quota_scope, quota_day, count(*) AS number
                       FROM crm_pool_log WHERE quota_day IS NOT NULL
                      GROUP BY 1, 2, 3) AS claims
            ON claims.actor_id = counter.user_id AND claims.quota_day = counter.day
           AND claims.quota_scope = counter.scope AND claims.number = counter.used
         WHERE counter.user_id IS NULL OR claims.actor_id IS NULL""",
    "more than the quota": """
        SELECT actor_id FROM crm_pool_log WHERE action = 'claim'
         GROUP BY actor_id, quota_day, stage_before
        HAVING count(*) > (SELECT max(daily_limit) FROM crm_pool_policy_line)""",
    "more than the holding cap": """
        SELECT owner_id FROM crm_pool_customer
         WHERE (SELECT max(holding_cap) FROM crm_pool_policy) > 0
           AND owner_id IS NOT NULL GROUP BY owner_id
        HAVING count(*) > (SELECT max(holding_cap) FROM crm_pool_policy)""",
    "more than may be protected": """
        SELECT owner_id FROM crm_pool_customer
         WHERE protected_until > now() AT TIME ZONE 'UTC' AND owner_id IS NOT NULL
         GROUP BY owner_id
        HAVING count(*) > (SELECT max(protection_cap) FROM crm_pool_policy)""",
}


class Floor:
    def __init__(self):
        self.folder = Path(os.environ.get("LOG_DIR") or BUILD / "e2e") / "pool"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.database = f"test_{os.getpid()}_pool"
        first = int(os.environ.get("LANE_PORT") or 23200)
        self.ports = range(first, first + 100, 2)
        self.servers = None

    def start(self):
        script(
            "database", "copy", script("database", "template", "core"), self.database
        )
        log = f"--logfile={self.folder / 'install.log'}"
        words = ("-d", self.database, "-i", MODULES, "--stop-after-init", "--no-http")
        subprocess.run(
            [PROJECT / "scripts" / "odoo", ADDONS_PATH, *words, log, self._data],
            env=os.environ | connection_environment(),
            check=True,
            capture_output=True,
        )
        self._shell(PEOPLE.format(agents=AGENTS, customers=CUSTOMERS))
        self.ids = [
            int(one)
            for one in self.ask(
                "SELECT string_agg(id::text, ' ' ORDER BY id) FROM crm_pool_customer"
            ).split()
        ]
        self.servers = Servers(
            self.database, self.folder, self.ports, count=2, words=[ADDONS_PATH, *QUIET]
        )
        self.servers.__enter__()
        logins = [f"agent{n}" for n in range(1, AGENTS + 1)]
        logins += [f"manager{n}" for n in range(1, MANAGERS + 1)]
        printed = self._shell(sessions.program(logins))
        self.people = sessions.people(self.database, self.servers[0].port, printed)
        for number, person in enumerate(self.people.values()):
            person.port = self.servers[number].port

    def stop(self):
        if self.servers:
            self.servers.stop()
        script("database", "drop", self.database)

    @property
    def agents(self):
        return [self.people[f"agent{n}"] for n in range(1, AGENTS + 1)]

    @property
    def managers(self):
        return [self.people[f"manager{n}"] for n in range(1, MANAGERS + 1)]

    def reset(self, **policy):
        """:param policy: daily_limit, or fields of crm.pool.policy"""
        self.ask(RESET)
        for name, value in policy.items():
            table = "policy_line" if name == "daily_limit" else "policy"
            self.ask(f"UPDATE crm_pool_{table} SET {name} = {value}")

    def ask(self, sql):
        return query(self.database, sql)

    def faults(self):
        """What is not as it must be, by name, with the first numbers."""
        found = {name: self.ask(sql).split()[:5] for name, sql in FAULTS.items()}
        return {name: rows for name, rows in found.items() if rows}

    def count(self, table, condition="TRUE"):
        return int(self.ask(f"SELECT count(*) FROM {table} WHERE {condition}"))

    @property
    def _data(self):
        return f"--data-dir={DATA_DIR}"

    def _shell(self, program):
        return shell(self.database, program, self.folder / "shell.log", ADDONS_PATH)


@cache
def the_floor():
    """One for all files of this folder, started when the first test asks."""
    floor = Floor()
    atexit.register(floor.stop)
    floor.start()
    return floor


def codes(stampeded):
    """The codes of all rows of all answers; errors as they are."""
    found = []
    for answer in stampeded.answers:
        if isinstance(answer, Exception):
            found.append(answer)
        else:
            found += [row["code"] for row in answer]
    return found


class FloorCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.floor = the_floor()

    def setUp(self):
        super().setUp()
        self.floor.reset()

    def assertSound(self):
        self.assertEqual(self.floor.faults(), {})

    def assertAnswered(self, stampeded):
        """Nobody got an error instead of an answer: also who met others each time."""
        errors = [one for one in codes(stampeded) if not isinstance(one, str)]
        self.assertEqual(errors[:3], [])
