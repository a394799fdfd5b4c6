"""The shortest ways from functions to blocking calls, over the edges that chains may take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


_WAY = partial(tuple.__new__, Way)
"""Makes a way in a third of the time: there are tens of thousands."""


def name_of(node: Node) -> str:
    """Give the function that a node is."""
    return node if isinstance(node, str) else node[0]


def find_ways(edges: Mapping[Node, Sequence[Edge]]) -> Ways:
    """Find the shortest way from each node to each ending; of several, one that is always the same.

    ``edges`` are given in the order of the nodes. What two ways of one length are chosen by
    follows from what their node leads to alone.
    """
    ways: dict[Node, dict[int, Way]] = {node: {} for node in edges}
    callers: dict[Node, list[tuple[Node, Edge]]] = {node: [] for node in edges}
    last: dict[Ending, dict[Node, Effect]] = {}
    for node, own in edges.items():
        for edge in own:
            target = edge.effect.target
            if isinstance(target, str):
                callers[edge.node].append((node, edge))
            elif not is_hidden(edge, target.rule):
                last.setdefault(Ending(name_of(node), target), {}).setdefault(node, edge.effect)
    for number, (ending, nodes) in enumerate(last.items()):
        for node, effect in nodes.items():
            ways[node][number] = Way(effect, END, 1)
        _carry(ways, callers, number, ending.blocker.rule, nodes)
    return Ways(ways, list(last))


def _carry(
    ways: Mapping[Node, dict[int, Way]],
    callers: Mapping[Node, Iterable[tuple[Node, Edge]]],
    number: int,
    rule: str,
    nodes: Iterable[Node],
) -> None:
    """Carry an ending from callees to callers, one call a round: the first is the shortest."""
    fresh, length = list(nodes), 1
    while fresh:
        length += 1
        following: list[Node] = []
        for callee in fresh:
            for node, edge in callers[callee]:
                own = ways[node]
                if number not in own and (edge.hidden is None or not is_hidden(edge, rule)):
                    own[number] = _WAY((edge.effect, callee, length))
                    following.append(node)
        fresh = following


def is_hidden(edge: Edge, rule: str) -> bool:
    """Say whether a comment at the place of an edge suppresses ``rule``."""
    hidden = edge.hidden
    return hidden is not None and (not hidden or rule in hidden)
