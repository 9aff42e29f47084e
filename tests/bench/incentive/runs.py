"""incentive.full_s, incremental_s, queries_growth: runs over 100,000 order lines, as a
planner starts them; each full run is the first one, undone before the next."""

import json

from tests.bench.run import shell

PROGRAM = """
import json, statistics, time
from tests.bench.incentive import invoices

period = env["crm.incentive.period"].search([], order="date_to desc", limit=1)

def run(scope="full"):
    env.flush_all()
    env.invalidate_all()
    queries, begin = env.cr.sql_log_count, time.perf_counter()
    made = env["crm.incentive.run"].create({"period_id": period.id, "scope": scope})
    made.action_run()
    env.flush_all()
    return made, time.perf_counter() - begin, env.cr.sql_log_count - queries

def full():
    made, seconds, queries = run()
    found = {
        "lines": made.credits_added, "entries": made.entries_added,
        "statements": env["crm.incentive.statement"].search_count([]),
    }
    env.cr.rollback()
    return seconds, queries, found

env.cr.execute(
    "UPDATE sale_order SET state = 'draft' WHERE id NOT IN"
    " (SELECT id FROM sale_order WHERE state = 'sale' ORDER BY id LIMIT 200)"
)
_few_seconds, few_queries, few = full()
rounds = [full() for _number in range(3)]
run()
env.cr.commit()
env.cr.execute("ANALYZE")
env.cr.commit()
steps = []
for number in range(5):
    invoices.draft(env, 1, 5, number).action_post()
    env.cr.commit()
    made, seconds, queries = run("incremental")
    assert not made.is_full and made.credits_added == 5, made.note
    env.cr.commit()
    steps.append((seconds, queries))
begin = time.perf_counter()
again = run()[0]
assert not (again.credits_added or again.entries_added or again.entries_reversed)
print(json.dumps({
    "full": statistics.median(each[0] for each in rounds),
    "queries": rounds[0][1], "few_queries": few_queries, "few": few,
    "found": rounds[0][2], "step": statistics.median(each[0] for each in steps),
    "steps": [round(each[0], 3) for each in steps], "step_queries": steps[0][1],
    "again": time.perf_counter() - begin,
}))
"""


def measure(run) -> dict[str, float]:
    database = run.copy(run.kept["orders"])
    printed = shell(database, PROGRAM, run.folder / "runs.log")
    got = json.loads(printed.splitlines()[-1])
    found, few = got["found"], got["few"]
    run.tell(
        f"full run: {found['lines']} credits, {found['entries']} entries,"
        f" {found['statements']} statements in {got['full']:.1f} s with"
        f" {got['queries']} queries; of {few['lines']} credits with"
        f" {got['few_queries']}; again without changes {got['again']:.1f} s"
    )
    run.tell(
        f"incremental after one invoice of five lines: {got['steps']} s,"
        f" {got['step_queries']} queries; a full run then found nothing to change"
    )
    return {
        "incentive.full_s": got["full"],
        "incentive.incremental_s": got["step"],
        "incentive.queries_growth": got["queries"] / got["few_queries"],
    }
