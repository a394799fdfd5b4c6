"""Notes: what a reviewer should know about an attempt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from refactor_agent.domain.plan import Colour, Strategy
from refactor_agent.plan.edges import Edge
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.loops import uses_anyio_only

__all__ = ["notes"]


def notes(
    facts: Facts,
    strategy: Strategy,
    entries: Sequence[str],
    edges: Iterable[Edge],
    colours: Iterable[Colour],
) -> tuple[str, ...]:
    """Say where new yield points meet shared state, what drifts, and what changes for callers."""
    edges = tuple(edges)
    found = [
        *_yield_points(facts, edges),
        *_public(facts, colours),
        *(_drift(facts, edges) if strategy == "native" else ()),
        *_loops(facts, entries),
    ]
    if strategy == "offload":
        found.append("the thread's work can't be cancelled: keep the library's own time-outs")
    if strategy == "demote":
        found.append("the handler now runs in the framework's thread pool, several at a time")
    return tuple(dict.fromkeys(found))


def _yield_points(facts: Facts, edges: Iterable[Edge]) -> Iterator[str]:
    for edge in edges:
        written = facts.writes(edge.function)
        if written:
            names = ", ".join(f"`{name}`" for name in written)
            yield (
                f"{edge.site}: other tasks may now run here, in `{edge.function}`, "
                f"which changes {names}"
            )
        if edge.call is not None and "finally" in edge.call.frames:
            yield f"{edge.site}: a cancelled task can be cancelled again while it awaits here"


def _public(facts: Facts, colours: Iterable[Colour]) -> Iterator[str]:
    for colour in colours:
        name = colour.function.name
        function = facts.function(name)
        if function is None or function.nested or name.rpartition(".")[2].startswith("_"):
            continue
        if colour.mode == "in_place":
            yield f"`{name}` must now be awaited; code outside the project may call it"
        elif function.owner is not None:
            yield f"`{colour.new_name}` does not call what classes elsewhere override `{name}` with"


def _drift(facts: Facts, edges: Iterable[Edge]) -> Iterator[str]:
    for rule_id in sorted({edge.rule for edge in edges if edge.rule is not None}):
        rule = facts.book.rule(rule_id)
        if rule.native is not None and rule.differs:
            for paragraph in re.split(r"\n\s*\n|^- ", rule.differs, flags=re.MULTILINE):
                if paragraph.strip():
                    yield f"{rule_id}: {' '.join(paragraph.split())}"


def _loops(facts: Facts, entries: Sequence[str]) -> Iterator[str]:
    for entry in entries:
        if uses_anyio_only(facts, entry):
            file = facts.graph.functions[entry].file
            yield f"{file} is written for anyio: the code must run on every event loop it supports"
