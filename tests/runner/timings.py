"""The seconds that jobs and test classes took on this machine, kept in the cache: by
them the lanes are balanced, and a suite that grew is cut into parts."""

import json
import math

from .parts import CACHE

FILE = CACHE / "test-seconds.json"
# seconds of tests that are worth installing the addon once more, which takes a minute
PART = 300


def known() -> dict[str, float]:
    try:
        return json.loads(FILE.read_text())
    except (OSError, ValueError):
        return {}


def remember(seconds: dict[str, float]) -> None:
    part = FILE.with_suffix(".part")
    part.write_text(json.dumps(known() | seconds, indent=1, sort_keys=True))
    part.replace(FILE)


def cut(seconds: dict[str, float]) -> list[list[str]]:
    """Names in as few parts as stay within PART, about equally dear; one part holds at
    least one name, and no names give one empty part."""
    wanted = math.ceil(sum(seconds.values()) / PART)
    parts: list[list[str]] = [[] for _ in range(max(1, min(wanted, len(seconds))))]
    sums = [0.0] * len(parts)
    for name in sorted(seconds, key=lambda name: (-seconds[name], name)):
        least = sums.index(min(sums))
        parts[least].append(name)
        sums[least] += seconds[name]
    return parts
