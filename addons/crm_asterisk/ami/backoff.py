"""When to connect again. The clock and the dice are the caller's."""

from collections.abc import Callable
from dataclasses import dataclass

FIRST_S = 1.0
LIMIT_S = 60.0
REFUSED_S = 300.0
"""After a wrong password: trying often locks the account and fills the PBX's log."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waiting times that double from FIRST_S to LIMIT_S, each spread over its upper
    half, so that several connectors do not come back in the same second.

    >>> step = Backoff()
    >>> [round((step := step.failed()).delay(lambda: 1.0)) for _ in range(8)]
    [1, 2, 4, 8, 16, 32, 60, 60]
    """

    attempts: int = 0
    refused: bool = False

    def failed(self, refused: bool = False) -> "Backoff":
        """One more failure; `refused` when the PBX did not accept the account."""
        return Backoff(self.attempts + 1, refused)

    def delay(self, random: Callable[[], float]) -> float:
        """Seconds to wait; `random` returns a number from 0 to 1."""
        if self.refused:
            return REFUSED_S
        if not self.attempts:
            return 0.0
        whole = min(LIMIT_S, FIRST_S * 2 ** min(self.attempts - 1, 16))
        return whole * (1 + random()) / 2
