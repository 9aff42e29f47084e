"""The million customers of the pool's data set, or a small database to try with."""

import os

from tests.bench.pool import data


def measure(run) -> dict[str, float]:
    run.kept["rows"] = int(os.environ.get("BENCH_ROWS") or 20_000)
    if template := os.environ.get("BENCH_TEMPLATE"):
        run.kept["template"] = template
        return {}
    return data.measure(run)
