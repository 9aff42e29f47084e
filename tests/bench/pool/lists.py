"""What a person waits for when a list opens or a name is typed, on a million rows.

One client, one threaded server. A value is the 95th percentile of the slowest of the
cases, and of three rounds the median.
"""

import statistics

from tests.bench.run import log_in
from tests.clients.crowd import stampede
from tests.clients.servers import Servers

ROUNDS, CALLS = 3, 10
LIST_FIELDS = (
    "name", "stage_id", "stage_code", "access", "owner_id", "phone", "city",
    "industry_id", "next_visit_date", "track_mark",
)  # fmt: skip
ORDERS = {"next visit": "next_visit_date, id", "name": "name, id"}
# three characters and more; a common and a rare hit, and none
TYPED = (
    "有限公", "办公用", "杭州恒达", "上海金", "Lotus Trading", "Star", "oll",
    "Harbour Pearl Tools", "C0123456", "sales@c777777", "zzzxq", "蟠龙洞",
)  # fmt: skip


MINE = [("is_mine", "=", True)]  # the filter My Customers of the search view


def specification(names):
    """What the web client asks of these fields: of a Many2one its name."""
    return {
        name: {"fields": {"display_name": {}}} if name.endswith("_id") else {}
        for name in names
    }


def list_cases(persons):
    for person in persons:
        for whose, domain in (("mine", MINE), ("all", [])):
            for label, order in ORDERS.items():

                def act(person, _number, domain=domain, order=order):
                    return person.call(
                        "crm.pool.customer",
                        "web_search_read",
                        domain=domain,
                        specification=specification(LIST_FIELDS),
                        limit=80,
                        order=order,
                        count_limit=10_001,
                    )

                yield f"{person.login}, {whose}, by {label}", person, act


def search_cases(persons):
    for person in persons:
        for text in TYPED:

            def act(person, _number, text=text):
                found = person.call(
                    "res.partner",
                    "web_name_search",
                    name=text,
                    specification={"display_name": {}},
                    domain=[],
                    operator="ilike",
                    limit=8,
                )
                return found or "nothing"

            yield f"{person.login}, {text}", person, act


def slowest(run, cases, what) -> float:
    """Milliseconds of the slowest case; the three slowest are told."""
    cases = list(cases)
    taken = {label: [] for label, _person, _act in cases}
    for _round in range(ROUNDS):
        for label, person, act in cases:
            act(person, 0)
            done = stampede([person], act, times=CALLS)
            for answer in done.answers:
                if isinstance(answer, Exception):
                    raise answer
            taken[label].append(done.percentile(0.95) * 1000)
    medians = {label: statistics.median(some) for label, some in taken.items()}
    ordered = sorted(medians, key=medians.get, reverse=True)
    told = "; ".join(f"{label}: {medians[label]:.0f} ms" for label in ordered[:3])
    run.tell(f"{what}, slowest of {len(cases)} cases: {told}")
    return medians[ordered[0]]


def measure(run) -> dict[str, float]:
    database = run.copy(run.kept["template"])
    with Servers(database, run.folder / "lists", run.ports, count=1) as servers:
        agent, manager = log_in(run, database, ["agent1", "manager1"])
        agent.port = manager.port = servers[0].port
        return {
            "list.p95_ms": slowest(run, list_cases([agent, manager]), "lists"),
            "partner.namesearch_p95_ms": slowest(
                run, search_cases([agent, manager]), "names"
            ),
        }
