"""kanban.* and mainline.*: one client, one threaded server."""

from tests.bench.pool.lists import MINE, slowest, specification
from tests.bench.run import log_in
from tests.clients.servers import Servers

CARD = (
    "access", "city", "industry_id", "name", "next_visit_date", "owner_id", "phone",
    "track_mark",
)  # fmt: skip


def by_stage(person, _number):
    found = person.call(
        "crm.pool.customer",
        "web_read_group",
        domain=MINE,
        groupby=["stage_id"],
        aggregates=["__count"],
        auto_unfold=True,
        unfold_read_default_limit=20,
        unfold_read_specification=specification(CARD),
    )
    assert any(group.get("__records") for group in found["groups"]), found
    return found


def tiles(scope):
    def act(person, _number):
        found = person.call("crm.main.line", "get_main_line", scope)
        assert found["scope"] == scope, found["scope"]
        return found

    return act


def measure(run) -> dict[str, float]:
    database = run.copy(run.kept["template"])
    with Servers(database, run.folder / "main_line", run.ports, count=1) as servers:
        agent, manager = log_in(run, database, ["agent1", "manager1"])
        agent.port = manager.port = servers[0].port
        cases = {
            "kanban.p95_ms": [("agent, by stage", agent, by_stage)],
            "mainline.agent_p95_ms": [("agent, mine", agent, tiles("mine"))],
            "mainline.manager_p95_ms": [("manager, all", manager, tiles("all"))],
        }
        # no key: what the agent sees who chooses Shared on the page
        slowest(run, [("agent, shared", agent, tiles("shared"))], "main line")
        return {key: slowest(run, case, key) for key, case in cases.items()}
