"""What a person sees: a line when a job ends, problems in full, a table, the sum."""

import threading

from .jobs import Job, Outcome

MAX_PROBLEM = 6000


class Report:
    def __init__(self):
        self._lock = threading.Lock()
        self._suites: dict[str, list] = {}  # suite → passed, failed, seconds
        self._problems: list[str] = []

    def tell(self, job: Job, outcome: Outcome, seconds: float) -> None:
        with self._lock:
            sums = self._suites.setdefault(job.suite, [0, 0, 0.0])
            sums[0] += outcome.passed
            sums[1] += outcome.failed
            sums[2] += seconds
            self._problems += outcome.problems
            mark = "FAILED" if outcome.failed else "ok"
            print(
                f"{mark:6} {job.title}: {outcome.passed} passed, "
                f"{outcome.failed} not, {seconds:.0f} s",
                flush=True,
            )
            for problem in outcome.problems:
                print(_short(problem), flush=True)
            for note in outcome.notes:
                print(f"       {note}", flush=True)

    @property
    def passed(self) -> int:
        return sum(sums[0] for sums in self._suites.values())

    @property
    def failed(self) -> int:
        return sum(sums[1] for sums in self._suites.values())

    def lines(self, minutes: float) -> list[str]:
        """The end of the output; the last line is what CI reads."""
        lines = [""]
        if len(self._problems) > 1:
            lines += [f"- {problem.splitlines()[0]}" for problem in self._problems]
            lines.append("")
        lines.append(f"{'suite':<12}{'passed':>8}{'failed':>8}{'minutes':>9}")
        for suite, (passed, failed, seconds) in self._suites.items():
            lines.append(f"{suite:<12}{passed:>8}{failed:>8}{seconds / 60:>9.1f}")
        lines.append(f"{'wall clock':<28}{minutes:>9.1f}")
        lines += ["", f"{self.passed} passed, {self.failed} failed"]
        return lines


def _short(problem: str) -> str:
    if len(problem) <= MAX_PROBLEM:
        return problem
    half = MAX_PROBLEM // 2
    return f"{problem[:half]}\n  […]\n{problem[-half:]}"
