"""claim.sql_ratio: what the database alone makes of a claim.

The statements are those of the addon: one claim is run in `odoo shell` with every
statement written down, and what it sent becomes a pgbench script. People, counter and
customer have numbers that stand nowhere else, so that they can be told in the text.
"""

import json
import os
import re
import statistics
import subprocess

from tests.bench.pool import people
from tests.bench.run import shell
from tests.runner.databases import connection_environment, query
from tests.runner.jobs import tail

CLIENTS, SECONDS, ROUNDS = 50, 15, 3  # long: fifty new sessions warm up first
SIZE = 100_000  # customers for the claims, and as many for the plain updates
FIRST_USER, COUNTER = people.FIRST_AGENT, 880_001

PREPARE = """
UPDATE crm_pool_policy_line SET daily_limit = 1000000;
UPDATE crm_pool_customer SET owner_id = NULL, access = 'shared', stage_code = 'target',
       stage_id = (SELECT min(id) FROM crm_pool_stage WHERE code = 'target'),
       pool_id = (SELECT id FROM crm_pool ORDER BY sequence DESC LIMIT 1)
 WHERE id BETWEEN {first} AND {last};
DELETE FROM crm_pool_access WHERE customer_id BETWEEN {first} AND {last};
"""
RECORD = """
import json
from datetime import datetime
from zoneinfo import ZoneInfo
from odoo import sql_db
from odoo.modules.registry import Registry
from odoo.api import Environment

users = env["res.users"].browse(range({user}, {user} + {clients}))
context = {{"lang": "en_US", "tz": "Asia/Shanghai", "allowed_company_ids": [1]}}
sent = []
execute = sql_db.Cursor.execute


def note(cursor, *args, **kwargs):
    answer = execute(cursor, *args, **kwargs)
    sent.append(cursor._obj.query.decode())
    return answer


def claim(uid, customer):
    with Registry(env.cr.dbname).cursor() as cr:
        user = Environment(cr, uid, context)
        user.user.has_group("base.group_user")  # as every request does before
        sent.clear()
        [answer] = user["crm.pool.customer"].browse(customer).action_claim()
        assert answer["code"] == "claimed", answer
        user.flush_all()


claim(users[1].id, {customer} + 1)  # fills the caches of the registry
claim(users[0].id, {customer} + 2)  # the day's first claim makes the counter
env.cr.execute("DELETE FROM crm_pool_quota")
env.cr.execute(
    "INSERT INTO crm_pool_quota (id, user_id, company_id, scope, day, used)"
    " SELECT {counter} + n, {user} + n, %s, 'target', %s, 0"
    " FROM generate_series(0, {clients} - 1) AS n",
    [env.company.id, today := datetime.now(ZoneInfo("Asia/Shanghai")).date()],
)
env.cr.execute(  # the counters of a year stand beside today's
    "INSERT INTO crm_pool_quota (user_id, company_id, scope, day, used)"
    " SELECT {user} + n, %s, scope, %s - day, 15"
    " FROM generate_series(0, {clients} - 1) AS n, generate_series(1, 250) AS day,"
    " unnest(ARRAY['reserve', 'target', 'potential']) AS scope",
    [env.company.id, today],
)
env.cr.commit()
sql_db.Cursor.execute = note
claim(users[0].id, {customer})
sql_db.Cursor.execute = execute
print(json.dumps(sent))
"""
UPDATE = """
\\set customer {first} + permute((:client_id + {clients} * :i) % {size}, {size}, 7)
\\set i :i + 1
\\set user {user} + :client_id
UPDATE crm_pool_customer SET owner_id = :user, access = 'personal',
       claimed_at = now(), write_uid = :user, write_date = now()
 WHERE id = :customer;
"""


def to_script(sent: list[str], customer: int, first: int) -> str:
    """The recorded statements of one claim as a pgbench script.

    >>> print(to_script(["SELECT 7 FROM res_users WHERE id = 990000"], 7, 5))
    \\set customer 5 + permute((:client_id + 50 * :i) % 100000, 100000, 9)
    \\set i :i + 1
    \\set user 990000 + :client_id
    BEGIN ISOLATION LEVEL REPEATABLE READ;
    SELECT :customer FROM res_users WHERE id = :user;
    COMMIT;
    """
    names = {customer: "customer", FIRST_USER: "user", COUNTER: "counter"}
    pattern = re.compile(rf"(?<![\w.:'])({'|'.join(map(str, names))})(?![\w.])")
    lines = [
        f"\\set customer {first} + permute((:client_id + {CLIENTS} * :i)"
        f" % {SIZE}, {SIZE}, 9)",
        "\\set i :i + 1",
        f"\\set user {FIRST_USER} + :client_id",
        "BEGIN ISOLATION LEVEL REPEATABLE READ;",
    ]
    for statement in sent:
        text = pattern.sub(lambda m: f":{names[int(m[1])]}", statement.strip())
        lines.append(text + ";")
        if "crm_pool_counter(" in text:
            lines[-1] = f"{text} \\gset quota_"
            lines.append("\\set counter :quota_id")
    return "\n".join([*lines, "COMMIT;"])


def _pgbench(run, database: str, script, number: int) -> float:
    """Transactions a second."""
    log = run.folder / f"pgbench-{script.stem}-{number}.txt"
    with open(log, "w") as output:
        subprocess.run(
            [
                *("pgbench", "-n", "-M", "simple", "-c", str(CLIENTS), "-j", "2"),
                *("-T", str(SECONDS), "-D", f"i={number * 600}"),
                *("--max-tries=5", "-f", str(script), database),
            ],
            env=os.environ | connection_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    match = re.search(r"^tps = ([\d.]+)", text := log.read_text(), re.M)
    failed = re.search(r"number of failed transactions: (\d+)", text)
    if not match or not failed or int(failed[1]) or "aborted" in text:
        raise RuntimeError(f"{log}\n{tail(log)}")
    return float(match[1])


def measure(run) -> dict[str, float]:
    database = run.copy(run.kept["template"])
    # in the middle of the ids, of the main company
    first = int(query(database, "select min(id) from crm_pool_customer")) + 300_000
    numbers = {"first": first, "last": first + 2 * SIZE - 1, "user": FIRST_USER}
    numbers |= {"counter": COUNTER, "clients": CLIENTS, "size": SIZE}
    customer = first + SIZE - 5
    query(database, PREPARE.format(**numbers))
    query(database, "vacuum analyze crm_pool_customer, crm_pool_access")
    program = RECORD.format(customer=customer, **numbers)
    sent = json.loads(shell(database, program, run.folder / "record.log"))
    query(database, "vacuum analyze crm_pool_quota")
    claim, update = run.folder / "claim.pgbench", run.folder / "update.pgbench"
    claim.write_text(to_script(sent, customer, first))
    update.write_text(UPDATE.format(**(numbers | {"first": first + SIZE})))
    pairs = [
        (_pgbench(run, database, update, n), _pgbench(run, database, claim, n))
        for n in range(ROUNDS)
    ]
    counted = "select sum(used) from crm_pool_quota where id between {} and {}"
    claimed = int(query(database, counted.format(COUNTER, COUNTER + CLIENTS - 1)))
    run.tell(
        f"one claim sends {len(sent)} statements; pgbench, {CLIENTS} clients:"
        f" {statistics.median(b for _a, b in pairs):.0f} claims/s against"
        f" {statistics.median(a for a, _b in pairs):.0f} plain UPDATEs/s;"
        f" {claimed} customers claimed"
    )
    return {"claim.sql_ratio": statistics.median(b / a for a, b in pairs)}
