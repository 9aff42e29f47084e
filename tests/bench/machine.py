"""The machine that the figures were taken on, with two loops that never change."""

import os
import subprocess
import time
from datetime import UTC, datetime

from tests.layout import PROJECT
from tests.runner.databases import query

SQL_LOOP = """
SELECT count(*) FROM (
    SELECT md5(n::text) AS hash FROM generate_series(1, 300000) AS n ORDER BY hash
) AS sorted
"""


def _milliseconds(function) -> float:
    """The median of three."""
    taken = []
    for _number in range(3):
        begin = time.perf_counter()
        function()
        taken.append((time.perf_counter() - begin) * 1000)
    return round(sorted(taken)[1], 1)


def _python_loop() -> int:
    total = 0
    for number in range(2_000_000):
        total += number * number % 7
    return total


def calibration() -> dict[str, float]:
    return {
        "sql_ms": _milliseconds(lambda: query("postgres", SQL_LOOP)),
        "python_ms": _milliseconds(_python_loop),
    }


def commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def describe(load: float) -> dict:
    """`load` is that of the minute before the run."""
    return {
        "cores": os.cpu_count(),
        "load": round(load, 2),
        "load_end": round(os.getloadavg()[0], 2),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "calibration": calibration(),
    }
