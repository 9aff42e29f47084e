"""The million customers: ready before anything is measured."""

from pathlib import Path

from tests.bench.datasets import ensure

ADDONS = ["crm_stage_pipeline"]
FOLDER = Path(__file__).parent
PROGRAM = """
from tests.bench.pool import people, rows
rows.make(env, people.make(env))
"""


def measure(run) -> dict[str, float]:
    run.kept["template"] = ensure(
        "pool", ADDONS, PROGRAM, [FOLDER / "people.py", FOLDER / "rows.py"]
    )
    return {}
