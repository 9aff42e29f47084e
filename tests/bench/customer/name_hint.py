"""namehint.p95_ms: what somebody waits for who types a customer's name."""

from tests.bench.pool.lists import slowest
from tests.bench.run import log_in
from tests.clients.servers import Servers

# common ones, rare ones, and such as are in no name
TYPED = (
    "贸易", "恒达", "杭州", "杭州恒", "办公用", "峰医", "洋软件", "蟠龙",
    "tr", "st", "oll", "lotus tr", "harbour pe", "zq", "xx",
)  # fmt: skip


def measure(run) -> dict[str, float]:
    database = run.copy(run.kept["template"])
    with Servers(database, run.folder / "hint", run.ports, count=1) as servers:
        persons = log_in(run, database, ["agent1", "manager1"])
        for person in persons:
            person.port = servers[0].port

        def case(text):
            def act(person, _number):
                return person.call("crm.pool.customer", "get_duplicate_hint", text)

            return act

        cases = [
            (f"{person.login}, {text}", person, case(text))
            for person in persons
            for text in TYPED
        ]
        return {"namehint.p95_ms": slowest(run, cases, "hints")}
