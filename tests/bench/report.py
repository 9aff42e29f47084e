"""build/bench.json, one flat object, and docs/bench.md, a section for each group."""

import json
import re
from pathlib import Path

from tests.layout import PROJECT

from .keys import Key

JSON = PROJECT / "build" / "bench.json"
DOCUMENT = PROJECT / "docs" / "bench.md"
HEAD = """\
# Benchmarks

Written by `make bench`; do not edit. The keys, their bounds and how each is measured
stand in `tests/bench/<group>/keys.py`; `build/bench.json` has the numbers of the last
run here. A ratio compares two figures of the same run, so that it means the same on
every machine; milliseconds and seconds are medians of three and want an idle machine.
The load stands in each section: above the number of cores, other programs were running,
and times are too long. Calibration: a fixed SQL and a fixed Python loop.
"""


def write_json(values: dict[str, float], machine: dict) -> None:
    JSON.parent.mkdir(exist_ok=True)
    known = json.loads(JSON.read_text()) if JSON.exists() else {}
    JSON.write_text(
        json.dumps(known | values | {"_machine": machine}, indent=1, sort_keys=True)
    )


def number(value: float) -> str:
    """Three significant places, and none after the point above a hundred."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def row(key: Key, value: float | None) -> str:
    shown = "not measured" if value is None else number(value)
    verdict = "" if value is None else "held" if key.holds(value) else "**missed**"
    cells = (f"`{key.name}`", key.meaning, key.bound, shown, verdict, key.method)
    return "| " + " | ".join(cells) + " |"


def section(group: str, keys, values: dict, details: list[str], machine: dict) -> str:
    loops = machine["calibration"]
    lines = [
        f"## {group}",
        f"`make bench-{group}`, {machine['date']}, commit {machine['commit']},"
        f" {machine['cores']} cores, load {machine['load']} before and"
        f" {machine['load_end']} after, SQL loop {loops['sql_ms']} ms,"
        f" Python loop {loops['python_ms']} ms.",
        "",
        "| key | meaning | bound | value | | method |",
        "|---|---|---|---|---|---|",
        *(row(key, values.get(key.name)) for key in keys),
    ]
    findings = [f"- `{key.name}`: {key.finding}" for key in keys if key.finding]
    if findings:
        lines += ["", "Findings:", "", *findings]
    if details:
        lines += ["", "Behind the numbers:", "", *(f"- {line}" for line in details)]
    return "\n".join(lines) + "\n"


def sections(text: str) -> dict[str, str]:
    """The document's sections by group."""
    parts = re.split(r"^(?=## )", text, flags=re.M)[1:]
    return {part.splitlines()[0][3:]: part.strip() + "\n" for part in parts}


def write_document(group: str, text: str, path: Path = DOCUMENT) -> None:
    known = sections(path.read_text()) if path.exists() else {}
    known[group] = text
    path.write_text("\n".join([HEAD, *(known[name] for name in sorted(known))]))


def differences(group: str, keys, text: str) -> list[str]:
    """Where the document and the list of keys disagree."""
    part = sections(text).get(group)
    if part is None:
        return [f"docs/bench.md has no section {group}: run make bench-{group}"]
    told = {}
    for line in part.splitlines():
        if match := re.match(r"\| `([\w.]+)` \|", line):
            if match[1] in told:
                return [f"docs/bench.md tells {match[1]} twice"]
            told[match[1]] = line
    found = [
        f"docs/bench.md does not tell {k.name}" for k in keys if k.name not in told
    ]
    found += [
        f"docs/bench.md tells {name}, which is no key"
        for name in told.keys() - {key.name for key in keys}
    ]
    found += [
        f"docs/bench.md: {key.name} has another bound than {key.bound}"
        for key in keys
        if key.name in told and f"| {key.bound} |" not in told[key.name]
    ]
    return found
