"""record.add_ratio: a contact record against a message of the same length."""

import itertools
import statistics

from tests.bench.run import log_in
from tests.clients.crowd import stampede
from tests.clients.servers import Servers

PAIRS, CALLS = 3, 40
NOTE = "Spoke about the delivery in March; wants a new price for 500 boxes."


def measure(run) -> dict[str, float]:
    database = run.copy(run.kept["template"])
    with Servers(database, run.folder / "record_add", run.ports, count=1) as servers:
        [agent] = log_in(run, database, ["agent1"])
        agent.port = servers[0].port
        rows = agent.call(
            "crm.pool.customer",
            "search_read",
            [("is_mine", "=", True)],
            ["partner_id"],
            limit=PAIRS * (CALLS + 1) * 2,
            order="id",
        )
        turn = itertools.cycle(rows)  # each customer once

        def add(person, _number):
            values = {"customer_id": next(turn)["id"], "note": NOTE}
            return person.call(
                "crm.contact.record", "web_save", [], values, specification={"id": {}}
            )

        def post(person, _number):
            partner = next(turn)["partner_id"][0]
            return person.call("res.partner", "message_post", [partner], body=NOTE)

        taken = {add: [], post: []}
        for _pair in range(PAIRS):
            for act, medians in taken.items():
                act(agent, 0)
                done = stampede([agent], act, times=CALLS)
                for answer in done.answers:
                    if isinstance(answer, Exception):
                        raise answer
                medians.append(done.percentile(0.5) * 1000)
    ratios = [one / other for one, other in zip(taken[add], taken[post], strict=True)]
    run.tell(
        f"a contact record: {statistics.median(taken[add]):.0f} ms,"
        f" a message: {statistics.median(taken[post]):.0f} ms"
    )
    return {"record.add_ratio": statistics.median(ratios)}
