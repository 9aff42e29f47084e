"""Customers coming in: the import, the check for duplicates and the hint while somebody
types, on a million customers.

To try it on a few: BENCH_TEMPLATE=<a database with the addon, a manager manager1 and
an agent agent1> BENCH_ROWS=2000 make bench-customer.
"""

from tests.bench.keys import Key

from . import data, dedupe, import_rows, name_hint

STEPS = (data.measure, name_hint.measure, dedupe.measure, import_rows.measure)
KEYS = (
    Key(
        "import.vs_core",
        "customers imported a second / contacts loaded a second by core's load()",
        "20,000 rows of nine columns: our import from reading the file to the last"
        " batch, with duplicate check, pool row, numbers, keys and log, a commit each"
        " 500; against res.partner.load() as shipped, with tracking, in one transaction"
        " as core's import does it; same columns, same database, in turns, median of"
        " three pairs",
        at_least=1.3,
        finding="a third of the time is the contact that core makes too, with the same"
        " fields worked out after it is stored. What was ours and is gone: a statement"
        " for each customer number, the name's key thirteen times a row, numbers read"
        " twice and stored one by one, names and stages written after the row (from"
        " 0.94 to about 1.25 times core, beside other programs).",
    ),
    Key(
        "dedupe.vs_join",
        "checking 100,000 names and numbers for duplicates / the bare SQL join",
        "crm.customer.key._find in batches of 500 as the import asks it, half of the"
        " keys known; against one join of a temporary table of them with the keys; in"
        " turns, median of three pairs",
        at_most=2,
    ),
    Key(
        "namehint.p95_ms",
        "the hint while somebody types a name, from two characters on, ms",
        "get_duplicate_hint over HTTP, agent and manager, two characters and more,"
        " Chinese and Latin, common, rare and unknown: p95 of the slowest",
        at_most=50,
        finding="of 68 ms beside other programs 15 were the 35,000 names with the pairs"
        " of characters, found in an index whose whole answer is read before the first"
        " 80; 9 the planning of the first statement, the rest the rules, HTTP and the"
        " columns of 80 rows, of which now only those that are shown are read.",
    ),
)
