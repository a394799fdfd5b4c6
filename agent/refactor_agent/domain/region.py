"""Regions: the paths from an `async def` to a call that blocks the loop."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Literal

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.place import Site
from refactor_agent.domain.values import Value

__all__ = ["Confidence", "Hop", "Kind", "Located", "Region", "Skipped"]

Kind = Literal["direct", "transitive"]
Confidence = Literal["high", "medium", "low"]


class Hop(Value):
    """One function on the chain and the call by which the chain leaves it."""

    function: str
    site: Site
    callee: str
    """What is called there: the next hop's function, or the blocking call itself."""


class Region(Value):
    """One path that blocks the event loop."""

    id: str
    """Stable over line moves: made of the rule, the chain and the call's text."""
    rule: str
    hops: tuple[Hop, ...]
    """From the async function to the blocking call; never empty."""
    weight: int
    """How long the call typically holds the loop: 1 (a ``stat``) to 10 (an HTTP call)."""
    confidence: Confidence = "high"
    snippet: str = ""
    """The source line of the blocking call."""

    @property
    def entry(self) -> str:
        """The async function that blocks."""
        return self.hops[0].function

    @property
    def callee(self) -> str:
        """The blocking call's qualified name."""
        return self.hops[-1].callee

    @property
    def kind(self) -> Kind:
        """``direct`` when the async function itself makes the blocking call."""
        return "direct" if len(self.hops) == 1 else "transitive"

    @property
    def chain(self) -> tuple[str, ...]:
        """Qualified names from the async function to the blocking call."""
        return (*(hop.function for hop in self.hops), self.callee)


class Skipped(Value):
    """A file that was not looked at, and why."""

    file: str
    reason: str


class Located:
    """What `locate` gives: the regions, the graph they were found in, and what was skipped."""

    def __init__(
        self,
        regions: tuple[Region, ...],
        graph: CallGraph | Callable[[], CallGraph],
        skipped: tuple[Skipped, ...] = (),
    ) -> None:
        """Take a graph, or a function that makes it when it is first asked for."""
        self.regions = regions
        self.skipped = skipped
        self._graph = graph

    @cached_property
    def graph(self) -> CallGraph:
        """The call graph; making it resolves every call of the project."""
        return self._graph if isinstance(self._graph, CallGraph) else self._graph()
