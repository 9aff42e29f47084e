"""How far a right reaches: everybody's records, some people's, or nobody's."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Reach:
    """The people whose records one may see, change, export and so on.

    Of everybody, or of the people with these ids; of nobody when there are none.
    """

    is_all: bool = False
    user_ids: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.is_all or bool(self.user_ids)

    def covers(self, user_id: int) -> bool:
        """Whether the records of this person are in reach.

        >>> Reach(user_ids=frozenset({7})).covers(7), Reach().covers(7)
        (True, False)
        """
        return self.is_all or user_id in self.user_ids

    def within(self, other: "Reach") -> "Reach":
        """What both reach: nobody may change what he does not see.

        >>> Reach(is_all=True).within(Reach(user_ids=frozenset({7})))
        Reach(is_all=False, user_ids=frozenset({7}))
        """
        if self.is_all:
            return other
        if other.is_all:
            return self
        return Reach(user_ids=self.user_ids & other.user_ids)


def widest(reaches: Iterable[Reach]) -> Reach:
    """What somebody with several roles reaches: whatever one of them does.

    >>> widest([Reach(), Reach(user_ids=frozenset({7})), Reach(is_all=True)])
    Reach(is_all=True, user_ids=frozenset())
    """
    found = list(reaches)
    if any(reach.is_all for reach in found):
        return Reach(is_all=True)
    return Reach(user_ids=frozenset().union(*(reach.user_ids for reach in found)))
