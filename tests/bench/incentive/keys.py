"""Incentives: runs over 100,000 order lines of 200 people in four currencies, against
the settlement that OCA has, and what posting an invoice costs."""

from tests.bench.keys import Key

from . import data, oca, posting, runs

STEPS = (data.measure, runs.measure, oca.measure, posting.measure)
KEYS = (
    Key(
        "incentive.vs_oca",
        "seconds a line of OCA's settlement / of a full run",
        "sale_commission_oca 19.0 from PyPI on 5,000 posted invoice lines of 200"
        " agents, one rate, against the first full run with tiers, ledger and"
        " statements on the same lines in a copy without OCA; medians of three copies"
        " in turns",
        at_least=10,
    ),
    Key(
        "incentive.full_s",
        "seconds of a first full run on 100,000 order lines",
        "200 people, four currencies, 30,000 of the lines split between two people,"
        " twelve periods; action_run, the first of each of three copies: median",
        at_most=8,
    ),
    Key(
        "incentive.incremental_s",
        "seconds of an incremental run after one invoice",
        "the same data after a full run; an invoice of five lines posted, run created"
        " and started: median of five",
        at_most=0.2,
    ),
    Key(
        "incentive.queries_growth",
        "queries of a full run of 100,000 lines / of 1,000",
        "the same people and plan, all but 200 orders back in draft",
        at_most=1.05,
    ),
    Key(
        "incentive.post_overhead",
        "posting 40 invoices with the addon / without",
        "invoices of five lines, a plan in force; two databases, two processes in"
        " turns: median of 15 pairs",
        at_most=1.08,
    ),
)
