"""The suites by name, in the order of the report."""

from collections.abc import Callable

from . import core_tests, installs, lint, odoo_tests, parts, unit
from .jobs import Job, Outcome

# name → (jobs, needs a template database); jobs take the name after the colon
SUITES: dict[str, tuple[Callable[..., list[Job]], bool]] = {
    "parts": (parts.jobs, False),
    "lint": (lint.jobs, False),
    "structure": (unit.structure_jobs, False),
    "pure": (unit.pure_jobs, False),
    "addon": (odoo_tests.jobs, True),
    "tours": (odoo_tests.tour_jobs, True),
    "e2e": (unit.e2e_jobs, True),
    "install": (installs.jobs, True),
    "core": (core_tests.jobs, True),
}
# `make test`; the tours are among the addons' tests
DEFAULT = ("parts", "lint", "structure", "pure", "addon", "e2e")


def jobs_of(words: list[str], tags: str = "") -> list[Job]:
    """Jobs for suite[:name] words. A suite that has none at all is a failure, told by
    a job of its own."""
    found: list[Job] = []
    for word in words or DEFAULT:
        suite, _, name = word.partition(":")
        if suite not in SUITES:
            raise SystemExit(f"no suite {suite}; there are: {', '.join(SUITES)}")
        make = SUITES[suite][0]
        extra = {"tags": tags} if tags and suite == "addon" else {}
        found += make(*([name] if name else []), **extra) or [_empty(word)]
    return found


def needs_template(jobs: list[Job]) -> bool:
    return any(SUITES[job.suite][1] for job in jobs)


def _empty(word: str) -> Job:
    def run(_lane, _logs) -> Outcome:
        outcome = Outcome()
        outcome.fail(f"{word}: there is no such test")
        return outcome

    suite, _, name = word.partition(":")
    return Job(suite, name, run, cost=0)
