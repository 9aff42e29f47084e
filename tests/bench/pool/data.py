"""The million customers and their contact records: ready before the measuring."""

from pathlib import Path

from tests.bench.datasets import ensure

PROGRAMS = ("people", "rows", "records", "multiply")
ADDONS = ["crm_stage_pipeline"]
FOLDER = Path(__file__).parent
PROGRAM = """
from tests.bench.pool import people, rows
rows.make(env, people.make(env))
"""


def measure(run) -> dict[str, float]:
    run.kept["template"] = ensure(
        "pool", ADDONS, PROGRAM, [FOLDER / f"{name}.py" for name in PROGRAMS]
    )
    return {}
