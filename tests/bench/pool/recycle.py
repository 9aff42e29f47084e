"""recycle.*: the nightly job on a hundred thousand customers that are due, against the
release action once for each customer.

The rule is the addon's own, the dates are written by its own refresh; the job is run
batch by batch as the cron runs it, with a commit after each.
"""

import json
import statistics

from tests.bench.run import shell

ROUNDS, SINGLE = 3, 600
PROGRAM = """
import json, resource, time

policy = env["crm.pool.policy"]._policy_for(env.ref("base.main_company"))
policy.recycle_share_limit = 100
policy.recycle_keep_deal = True
rule = env["crm.pool.recycle.rule"].create(
    {{"name": "Not contacted", "policy_id": policy.id, "kind": "uncontacted",
      "days": 45}}
)
env.cr.execute(
    "UPDATE crm_pool_recycle_rule SET state = 'force' WHERE id = %s", [rule.id]
)
env.invalidate_all()
env.registry.clear_cache()  # the rules in force are remembered
policy.recycle_refresh_from = 0
begin = time.perf_counter()
while policy.recycle_refresh_from >= 0:
    policy._refresh_chunk()
    env.cr.commit()
refreshed = time.perf_counter() - begin
env.cr.execute(
    "SELECT array_agg(id) FROM (SELECT id FROM crm_pool_customer"
    " WHERE recycle_on <= now() AND company_id = %s ORDER BY md5(id::text)"
    " LIMIT {single}) AS picked",
    [policy.company_id.id],
)
(ids,) = env.cr.fetchone()
manager = env["res.users"].search([("login", "=", "manager1")])
pool = env["crm.pool.customer"].with_user(manager)
begin, released = time.perf_counter(), 0
for number, customer_id in enumerate(ids, 1):
    [row] = pool.browse(customer_id).action_release("not contacted")
    released += row["code"] == "released"
    if number % 100 == 0:
        env.cr.commit()
env.cr.commit()
single = released / (time.perf_counter() - begin)
run = env["crm.pool.recycle.run"]._open(policy)
env.cr.commit()
memory = []
begin = time.perf_counter()
while run.state == "running":
    run._run_batch({batch})
    env.cr.commit()
    memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
seconds = time.perf_counter() - begin
print(json.dumps({{
    "single": single, "released": released, "seconds": seconds,
    "recycled": run.recycled_count, "kept": run.kept_count, "refreshed": refreshed,
    "owned": run.owned_count, "grown": (memory[-1] - memory[len(memory) // 4]) / 1024,
}}))
"""


def measure(run) -> dict[str, float]:

    rounds = []
    for number in range(ROUNDS):
        database = run.copy(run.kept["template"])
        log = run.folder / f"recycle-{number}.log"
        program = PROGRAM.format(single=SINGLE, batch=2000)
        printed = shell(database, program, log)
        rounds.append(json.loads(printed.splitlines()[-1]))
    middle = sorted(rounds, key=lambda one: one["seconds"] / one["recycled"])[1]
    rate = middle["recycled"] / middle["seconds"]
    run.tell(
        f"recycling: {middle['recycled']} of {middle['owned']} owned customers in"
        f" {middle['seconds']:.1f} s, {middle['kept']} kept, {rate:.0f} rows/s;"
        f" released one by one: {middle['single']:.0f} rows/s;"
        f" memory grew by {middle['grown']:.0f} MB after the first quarter;"
        f" dates of all owned customers written in {middle['refreshed']:.0f} s"
    )
    return {
        "recycle.vs_orm": statistics.median(
            one["recycled"] / one["seconds"] / one["single"] for one in rounds
        ),
        "recycle.s_100k": 100_000 / rate,
    }
