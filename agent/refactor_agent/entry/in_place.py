"""What entry points reach, turned async where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from refactor_agent.asyncify import Asyncified, Request, asyncify
from refactor_agent.domain.plan import Refusal
from refactor_agent.entry.ground import EntryGround
from refactor_agent.entry.leaves import Resolved, resolve_leaves

__all__ = ["InPlace", "Wanted", "convert_in_place"]


@dataclass(frozen=True)
class Wanted:
    """What is to become async."""

    scope: Mapping[str, tuple[str, ...]]
    """File to the top-level names that may change; none: the whole file."""
    pairs: Mapping[str, str]
    """Library classes with their async side."""
    seeds: frozenset[str]
    """Functions that block by calls which are resolved one by one."""
    faces: frozenset[str]
    """Commands: who calls them does not wait."""
    mocked: Mapping[str, str]
    """Libraries whose calls stay theirs, with what answers for them in tests."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Methods to what they are called once they are async."""


@dataclass(frozen=True)
class InPlace:
    """The converted files."""

    files: Mapping[str, bytes]
    """Those that differ."""
    coloured: frozenset[str]
    """Functions that are async now, by the names they had."""
    ties: tuple[tuple[str, str], ...]
    """Function to function: what stands in the first relies on the second's being async now."""
    wrappers: frozenset[str]
    """Those of them that decorators put around others."""
    rest: Resolved
    """What became of the calls that block in them."""
    refusals: tuple[Refusal, ...]
    """What would have to be async and can't."""
    stuck: tuple[Refusal, ...]
    """What blocks and can't be async, so that its callers wait in its place."""


def convert_in_place(ground: EntryGround, wanted: Wanted) -> InPlace:
    """Colour what ``wanted`` names and all that waits for it; then resolve the calls that block.

    The functions are coloured first. Then each call that blocks in what is async now is a place
    like any other that a run finds: it gets its equivalent, or goes to a bounded thread.
    """
    made, stuck = _colour(ground, wanted)
    changed = {f: data for f, data in made.files.items() if ground.base.read(f) != data}
    coloured = frozenset(made.coloured)
    now = {*coloured, *(_now(name, wanted.names) for name in coloured)}
    rest = resolve_leaves(ground, ground.base.with_changes(changed), now, wanted.mocked)
    files = {
        file: data
        for file, data in rest.tree.changes.items()
        if not ground.base.exists(file) or ground.base.read(file) != data
    }
    return InPlace(
        files,
        coloured,
        made.ties,
        frozenset(made.wrappers),
        rest,
        (*made.refusals, *rest.refusals),
        stuck,
    )


def _now(name: str, names: Mapping[str, str]) -> str:
    owner, _, bare = name.rpartition(".")
    return f"{owner}.{names.get(bare, bare)}"


def _colour(ground: EntryGround, wanted: Wanted) -> tuple[Asyncified, tuple[Refusal, ...]]:
    """Colour; where a function that blocks can't be async, its callers wait in its place."""
    seeds, tried = set(wanted.seeds), set(wanted.seeds)
    told: dict[Refusal, None] = {}
    while True:
        request = Request(
            awaited_properties=False,
            late_constructors=False,
            files=tuple(wanted.scope),
            only={file: names for file, names in wanted.scope.items() if names},
            leaves=wanted.pairs,
            seeds=tuple(sorted(seeds)),
            faces=tuple(sorted(wanted.faces)),
            names=wanted.names,
        )
        about = (ground.project, ground.rulebook, request, ground.interpreter)
        made = asyncify(*about, changes=ground.base.changes)
        stuck = seeds - set(made.coloured)
        if not stuck:
            return made, tuple(told)
        told.update(dict.fromkeys(made.refusals))
        callers = set(_callers(ground, stuck)) - tried
        seeds = (seeds - stuck) | callers
        tried |= callers


def _callers(ground: EntryGround, names: Iterable[str]) -> Iterable[str]:
    graph = ground.graph
    for name in names:
        for call in graph.calls_of(name):
            caller = graph.functions.get(call.caller)
            if caller is not None and not caller.is_test and not call.offloaded:
                yield caller.name
