"""The graph of a script: nodes hold text, answers lead from one node to the next."""

from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """``target`` None: this answer ends the script, with ``outcome`` proposed."""

    key: Hashable
    target: Hashable | None = None
    outcome: str = ""


@dataclass(frozen=True)
class Node:
    """A node without answers ends the script."""

    key: Hashable
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Problem:
    """``kind``: no_start, duplicate, dangling, unreachable, cycle or endless.

    ``nodes`` are the keys concerned; for a cycle in the order it is walked. A cycle is
    only reported (an objection may lead back to the question); ``endless`` names nodes
    from which no way leads to an end, and these make a script unusable.
    """

    kind: str
    nodes: tuple[Hashable, ...]

    @property
    def is_blocking(self) -> bool:
        return self.kind not in ("unreachable", "cycle")


@dataclass(frozen=True)
class Script:
    """
    >>> script = Script("hello", (
    ...     Node("hello", (Answer("yes", "offer"), Answer("no", outcome="busy"))),
    ...     Node("offer"),
    ...     Node("forgotten"),
    ... ))
    >>> script.next_node("hello", "yes").key
    'offer'
    >>> script.next_node("hello", "no") is None
    True
    >>> script.problems()
    (Problem(kind='unreachable', nodes=('forgotten',)),)
    """

    start: Hashable | None
    nodes: tuple[Node, ...]

    def node(self, key: Hashable) -> Node:
        """The node with that key; KeyError when there is none."""
        for node in self.nodes:
            if node.key == key:
                return node
        raise KeyError(key)

    def next_node(self, key: Hashable, answer: Hashable) -> Node | None:
        """Where an answer leads; None at the end, KeyError for an unknown answer."""
        for candidate in self.node(key).answers:
            if candidate.key == answer:
                if candidate.target is None:
                    return None
                return self.node(candidate.target)
        raise KeyError(answer)

    def problems(self) -> tuple[Problem, ...]:
        """Everything a writer of scripts should be told, blocking problems first."""
        keys = [node.key for node in self.nodes]
        edges = self._edges()
        found = []
        if self.start not in edges:
            found.append(Problem("no_start", ()))
        if doubled := _in_order(keys, {key for key in keys if keys.count(key) > 1}):
            found.append(Problem("duplicate", doubled))
        dangling = {
            node.key
            for node in self.nodes
            for answer in node.answers
            if answer.target is not None and answer.target not in edges
        }
        if dangling:
            found.append(Problem("dangling", _in_order(keys, dangling)))
        reached = _reach({self.start} & edges.keys(), edges)
        if endless := _in_order(keys, reached - self._ending(edges)):
            found.append(Problem("endless", endless))
        if lost := _in_order(keys, edges.keys() - reached):
            found.append(Problem("unreachable", lost))
        found += [Problem("cycle", cycle) for cycle in _cycles(keys, edges)]
        return tuple(found)

    def _edges(self) -> dict[Hashable, tuple[Hashable, ...]]:
        keys = {node.key for node in self.nodes}
        return {
            node.key: tuple(a.target for a in node.answers if a.target in keys)
            for node in self.nodes
        }

    def _ending(self, edges) -> set[Hashable]:
        """Keys from which some way leads to an end."""
        ends = {
            node.key
            for node in self.nodes
            if not node.answers or any(a.target is None for a in node.answers)
        }
        back = {key: [] for key in edges}
        for key, targets in edges.items():
            for target in targets:
                back[target].append(key)
        return _reach(ends, back)


def _reach(starts, edges) -> set[Hashable]:
    seen, waiting = set(starts), list(starts)
    while waiting:
        for target in edges[waiting.pop()]:
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def _in_order(keys, chosen) -> tuple[Hashable, ...]:
    return tuple(key for key in dict.fromkeys(keys) if key in chosen)


def _cycles(keys, edges) -> list[tuple[Hashable, ...]]:
    """One cycle for each edge that leads back to a node still being walked."""
    found, done = [], set()
    for root in dict.fromkeys(keys):
        if root in done:
            continue
        path, iterators = [root], [iter(edges[root])]
        while path:
            target = next(iterators[-1], None)
            if target is None:
                done.add(path.pop())
                iterators.pop()
            elif target in path:
                found.append(tuple(path[path.index(target) :]))
            elif target not in done:
                path.append(target)
                iterators.append(iter(edges[target]))
    return found
