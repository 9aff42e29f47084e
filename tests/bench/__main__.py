"""python -m tests.bench [GROUP…]: measure, write the files, tell what held."""

import os
import sys
import time
from contextlib import ExitStack

from . import machine, report
from .keys import groups, keys_of, steps_of
from .run import Run


def measure(group: str) -> int:
    """Run one group; the number of bounds that were missed."""
    load, begin = os.getloadavg()[0], time.monotonic()
    values: dict[str, float] = {}
    with ExitStack() as stack:
        run = Run(group, stack)
        for number, step in enumerate(steps := steps_of(group), 1):
            minutes = (time.monotonic() - begin) / 60
            name = step.__module__.rpartition(".")[2]
            print(
                f"==> {group} {number}/{len(steps)}: {name} ({minutes:.0f} min)",
                flush=True,
            )
            if measured := step(run):
                values |= measured
                write(run, values, load)  # stays when the rest is stopped
    keys = keys_of(group)
    print(f"==> {group}: {(time.monotonic() - begin) / 60:.1f} minutes")
    held = 0
    for key in keys:
        value = values.get(key.name)
        held += value is not None and key.holds(value)
        print("   ", report.row(key, value).rsplit(" | ", 1)[0])
    return len(keys) - held


def write(run: Run, values: dict[str, float], load: float) -> None:
    """Write the figures so far into build/bench.json and docs/bench.md."""
    keys = keys_of(run.group)
    surprises = values.keys() - {key.name for key in keys}
    if surprises:
        raise SystemExit(f"{run.group}: no key is named {', '.join(sorted(surprises))}")
    described = machine.describe(load)
    report.write_json(values, described)
    text = report.section(run.group, keys, values, run.details, described)
    report.write_document(run.group, text)


def main(words: list[str]) -> None:
    unknown = set(words) - set(groups())
    if unknown:
        raise SystemExit(f"no group {unknown}; there are: {', '.join(groups())}")
    missed = sum([measure(group) for group in words or groups()])
    print(f"{missed} bounds missed or not measured")
    raise SystemExit(1 if missed else 0)


main(sys.argv[1:])
