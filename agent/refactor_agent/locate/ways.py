"""The shortest ways from functions to blocking calls, over the edges that chains may take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import NamedTuple, TypeAlias

from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.effects import Effect
from refactor_agent.locate.passed_flags import Known

__all__ = ["END", "Edge", "Ending", "Node", "Way", "Ways", "find_ways", "is_hidden", "name_of"]

Node: TypeAlias = str | tuple[str, str, Known]
"""A function; where it matters, with what is known of the object whose method it is, and of its
parameters."""
END: Node = ""
"""What follows a blocking call."""


class Edge(NamedTuple):
    """An effect of a function, and what it leads to if that is no blocking call."""

    effect: Effect
    node: Node
    hidden: tuple[str, ...] | None
    """The rules that comments at its place suppress: an empty tuple means all."""
    once: str
    """The function that keeps what the effect gives, so that it is had once; empty for nobody."""


class Ending(NamedTuple):
    """What chains end in."""

    function: str
    blocker: Blocker


class Way(NamedTuple):
    """The first step of the shortest chain to an ending, where that leads, and its length."""

    effect: Effect
    node: Node
    length: int


class Ways(NamedTuple):
    """The ways of each node by the number of the ending, and the endings."""

    by_node: dict[Node, dict[int, Way]]
    endings: Sequence[Ending]
    once: AbstractSet[tuple[Node, int]]
    """Those that lead through what is had once: there is no other way."""


_WAY = partial(tuple.__new__, Way)
"""Makes a way in a third of the time: there are tens of thousands."""


def name_of(node: Node) -> str:
    """Give the function that a node is."""
    return node if isinstance(node, str) else node[0]


def find_ways(edges: Mapping[Node, Sequence[Edge]]) -> Ways:
    """Find the shortest way from each node to each ending; of several, one that is always the same.

    A way that runs each time comes before one through what is had once, however long it is.
    ``edges`` are given in the order of the nodes. What two ways of one length are chosen by
    follows from what their node leads to alone.
    """
    ways: dict[Node, dict[int, Way]] = {node: {} for node in edges}
    callers: dict[Node, list[tuple[Node, Edge]]] = {node: [] for node in edges}
    last: dict[Ending, dict[Node, Edge]] = {}
    for node, own in edges.items():
        for edge in own:
            target = edge.effect.target
            if isinstance(target, str):
                callers[edge.node].append((node, edge))
            elif not is_hidden(edge, target.rule):
                nodes = last.setdefault(Ending(name_of(node), target), {})
                if node not in nodes or (nodes[node].once and not edge.once):
                    nodes[node] = edge
    once: set[tuple[Node, int]] = set()
    for number, (ending, nodes) in enumerate(last.items()):
        carried = _Carried(ways, callers, number, ending.blocker.rule)
        once.update((node, number) for node in carried.carry(nodes))
    return Ways(ways, list(last), once)


class _Carried:
    """An ending on its way from callees to callers."""

    def __init__(
        self,
        ways: Mapping[Node, dict[int, Way]],
        callers: Mapping[Node, Iterable[tuple[Node, Edge]]],
        number: int,
        rule: str,
    ) -> None:
        self._ways = ways
        self._callers = callers
        self._number = number
        self._rule = rule
        self._late: dict[int, list[tuple[Node, Way]]] = {}
        """Ways that are had once, by their length."""

    def carry(self, nodes: Mapping[Node, Edge]) -> list[Node]:
        """Carry it, one call a round: the first is the shortest.

        Gives the nodes that get to it only through what is had once.
        """
        fresh: list[Node] = []
        for node, edge in nodes.items():
            way = Way(edge.effect, END, 1)
            if edge.once:
                self._late.setdefault(1, []).append((node, way))
            else:
                self._ways[node][self._number] = way
                fresh.append(node)
        self._follow(fresh)
        return self._follow_late() if self._late else []

    def _follow(self, fresh: list[Node]) -> None:
        ways, callers, number, rule = self._ways, self._callers, self._number, self._rule
        length = 1
        while fresh:
            length += 1
            following: list[Node] = []
            for callee in fresh:
                for node, edge in callers[callee]:
                    own = ways[node]
                    if number not in own and (edge.hidden is None or not is_hidden(edge, rule)):
                        way = _WAY((edge.effect, callee, length))
                        if edge.once:
                            self._late.setdefault(length, []).append((node, way))
                        else:
                            own[number] = way
                            following.append(node)
            fresh = following

    def _follow_late(self) -> list[Node]:
        found: list[Node] = []
        while self._late:
            length = min(self._late)
            for node, way in self._late.pop(length):
                if self._number in self._ways[node]:
                    continue
                self._ways[node][self._number] = way
                found.append(node)
                self._late.setdefault(length + 1, []).extend(
                    (caller, Way(edge.effect, node, length + 1))
                    for caller, edge in self._callers[node]
                    if not is_hidden(edge, self._rule)
                )
        return found


def is_hidden(edge: Edge, rule: str) -> bool:
    """Say whether a comment at the place of an edge suppresses ``rule``."""
    hidden = edge.hidden
    return hidden is not None and (not hidden or rule in hidden)
