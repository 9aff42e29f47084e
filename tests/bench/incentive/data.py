"""The data sets of the group, ready before the measuring.

orders: 200 people, 100,000 order lines. invoices: 5,000 posted invoice lines, made by
the addons. alone: the same without crm_incentive, for what posting costs.
"""

from pathlib import Path

from tests.bench.datasets import ensure

FOLDER = Path(__file__).parent
PROGRAMS = [
    *(FOLDER / f"{name}.py" for name in ("people", "rows", "invoices")),
    FOLDER.parent / "pool" / "multiply.py",
]
ORDERS = """
from tests.bench.incentive import people, rows
rows.make(env, people.make(env))
env.cr.commit()
"""
INVOICES = """
from tests.bench.incentive import invoices
invoices.make(env)
env.cr.commit()
"""
ALONE = """
from tests.bench.incentive import invoices
invoices.prepare(env)
env.cr.commit()
"""
BASE = "crm_stage_pipeline"


def measure(run) -> dict[str, float]:
    addons = [BASE, "crm_incentive"]
    run.kept["orders"] = ensure("incentive_orders", addons, ORDERS, PROGRAMS)
    run.kept["invoices"] = ensure("incentive_invoices", addons, INVOICES, PROGRAMS)
    run.kept["alone"] = ensure("incentive_alone", [BASE], ALONE, PROGRAMS)
    return {}
