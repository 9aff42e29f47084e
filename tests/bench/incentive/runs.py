"""incentive.full_s, incremental_s, queries_growth: runs over 100,000 order lines, as a
planner starts them; each full run is the first one of a copy."""

import json
import statistics

from tests.bench.run import shell

BEGIN = """
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
"""
FEW = """
env.cr.execute(
    "UPDATE sale_order SET state = 'draft' WHERE id NOT IN"
    " (SELECT id FROM sale_order WHERE state = 'sale' ORDER BY id LIMIT 200)"
)
"""
FULL = """
made, seconds, queries = run()
env.cr.commit()
print(json.dumps({
    "seconds": seconds, "queries": queries, "lines": made.credits_added,
    "entries": made.entries_added,
    "statements": env["crm.incentive.statement"].search_count([]),
}))
"""
STEPS = """
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
    "step": statistics.median(each[0] for each in steps),
    "steps": [round(each[0], 3) for each in steps], "step_queries": steps[0][1],
    "again": time.perf_counter() - begin,
}))
"""
ROUNDS = 3


def measure(run) -> dict[str, float]:
    def told(database, *programs):
        program = "".join((BEGIN, *programs))
        printed = shell(database, program, run.folder / "runs.log")
        return json.loads(printed.splitlines()[-1])

    copies = [run.copy(run.kept["orders"], str(n)) for n in range(ROUNDS + 1)]
    few = told(copies[ROUNDS], FEW, FULL)
    rounds = [told(database, FULL) for database in copies[:ROUNDS]]
    got = told(copies[0], STEPS)
    found = rounds[0]
    seconds = [each["seconds"] for each in rounds]
    full = statistics.median(seconds)
    run.tell(
        f"full run: {found['lines']} credits, {found['entries']} entries,"
        f" {found['statements']} statements in {full:.1f} s"
        f" ({', '.join(f'{each:.1f}' for each in seconds)}) with {found['queries']}"
        f" queries; of {few['lines']} credits with {few['queries']}; again without"
        f" changes {got['again']:.1f} s"
    )
    run.tell(
        f"incremental after one invoice of five lines: {got['steps']} s,"
        f" {got['step_queries']} queries; a full run then found nothing to change"
    )
    return {
        "incentive.full_s": full,
        "incentive.incremental_s": got["step"],
        "incentive.queries_growth": found["queries"] / few["queries"],
    }
