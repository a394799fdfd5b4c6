"""Regions: the paths from an `async def` to a call that blocks the loop."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Literal, Protocol

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.category import Category
from refactor_agent.domain.place import Site
from refactor_agent.domain.suppression import Suppression
from refactor_agent.domain.values import Value

__all__ = [
    "Confidence",
    "Evidence",
    "Hop",
    "Kind",
    "Located",
    "Region",
    "RegionsByFile",
    "Severity",
    "Skipped",
    "Twin",
]

Kind = Literal["direct", "transitive", "twin"]
"""Whether the async function makes the blocking call itself, through other functions, or through
one beside which the project has an async twin: `save` where there is `asave`."""
Confidence = Literal["high", "medium", "low"]
Evidence = Literal["rules", "deep", "types"]
"""Whence it is known that the call blocks: a rule names it, the code of its library leads to one
that a rule names, or a type server told a receiver's type."""
Severity = Literal["high", "medium", "low"]
"""How long the loop is typically held, in three steps of `Region.weight`: waiting for the network,
a process or a lock; working through a whole file; one quick system call."""

_HIGH, _MEDIUM = 7, 4
"""The lowest weights of these severities."""


class Hop(Value):
    """One function on the chain and the call by which the chain leaves it."""

    function: str
    site: Site
    callee: str
    """What is called there: the next hop's function, or the blocking call itself."""


class Twin(Value):
    """An async function beside a sync one of the same class or module."""

    of: str
    name: str


class Region(Value):
    """One path that blocks the event loop."""

    id: str
    """Stable over line moves: made of the rule, the chain and the call's text."""
    rule: str
    hops: tuple[Hop, ...]
    """From the async function to the blocking call; never empty."""
    category: Category = "other"
    twin: Twin | None = None
    """The project's own async function that does what a sync one on the chain does."""
    offloaded_at: Hop | None = None
    """Where else the project hands a helper on the chain, its ``callee``, to a worker thread."""
    weight: int
    """How long the call typically holds the loop: 1 (a ``stat``) to 10 (an HTTP call)."""
    confidence: Confidence = "high"
    snippet: str = ""
    """The source line of the blocking call."""
    evidence: Evidence = "rules"
    inside: tuple[str, ...] = ()
    """Where no rule names the callee: what it runs inside its library, down to what waits."""
    once: str = ""
    """The function on the chain that keeps its result: only its first call goes on from there."""

    @property
    def severity(self) -> Severity:
        """The weight in three steps."""
        if self.weight >= _HIGH:
            return "high"
        return "medium" if self.weight >= _MEDIUM else "low"

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
        """``twin`` when what the async function calls has one that it could await instead."""
        if self.twin is not None and self.twin.of == self.hops[0].callee:
            return "twin"
        return "direct" if len(self.hops) == 1 else "transitive"

    @property
    def chain(self) -> tuple[str, ...]:
        """Qualified names from the async function to the blocking call."""
        return (*(hop.function for hop in self.hops), self.callee)


class Skipped(Value):
    """A file that was not looked at, and why."""

    file: str
    reason: str


class RegionsByFile(Protocol):
    """The regions of one file after the other, and what was written of them before."""

    def regions(self) -> Iterable[Region]:
        """Give all regions."""
        ...

    def written(self, write: Callable[[Region], str]) -> Iterable[Sequence[str]]:
        """Give what ``write``, always the same, gives of the regions of each file."""
        ...


class Located:
    """What `locate` gives: the regions, the graph they were found in, and what was skipped."""

    def __init__(
        self,
        regions: tuple[Region, ...] | RegionsByFile,
        graph: CallGraph | Callable[[], CallGraph],
        skipped: tuple[Skipped, ...] = (),
        suppressions: tuple[Suppression, ...] = (),
    ) -> None:
        """Take a graph, or a function that makes it when it is first asked for."""
        self._regions = regions
        self.skipped = skipped
        self.suppressions = suppressions
        self._graph = graph

    @property
    def regions(self) -> tuple[Region, ...]:
        """What blocks, in the order of files and lines."""
        if not isinstance(self._regions, tuple):
            self._regions = tuple(self._regions.regions())
        return self._regions

    def holds(self, severities: Container[Severity]) -> bool:
        """Say whether there is a region of one of these."""
        regions = self._regions
        some = regions if isinstance(regions, tuple) else regions.regions()
        return any(region.severity in severities for region in some)

    def written(self, write: Callable[[Region], str]) -> Iterable[Sequence[str]]:
        """Give what ``write``, always the same, gives of all regions, in groups."""
        regions = self._regions
        if isinstance(regions, tuple):
            return [[write(region) for region in regions]]
        return regions.written(write)

    @property
    def graph(self) -> CallGraph:
        """The call graph; making it resolves every call of the project."""
        if not isinstance(self._graph, CallGraph):
            self._graph = self._graph()  # what it was made from can go
        return self._graph

    def only(self, regions: tuple[Region, ...]) -> Located:
        """Give the same with these regions only."""
        return Located(regions, lambda: self.graph, self.skipped, self.suppressions)
