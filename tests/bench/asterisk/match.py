"""match.*: whose number is it, among 500,000.

Ours is what a call that comes in asks (`crm.phone.number._match`, as an agent); the
peers' is a search by the end of the text in the contact's own field, as telephony
addons without a table of numbers do it. Both in one program, without HTTP;
each search goes to the database, nothing is remembered between them.
"""

import json

from tests.bench.run import shell

PROGRAM = """
import json, random, statistics, time
from tests.bench.asterisk import rows

random.seed(7)
agent = env["res.users"].search([("login", "=", "agent101")])
env = env(user=agent)
numbers, partners = env["crm.phone.number"], env["res.partner"]
country = env["asterisk.server"].search([]).country_id
count = rows.COUNT


def presented(n):
    # as carriers present a number; one in ten is nobody's, one in ten has no country
    # and no area code
    text = rows.number(n)
    kind = n % 10
    if kind == 0:
        return str(19_900_000_000 + n), 0
    if kind == 1:
        return text[-9:], 1
    return ("+86" + text if kind < 5 else "0086" + text if kind < 7 else text), 1


def take(function, chosen):
    taken = []
    for n in chosen:
        text, least = presented(n)
        begin = time.perf_counter()
        found = function(text)
        taken.append((time.perf_counter() - begin) * 1000)
        assert not least or found, text
    return taken


def match(text):
    return numbers._match(text, country)


def suffix(text):
    return partners.search([("phone_sanitized", "=like", "%" + text[-8:])], limit=50)


sample = random.sample(range(1, count), {single} + {rounds} * ({ours} + {peers}))
take(match, sample[:{single}])
rounds = []
rest = sample[{single}:]
for number in range({rounds}):
    ours = take(match, rest[:{ours}])
    peers = take(suffix, rest[{ours}:{ours} + {peers}])
    rest = rest[{ours} + {peers}:]
    rounds.append([sorted(ours)[int(len(ours) * 0.99)], statistics.median(ours),
                   statistics.median(peers)])
print(json.dumps(rounds))
"""


def measure(run) -> dict[str, float]:
    database = run.copy(run.kept["template"])
    program = PROGRAM.format(single=100, rounds=3, ours=1000, peers=15)
    printed = shell(database, program, run.folder / "match.log")
    rounds = json.loads(printed.splitlines()[-1])
    for p99, ours, peers in rounds:
        run.tell(
            f"match: p99 {p99:.2f} ms, median {ours:.2f} ms; by suffix {peers:.0f} ms"
        )
    ratios = sorted(peers / ours for _p99, ours, peers in rounds)
    return {
        "match.p99_ms": sorted(p99 for p99, _ours, _peers in rounds)[1],
        "match.vs_suffix": ratios[1],
    }
