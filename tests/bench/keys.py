"""What a key of the benchmarks is, and where the keys are found.

A group is a folder of tests/bench with a module `keys` that holds

- KEYS, the keys with their bounds: the only place where they stand;
- STEPS, functions of a Run that return {key: number}, run in this order.

`make bench-<group>` needs a line in the Makefile, and that is all.
"""

import importlib
import math
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Key:
    """One number and what it must be; exactly one of the bounds is given.

    `finding` is what is known of a bound that does not hold: it is printed beside it.
    """

    name: str
    meaning: str
    method: str
    at_least: float | None = None
    at_most: float | None = None
    finding: str = ""

    @property
    def bound(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return f"≤ {self.at_most:g}" if self.at_most else f"{self.at_most:g}"

    def holds(self, value: float) -> bool:
        if math.isnan(value):
            return False
        if self.at_least is not None:
            return value >= self.at_least
        return value <= self.at_most


def groups() -> list[str]:
    return sorted(path.parent.name for path in FOLDER.glob("*/keys.py"))


def keys_of(group: str) -> tuple[Key, ...]:
    return importlib.import_module(f"tests.bench.{group}.keys").KEYS


def steps_of(group: str) -> tuple:
    return importlib.import_module(f"tests.bench.{group}.keys").STEPS


def faults(keys: list[Key]) -> list[str]:
    """What is wrong with a list of keys."""
    names = [key.name for key in keys]
    found = [f"{name} is listed twice" for name in set(names) if names.count(name) > 1]
    for key in keys:
        if (key.at_least is None) == (key.at_most is None):
            found.append(f"{key.name}: one bound, neither none nor two")
        if not key.meaning or not key.method:
            found.append(f"{key.name}: meaning and method must be told")
    return sorted(found)
