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
    ),
)
