"""review.*: what a manager waits for who looks back at a month."""

from datetime import date

from tests.bench.pool.lists import slowest
from tests.bench.run import log_in
from tests.clients.servers import Servers

PAGES = {"by person": ["user_id", "kind"], "by day": ["at:day", "kind"]}


def measure(run) -> dict[str, float]:
    database = run.copy(run.kept["template"])
    # the last whole month: the present one has few days at its beginning
    end = date.today().replace(day=1)
    begin = end.replace(year=end.year - (end.month == 1), month=end.month - 1 or 12)
    month = [("at", ">=", str(begin)), ("at", "<", str(end))]

    def page(groupby):
        def act(person, _number):
            found = person.call(
                "crm.pool.review",
                "formatted_read_group",
                domain=month,
                groupby=groupby,
                aggregates=["__count"],
            )
            assert found, month
            return found

        return act

    with Servers(database, run.folder / "review", run.ports, count=1) as servers:
        [manager] = log_in(run, database, ["manager1"])
        manager.port = servers[0].port
        cases = [(name, manager, page(groupby)) for name, groupby in PAGES.items()]
        return {"review.p95_ms": slowest(run, cases, "review.p95_ms")}
