"""dedupe.vs_join: what the check for duplicates costs beside the join that it is."""

import json
import statistics

from tests.bench.run import shell

KEYS, BATCH, PAIRS = 100_000, 500, 3
PROGRAM = """
import json, time

company = env.ref("base.main_company")
cr = env.cr
half = {keys} // 2
cr.execute(
    "SELECT kind, key FROM crm_customer_key WHERE company_id = %s"
    " ORDER BY md5(id::text) LIMIT %s", [company.id, half]
)
known = cr.fetchall()
unknown = [("name", "nobody%s" % n) for n in range(half // 2)]
unknown += [("phone", "+8619%09d" % n) for n in range(half // 2)]
asked = [pair for pairs in zip(known, unknown) for pair in pairs]
keys = env["crm.customer.key"]

def ours():
    found = 0
    for start in range(0, len(asked), {batch}):
        part = asked[start : start + {batch}]
        for kind in ("name", "phone"):
            wanted = {{key for its, key in part if its == kind}}
            found += len(keys._find(company, kind, wanted))
    return found

def join():
    cr.execute("CREATE TEMP TABLE asked (kind varchar, key varchar) ON COMMIT DROP")
    cr.execute_values("INSERT INTO asked VALUES %s", asked, page_size=10_000)
    cr.execute("ANALYZE asked")
    cr.execute(
        "SELECT k.key, k.customer_id FROM asked"
        " JOIN crm_customer_key k USING (kind, key)"
        " JOIN crm_pool_customer c ON c.id = k.customer_id AND c.active"
        " WHERE k.company_id = %s", [company.id]
    )
    found = len({{row[0] for row in cr.fetchall()}})
    cr.execute("DROP TABLE asked")
    return found

pairs = []
for _pair in range({pairs}):
    taken = []
    for act in (ours, join):
        begin = time.perf_counter()
        found = act()
        taken.append(time.perf_counter() - begin)
        assert found, "nothing was found"
    pairs.append(taken)
print("RESULT", json.dumps({{"pairs": pairs, "asked": len(asked)}}))
"""


def measure(run) -> dict[str, float]:
    database = run.copy(run.kept["template"])
    program = PROGRAM.format(keys=KEYS, batch=BATCH, pairs=PAIRS)
    told = result(shell(database, program, run.folder / "dedupe.log"))
    ratios = [ours / join for ours, join in told["pairs"]]
    middle = sorted(told["pairs"])[len(ratios) // 2]
    run.tell(
        f"{told['asked']} keys: {middle[0]:.2f} s in batches of {BATCH},"
        f" {middle[1]:.2f} s as one join"
    )
    return {"dedupe.vs_join": statistics.median(ratios)}


def result(printed: str) -> dict:
    """The line of a program that tells what it found."""
    [line] = [line for line in printed.splitlines() if line.startswith("RESULT ")]
    return json.loads(line.removeprefix("RESULT "))
