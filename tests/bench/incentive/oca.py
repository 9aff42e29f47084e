"""incentive.vs_oca: the settlement of sale_commission_oca on 5,000 posted invoice lines
of 200 agents, against a first full run on the same lines in a copy without it."""

import json
import statistics

from tests.bench.run import shell
from tests.layout import PROJECT
from tests.runner.databases import DATA_DIR
from tests.runner.jobs import script
from tests.runner.parts import CACHE

ROUNDS = 3
FOLDER = CACHE / "oca" / "odoo" / "addons"
PATH = f"--addons-path={PROJECT / 'addons'},{FOLDER}"
OURS = """
import json, time
period = env["crm.incentive.period"].search([("date_from", "=", "2026-02-01")])
begin = time.perf_counter()
run = env["crm.incentive.run"].create({"period_id": period.id})
run.action_run()
env.flush_all()
seconds = time.perf_counter() - begin
statements = env["crm.incentive.statement"].search([])
print(json.dumps({
    "seconds": seconds, "lines": run.credits_added,
    "total": sum(statements.mapped("earned")),
}))
"""
THEIRS = """
import json, time
from datetime import date
commission = env["commission"].create(
    {"name": "Two", "fix_qty": 2, "settlement_type": "sale_invoice"}
)
users = env["res.users"].search([("login", "=like", "seller%")])
users.partner_id.write(
    {"agent": True, "settlement": "monthly", "commission_id": commission.id}
)
lines = env["account.move.line"].search(
    [("display_type", "=", "product"), ("move_id.move_type", "=", "out_invoice")]
)
env["account.invoice.line.agent"].create([
    {"object_id": line.id, "agent_id": line.move_id.invoice_user_id.partner_id.id,
     "commission_id": commission.id} for line in lines
])
env.flush_all()
env.cr.commit()
env.cr.execute("ANALYZE")
env.invalidate_all()
begin = time.perf_counter()
wizard = env["commission.make.settle"].create(
    {"date_to": date(2026, 3, 1), "settlement_type": "sale_invoice"}
)
wizard.action_settle()
env.flush_all()
seconds = time.perf_counter() - begin
settled = env["commission.settlement.line"].search([])
print(json.dumps({
    "seconds": seconds, "lines": len(settled),
    "total": sum(settled.mapped("settled_amount")),
}))
"""


def _measure(run, name, program, *words):
    database = run.copy(run.kept["invoices"])
    log = run.folder / f"{name}.log"
    if words:
        files = (f"--data-dir={DATA_DIR}", f"--logfile={log}", "--no-http")
        install = ("-i", "sale_commission_oca", "--stop-after-init")
        script("odoo", "-d", database, *install, *words, *files)
    return json.loads(shell(database, program, log, *words).splitlines()[-1])


def measure(run) -> dict[str, float]:
    script("setup-oca")
    ours, theirs = [], []
    for number in range(ROUNDS):
        ours.append(_measure(run, f"ours-{number}", OURS))
        theirs.append(_measure(run, f"oca-{number}", THEIRS, PATH))
    per_line = [
        statistics.median(each["seconds"] / each["lines"] for each in rounds)
        for rounds in (theirs, ours)
    ]
    run.tell(
        f"OCA settled {theirs[0]['lines']} lines in {theirs[0]['seconds']:.2f} s"
        f" (sum {theirs[0]['total']:.2f}); a full run here credited"
        f" {ours[0]['lines']} in {ours[0]['seconds']:.2f} s"
        f" (sum {ours[0]['total']:.2f}, by tiers), with ledger and statements"
    )
    return {"incentive.vs_oca": per_line[0] / per_line[1]}
