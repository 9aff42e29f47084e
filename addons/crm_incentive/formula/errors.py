"""What can be wrong with a formula, as values that a person can be told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One finding.

    ``code`` is stable and is what callers translate; ``detail`` names the culprit (a
    name, a number, a path ``a -> b -> a``); ``position`` is the 0-based character in
    the source, or None.
    """

    code: str
    detail: str = ""
    position: int | None = None

    def __str__(self):
        place = "" if self.position is None else f" at {self.position}"
        return f"{self.code}({self.detail}){place}"


class FormulaError(Exception):
    """A formula that cannot be accepted; carries its :class:`Problem`."""

    def __init__(self, problem):
        super().__init__(str(problem))
        self.problem = problem
