"""The five stages and the moves between them, as data.

A stage is its code; ``None`` is the archive (the customer has no stage). A move
that no entry of the table allows is refused.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

STAGES = ("reserve", "target", "potential", "opportunity", "deal")


def rank(code: str | None) -> int:
    """The value of a stage: the archive is 0, deal is 5.

    >>> [rank(code) for code in (None, "reserve", "deal")]
    [0, 1, 5]
    """
    return 0 if code is None else STAGES.index(code) + 1


@dataclass(frozen=True)
class Move:
    """One allowed move: which role may move from where to where, and how.

    A role is whatever the caller names roles by: a word here, a group's id in Odoo.
    """

    kind: str
    from_code: str | None
    to_code: str | None
    role: Hashable
    clear_owner: bool = False


class MoveTable:
    """The moves of a company, looked up by kind, stages and the actor's roles.

    >>> table = MoveTable([Move("demote", "target", "reserve", "user", True)])
    >>> table.find("demote", "target", "reserve", {"user"}).clear_owner
    True
    >>> table.find("promote", "target", "reserve", {"user"}) is None
    True
    """

    def __init__(self, moves: Iterable[Move]):
        self._moves: dict[tuple, list[Move]] = {}
        for move in moves:
            key = (move.kind, move.from_code, move.to_code)
            self._moves.setdefault(key, []).append(move)

    def find(
        self, kind: str, from_code: str | None, to_code: str | None, roles: set
    ) -> Move | None:
        """The move that one of `roles` may make, or None.

        Where several fit, the one that leaves the owner in place is taken: a
        wider role is not restricted by a narrower one.
        """
        fitting = [
            move
            for move in self._moves.get((kind, from_code, to_code), ())
            if move.role in roles
        ]
        return min(fitting, key=lambda move: move.clear_owner, default=None)

    def targets(self, kind: str, from_code: str | None, roles: set) -> list:
        """The stages that can be reached from `from_code`, lowest first."""
        reached = {
            to_code
            for (move_kind, move_from, to_code), moves in self._moves.items()
            if move_kind == kind
            and move_from == from_code
            and any(move.role in roles for move in moves)
        }
        return sorted(reached, key=rank)


def default_moves() -> list[Move]:
    """The table that is shipped (P3, P4, P6, P7, C3).

    Agents promote and demote from target on; out of the reserve leads screening;
    managers may also move in the reserve and the archive; the batch move between
    any two stages belongs to leaders. What falls to the reserve becomes shared.
    """
    moves = []
    for from_code in STAGES[1:]:
        moves += [
            Move("promote", from_code, to_code, "user")
            for to_code in STAGES
            if rank(to_code) > rank(from_code)
        ]
    moves += [Move("promote", "reserve", code, "manager") for code in STAGES[1:]]
    moves += [Move("promote", None, code, "manager") for code in STAGES]
    for from_code in STAGES[1:]:
        moves += [
            Move("demote", from_code, to_code, "user", to_code == "reserve")
            for to_code in STAGES
            if rank(to_code) < rank(from_code)
        ]
        moves.append(Move("demote", from_code, None, "user"))
    moves.append(Move("demote", "reserve", None, "manager"))
    moves += [Move("screen", "reserve", code, "user") for code in STAGES[1:4]]
    moves += [
        Move("batch", from_code, to_code, "leader", to_code == "reserve")
        for from_code in (None, *STAGES)
        for to_code in (None, *STAGES)
        if from_code != to_code
    ]
    return moves
