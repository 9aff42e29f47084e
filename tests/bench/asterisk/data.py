"""Half a million numbers of half a million customers, a PBX and its agents."""

from pathlib import Path

from tests.bench.datasets import ensure

ADDONS = ["crm_asterisk"]
FOLDER = Path(__file__).parent
PROGRAM = """
from tests.bench.asterisk import rows
rows.make(env)
"""


def measure(run) -> dict[str, float]:
    programs = [FOLDER / "rows.py", FOLDER.parent / "pool" / "multiply.py"]
    run.kept["template"] = ensure("calls", ADDONS, PROGRAM, programs)
    return {}
