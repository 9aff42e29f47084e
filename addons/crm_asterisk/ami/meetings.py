"""Who shared a bridge with the customer, and for how long. A bridge is a room of the
PBX; a Local channel is a wire between two rooms."""

from collections.abc import Sequence


def meetings(
    legs: Sequence, moves: Sequence[tuple], customer: str
) -> list[tuple[float, float | None, str]]:
    """(from, to, uniqueid): who shared a bridge with the customer; `to` None:
    still.

    :param legs: all legs of the call
    :param moves: (time, bridge, uniqueid, whether it enters), by time
    :param customer: uniqueid of the customer's leg
    """
    ends = {leg.uniqueid: leg.ended for leg in legs}
    inside: dict[tuple[str, str], float] = {}
    stays: list[tuple[str, str, float, float | None]] = []
    for at, bridge, who, enters in moves:
        if enters:
            inside.setdefault((bridge, who), at)
        elif (bridge, who) in inside:
            stays.append((bridge, who, inside.pop((bridge, who)), at))
    stays += [(b, who, at, ends.get(who)) for (b, who), at in inside.items()]
    near = _company(stays, customer, float("-inf"), None)
    names = {leg.name: leg.uniqueid for leg in legs}
    halves = {
        uniqueid: names.get(_other_half(name)) for name, uniqueid in names.items()
    }
    far = [
        meeting
        for start, end, who in near
        if halves.get(who)
        for meeting in _company(stays, halves[who], start, end)
    ]
    return sorted(near + far, key=lambda meeting: (meeting[0], meeting[2]))


def seconds(met: Sequence[tuple]) -> float:
    """How long at least one meeting lasted; those that still last do not count."""
    total, reached = 0.0, float("-inf")
    for start, end, _who in met:
        if end is not None and end > reached:
            total += end - max(start, reached)
            reached = end
    return total


def _other_half(name: str) -> str:
    """A Local channel is a wire with two ends, ;1 and ;2: behind one is who holds the
    other."""
    if not name.startswith("Local/"):
        return ""
    return name[:-1] + ("2" if name.endswith("1") else "1")


def _company(
    stays: list, uniqueid: str, since: float, until: float | None
) -> list[tuple]:
    """(from, to, uniqueid) of those who shared a bridge with `uniqueid` in that
    time."""
    met = []
    for bridge, me, start, end in stays:
        if me != uniqueid or not _overlap(start, end, since, until):
            continue
        for other, who, begin, finish in stays:
            if (
                other == bridge
                and who != uniqueid
                and _overlap(start, end, begin, finish)
            ):
                last = _earlier(_earlier(end, finish), until)
                met.append((max(start, begin, since), last, who))
    return met


def _earlier(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def _overlap(
    start: float, end: float | None, since: float, until: float | None
) -> bool:
    return (until is None or until > start) and (end is None or end > since)
