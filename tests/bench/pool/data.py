"""The million customers: ready before anything is measured."""

from tests.bench.datasets import ensure

ADDONS = ["crm_stage_pipeline"]
PROGRAM = """
from tests.bench.pool import people, rows
rows.make(env, people.make(env))
"""


def measure(run) -> dict[str, float]:
    run.kept["template"] = ensure("pool", ADDONS, PROGRAM)
    return {}
