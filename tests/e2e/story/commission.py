"""What the agent earned with the paid order."""

from .sale import group_ids


def plan_is_made(scene):
    """The manager makes the commission plan of story.yaml"""
    office, manager = scene.consultant, scene.manager
    for client, group in ((manager, "manager"), (office, "approver")):
        ids = group_ids(office, f"crm_incentive.crm_incentive_group_{group}")
        office.write("res.users", [client.user_id], {"group_ids": [(4, ids[0])]})
    plan = scene.plan["commission"]
    measure = manager.create(
        "crm.incentive.measure",
        {"name": "Paid invoices", "code": "story_paid", "source": "payment"},
    )
    table = manager.create(
        "crm.incentive.rate.table",
        {
            "name": "Story tiers",
            "tier_ids": [
                (0, 0, {"lower_bound": tier["from"], "value": tier["rate"]})
                for tier in plan["tiers"]
            ],
        },
    )
    participant = _only_on_this_plan(scene)
    first_day = scene.paid_on[:8] + "01"
    component = {
        "name": "Sales",
        "measure_id": measure,
        "rate_table_id": table,
        "mode": "marginal",
    }
    scene.commission_plan = manager.create(
        "crm.incentive.plan",
        {
            "name": "Story plan",
            "accumulation": "month",
            "currency_id": scene.currency_id,
            "assignment_ids": [
                (0, 0, {"participant_id": participant, "date_from": first_day})
            ],
            "version_ids": [
                (
                    0,
                    0,
                    {"date_from": first_day, "component_ids": [(0, 0, component)]},
                )
            ],
        },
    )
    versions = manager.search(
        "crm.incentive.plan.version", [("plan_id", "=", scene.commission_plan)]
    )
    manager.call("crm.incentive.plan.version", "action_approve", versions)
    row = manager.read_one("crm.incentive.plan.version", versions[0], ["state"])
    scene.check_equal(row["state"], "approved", "state of the plan")
    scene.participant = participant


def _only_on_this_plan(scene):
    """The agent as participant, taken off the demonstration's plans."""
    manager, agent = scene.manager, scene.agent1
    found = manager.search(
        "crm.incentive.participant", [("user_id", "=", agent.user_id)]
    )
    if not found:
        return manager.create(
            "crm.incentive.participant",
            {"partner_id": agent.partner_id, "user_id": agent.user_id},
        )
    others = manager.search(
        "crm.incentive.plan.assignment", [("participant_id", "=", found[0])]
    )
    manager.call("crm.incentive.plan.assignment", "unlink", others)
    return found[0]


def period_is_computed(scene):
    """The manager runs the period: the statement is what was computed by hand"""
    manager, agent = scene.manager, scene.agent1
    manager.call("crm.incentive.period", "action_create_year", int(scene.paid_on[:4]))
    period = manager.search(
        "crm.incentive.period",
        [("date_from", "<=", scene.paid_on), ("date_to", ">=", scene.paid_on)],
    )
    run = manager.create("crm.incentive.run", {"period_id": period[0]})
    manager.call("crm.incentive.run", "action_run", [run])
    # from here on the agent looks at it himself
    plan = scene.plan["commission"]
    statements = agent.search_read(
        "crm.incentive.statement",
        [("period_id", "=", period[0])],
        ["earned", "payable", "participant_id", "state"],
    )
    scene.check_equal(len(statements), 1, "statements that the agent sees")
    scene.statement = statements[0]["id"]
    scene.check_equal(
        statements[0]["participant_id"][0], scene.participant, "whose it is"
    )
    scene.check_equal(statements[0]["earned"], plan["earned"], "earned")
    for sentence in plan["working"]:
        scene.check(True, sentence)
    lines = agent.search_read(
        "crm.incentive.statement.line",
        [("statement_id", "=", scene.statement)],
        ["name", "base_amount", "amount"],
    )
    scene.check_equal([line["amount"] for line in lines], [plan["earned"]], "lines")
    scene.check_equal(lines[0]["base_amount"], plan["base"], "amount that counts")


def every_cent_has_its_source(scene):
    """The agent opens his statement down to the lines of the invoice"""
    agent = scene.agent1
    entries = agent.search_read(
        "crm.incentive.entry",
        [("statement_id", "=", scene.statement)],
        ["amount", "base_amount", "credit_id"],
    )
    plan = scene.plan["commission"]
    scene.check_equal(
        round(sum(entry["amount"] for entry in entries), 2), plan["earned"], "entries"
    )
    credits = agent.read(
        "crm.incentive.credit",
        [entry["credit_id"][0] for entry in entries],
        ["res_model", "res_id", "amount"],
    )
    scene.check_equal(
        {one["res_model"] for one in credits}, {"account.move.line"}, "source"
    )
    lines = scene.accountant.read(
        "account.move.line", [one["res_id"] for one in credits], ["move_id"]
    )
    scene.check_equal(
        {line["move_id"][0] for line in lines}, {scene.invoice}, "invoice of the source"
    )


def statement_is_posted(scene):
    """Submitted, approved by another person, posted"""
    model = "crm.incentive.statement"
    # those of earlier periods first: a closing balance is carried over
    earlier = scene.manager.search_read(
        model,
        [("participant_id", "=", scene.participant), ("state", "=", "draft")],
        ["period_id"],
    )
    by_name = sorted(earlier, key=lambda row: row["period_id"][1])
    ids = [row["id"] for row in by_name]
    for statement in ids[: ids.index(scene.statement) + 1]:
        scene.manager.call(model, "action_submit", [statement])
        scene.consultant.call(model, "action_approve", [statement])
        scene.manager.call(model, "action_post", [statement])
    row = scene.agent1.read_one(model, scene.statement, ["state", "payable"])
    scene.check_equal(row["state"], "posted", "state")
    scene.check_equal(row["payable"], scene.plan["commission"]["earned"], "payable")


STEPS = (
    plan_is_made,
    period_is_computed,
    every_cent_has_its_source,
    statement_is_posted,
)
