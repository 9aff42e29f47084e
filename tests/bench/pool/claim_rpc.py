"""Claims as clients make them: JSON-RPC over HTTP, many people at once.

First 50 people on two threaded servers, all after the same 2,000 customers, with the
quota of 20 that the product ships: once for each of three rounds, in which the quota
is raised by as much. Then 20 clients on one server with worker processes, each after
customers of his own, as fast as they can.
"""

import itertools
import statistics

from tests.bench.run import log_in
from tests.clients.crowd import Person, Refused, stampede
from tests.clients.servers import Servers
from tests.runner.databases import query

CROWD, HOT, QUOTA, TRIES, ROUNDS = 50, 2_000, 20, 26, 3
CLIENTS, WORKERS, SECONDS = 20, 4, 6
PLENTY = 1_000_000

SHARED_TARGETS = """
SELECT string_agg(id::text, ' ') FROM (
    SELECT id FROM crm_pool_customer
     WHERE owner_id IS NULL AND stage_code = 'target' AND active AND company_id = 1
       AND pool_id = (SELECT id FROM crm_pool ORDER BY sequence DESC LIMIT 1)
     ORDER BY draw_key LIMIT 60000) AS free
"""
DOUBLE = """
SELECT (SELECT count(*) FROM (
            SELECT customer_ref FROM crm_pool_log WHERE action IN ('claim', 'screen')
             GROUP BY 1 HAVING count(*) > 1) AS claimed_twice)
     + (SELECT count(*) FROM (
            SELECT customer_id FROM crm_pool_access WHERE kind = 'owner'
             GROUP BY 1 HAVING count(*) > 1) AS owned_twice)
     + (SELECT count(*) FROM crm_pool_log AS log
          JOIN crm_pool_customer AS customer ON customer.id = log.customer_ref
         WHERE log.action = 'claim' AND customer.owner_id <> log.actor_id)
"""
OVER_QUOTA = """
SELECT coalesce(sum(greatest(claimed - {limit}, 0)), 0) FROM (
    SELECT count(*) AS claimed FROM crm_pool_log WHERE quota_day IS NOT NULL
     GROUP BY actor_id, quota_day, quota_scope) AS days
"""


def _set_quota(database: str, limit: int) -> None:
    """By SQL: the claim reads it from the table in its own transaction."""
    query(database, f"UPDATE crm_pool_policy_line SET daily_limit = {limit}")


def _empty(person, _number):
    """A call that does nothing, of the same model by the same person."""
    return person.call("crm.pool.customer", "read", [], ["name"]) or "nothing"


class Claims:
    """Hands out customers: everybody's hot ones, or each one once."""

    def __init__(self, database):
        self.ids = [int(one) for one in query(database, SHARED_TARGETS).split()]
        self.fresh = itertools.count(ROUNDS * HOT)

    def hot(self, number):
        hot = self.ids[number * HOT : (number + 1) * HOT]

        def act(person, attempt):
            # everybody by another way through the same customers
            step = 7 + 2 * (person.uid % 50)
            customer = hot[(person.uid * 31 + attempt * step) % HOT]
            return person.call("crm.pool.customer", "action_claim", [customer])

        return act

    def single(self, person, _attempt):
        return person.call(
            "crm.pool.customer", "action_claim", [self.ids[next(self.fresh)]]
        )


def _codes(stampeded) -> list[str]:
    """The answers' codes.

    :raises Refused: what a call ended with instead
    """
    for answer in stampeded.answers:
        if isinstance(answer, Exception):
            raise answer
    return [row["code"] for answer in stampeded.answers for row in answer]


def _crowd(run, database, claims, values) -> list[Person]:
    ratios, replayed, calls, over = [], 0, 0, 0
    with Servers(database, run.folder / "threaded", run.ports, count=2) as servers:
        crowd = log_in(run, database, [f"agent{n + 1}" for n in range(CROWD)])
        for number, person in enumerate(crowd):
            person.port = servers[number].port
        stampede(crowd, _empty, times=2)  # every thread and cache is warm
        for number in range(ROUNDS):
            _set_quota(database, limit := QUOTA * (number + 1))
            empty = stampede(crowd, _empty, times=TRIES)
            before = servers.replays()
            claim = stampede(crowd, claims.hot(number), times=TRIES)
            replayed += servers.replays() - before
            codes = _codes(claim)
            calls += len(codes)
            over += int(query(database, OVER_QUOTA.format(limit=limit)))
            ratios.append(claim.percentile(0.95) / empty.percentile(0.95))
            run.tell(
                f"round {number + 1}: p95 of {len(codes)} claims"
                f" {claim.percentile(0.95) * 1000:.0f} ms, of empty calls"
                f" {empty.percentile(0.95) * 1000:.0f} ms;"
                f" {codes.count('claimed')} claimed, {codes.count('taken_by')} were"
                f" taken, {codes.count('quota_exceeded')} above the quota"
            )
    values["claim.rpc_p95_ratio"] = statistics.median(ratios)
    values["claim.retry_share"] = replayed / calls
    values["claim.over_quota"] = over
    return crowd


def _throughput(run, database, claims, crowd, values) -> None:
    _set_quota(database, PLENTY)
    folder = run.folder / "workers"
    with Servers(database, folder, run.ports, count=1, workers=WORKERS) as servers:
        clients = crowd[:CLIENTS]
        for person in clients:
            person.port = servers[0].port
        stampede(clients, _empty, seconds=4)
        pairs = []
        for _number in range(ROUNDS):
            empty = stampede(clients, _empty, seconds=SECONDS)
            claim = stampede(clients, claims.single, seconds=SECONDS)
            codes = _codes(claim)
            if set(codes) != {"claimed"}:
                raise Refused(f"not claimed: {set(codes)}")
            pairs.append((empty.per_second, claim.per_second))
    values["claim.rpc_ratio"] = statistics.median(b / a for a, b in pairs)
    run.tell(
        f"{CLIENTS} clients, {WORKERS} workers:"
        f" {statistics.median(b for _a, b in pairs):.0f} claims/s against"
        f" {statistics.median(a for a, _b in pairs):.0f} empty calls/s"
    )


def measure(run) -> dict[str, float]:
    database = run.copy(run.kept["template"])
    claims = Claims(database)
    values: dict[str, float] = {}
    crowd = _crowd(run, database, claims, values)
    _throughput(run, database, claims, crowd, values)
    values["claim.double"] = int(query(database, DOUBLE))
    return values
