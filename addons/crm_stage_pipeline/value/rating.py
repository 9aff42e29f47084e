"""A customer's value: points for each part of what is known, weighed to 0 to 100.

A part's points grow evenly from none at ``empty`` to 100 at ``full``. What is not
known earns none. The shares of the parts are whole and add up to the score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

GRADES = "abcde"


@dataclass(frozen=True)
class Part:
    """One thing that makes a customer valuable, and how much it counts.

    :param code: its name in the figures
    :param weight: how much it counts beside the others; 0: not at all
    :param empty: the figure, of either direction, that earns nothing
    :param full: the figure that earns all points; another one than `empty`

    >>> Part("amount", weight=3, empty=0, full=1000).points(250)
    25.0
    >>> Part("recency", weight=1, empty=365, full=0).points(365)
    0.0
    >>> Part("margin", weight=1, empty=0, full=10).points(-5)
    0.0
    """

    code: str
    weight: float
    empty: float
    full: float

    def points(self, figure: float | None) -> float:
        """0 to 100; nothing for what is not known."""
        if figure is None:
            return 0.0
        share = (figure - self.empty) / (self.full - self.empty)
        return min(max(0.0, share), 1.0) * 100


@dataclass(frozen=True)
class Share:
    """What one part gives to the score.

    :param points: 0 to 100, rounded
    :param weight: percent of all weights
    :param share: whole points of the score
    """

    code: str
    figure: float | None
    points: int
    weight: float
    share: int


def rate(
    parts: Sequence[Part], figures: Mapping[str, float | None]
) -> tuple[Share, ...]:
    """The score of a customer as the shares of its parts; their sum is the score.

    :param figures: what is known, by code
    :raises ValueError: if no part has a weight, or one a negative weight

    >>> parts = [Part("amount", 3, 0, 1000), Part("orders", 1, 0, 10)]
    >>> [share.share for share in rate(parts, {"amount": 500, "orders": 10})]
    [38, 25]
    """
    total = sum(part.weight for part in parts)
    if total <= 0 or any(part.weight < 0 for part in parts):
        raise ValueError("weights are not negative, and one is above zero")
    shares, sum_before, rounded_before = [], 0.0, 0
    for part in parts:
        figure = figures.get(part.code)
        points = part.points(figure)
        sum_after = sum_before + points * part.weight / total
        # rounding the running sum keeps the sum of the shares right
        rounded_after = floor(sum_after + 0.5)
        shares.append(
            Share(
                code=part.code,
                figure=figure,
                points=floor(points + 0.5),
                weight=part.weight / total * 100,
                share=rounded_after - rounded_before,
            )
        )
        sum_before, rounded_before = sum_after, rounded_after
    return tuple(shares)


def grade(score: int, thresholds: Sequence[int]) -> str:
    """The grade of a score: the first letter whose threshold it reaches.

    :param thresholds: least scores of all grades but the last, falling

    >>> [grade(score, (80, 60, 40, 20)) for score in (100, 80, 79, 20, 0)]
    ['a', 'a', 'b', 'd', 'e']
    """
    reached = (
        letter
        for letter, least in zip(GRADES, thresholds, strict=False)
        if score >= least
    )
    return next(reached, GRADES[len(thresholds)])
