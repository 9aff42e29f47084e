"""import.vs_core: our import with all that it does, against core's load() of contacts.

Both bring in the same columns of other rows, as the same manager. Beside it, without a
bound, load() on a database that has none of our addons.
"""

import statistics

from tests.bench.run import shell
from tests.runner.jobs import script

from .dedupe import result

PAIRS = 3
PROGRAM = """
import base64, csv, io, json, time

rows_of_one, pairs, is_ours = {rows}, {pairs}, {is_ours}
HEADER = "name,phone,email,website,street,city,zip,comment,country".split(",")
LOADED = [*HEADER[:-1], "country_id", "is_company"]
CITIES = "杭州 宁波 上海 苏州 南京 北京 广州 深圳".split()
login = [("login", "=", "manager1")]
user = env["res.users"].search(login) or env.ref("base.user_admin")
env = env(user=user.id, context=dict(env.context, lang="en_US"))

def made(start):
    return [
        (
            "%s批次客户%07d有限公司" % (CITIES[n % 8], n),
            "+86 199 %04d %04d" % (n // 10_000, n % 10_000),
            "sales@bench%07d.example.com" % n,
            "https://bench%07d.example.com" % n,
            "人民路 %d 号" % n,
            CITIES[n % 8],
            "%06d" % (310_000 + n % 9_000),
            "From a list of the trade, page %d" % (n // 50),
            "China",
        )
        for n in range(start, start + rows_of_one)
    ]

def ours(rows):
    stream = io.StringIO()
    csv.writer(stream).writerows([HEADER, *rows])
    content = base64.b64encode(stream.getvalue().encode())
    begin = time.perf_counter()
    record = env["crm.pool.import"].create({{"file": content, "file_name": "b.csv"}})
    record.action_read()
    record.state = "running"
    env.cr.commit()
    while record.state == "running":
        record._run_batch(record._batch_size)
        env.cr.commit()
    seconds = time.perf_counter() - begin
    assert record.done_count == len(rows), record._count_reasons()
    return seconds

def core(rows):
    begin = time.perf_counter()
    answer = env["res.partner"].load(LOADED, [[*row, "1"] for row in rows])
    env.flush_all()
    env.cr.commit()
    seconds = time.perf_counter() - begin
    assert len(answer["ids"] or ()) == len(rows), answer["messages"][:3]
    return seconds

# the first records fill the caches
number = 0
acts = (ours, core) if is_ours else (core,)
taken = []
for pair in range(pairs):
    one = []
    for act in acts:
        one.append(rows_of_one / act(made(number)))
        number += rows_of_one
        env.invalidate_all()
    taken.append(one)
print("RESULT", json.dumps(taken))
"""


def measure(run) -> dict[str, float]:
    database = run.copy(run.kept["template"])
    rows = run.kept["rows"]
    program = PROGRAM.format(rows=rows, pairs=PAIRS, is_ours=True)
    pairs = result(shell(database, program, run.folder / "import.log"))
    bare = run.copy(script("database", "template", "core"))
    program = PROGRAM.format(rows=rows, pairs=1, is_ours=False)
    [[alone]] = result(shell(bare, program, run.folder / "import_bare.log"))
    ours, core = zip(*pairs, strict=True)
    run.tell(
        f"{rows} rows: {statistics.median(ours):.0f} customers a second by our import,"
        f" {statistics.median(core):.0f} contacts by load() in the same database,"
        f" {alone:.0f} by load() in a database without our addons"
    )
    ratios = [one / other for one, other in pairs]
    return {"import.vs_core": statistics.median(ratios)}
