"""Attempts: the edits of one strategy for one group of entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from refactor_agent.domain.plan import Attempt, CallEdit, Demote, Dependency
from refactor_agent.plan.choices import Choices
from refactor_agent.plan.colours import Action
from refactor_agent.plan.edges import Edge
from refactor_agent.plan.native import NativeLeaves
from refactor_agent.plan.notes import notes

__all__ = ["demote_attempt", "native_attempt", "offload_attempt"]


def native_attempt(
    choices: Choices,
    leaves: NativeLeaves,
    entries: Sequence[str],
    demoted: Sequence[str],
    rules: tuple[str, ...],
) -> Attempt:
    """Await what has an async equivalent; offload, where it stands, what has none.

    ``demoted`` are entries of the same group that only a demotion resolves.
    """
    coloured = sorted({name for entry in entries for name in choices.coloured_from(entry)})
    entry_edges = [edge for entry in entries for edge in choices.entry_edges(entry)]
    below = [edge for name in coloured for edge in choices.facts.edges(name)]
    chosen = {
        (edge.function, edge.site): (edge, choices.actions[edge.function, edge.site])
        for edge in (*entry_edges, *below)
        if (edge.function, edge.site) in choices.actions
    }
    calls = _edits(chosen.values())
    native = [edge for edge, action in chosen.values() if action == "native"]
    colours = tuple(choices.colours[name] for name in coloured)
    return Attempt(
        strategy="native",
        colours=colours,
        calls=calls,
        demotes=_demotes(choices, demoted),
        dependencies=_dependencies(leaves, native),
        rules=rules,
        notes=notes(choices.facts, "native", entries, [e for e, _ in chosen.values()], colours),
    )


def offload_attempt(
    choices: Choices,
    leaves: NativeLeaves,
    entries: Sequence[str],
    demoted: Sequence[str],
    rules: tuple[str, ...],
) -> Attempt:
    """Hand the calls by which each entry blocks to a thread, those that may go there.

    What the standard library has an async form of stays native: nobody needs a thread to sleep.
    """
    edges = [edge for entry in entries for edge in choices.entry_edges(entry)]
    native = [edge for edge in edges if leaves.is_plain(edge)]
    moved = [e for e in edges if e not in native and not choices.edge_offload_refusals(e)]
    return Attempt(
        strategy="offload",
        calls=_edits([*_with("native", native), *_with("offload", moved)]),
        demotes=_demotes(choices, demoted),
        rules=rules,
        notes=notes(choices.facts, "offload", entries, [*native, *moved], ()),
    )


def demote_attempt(choices: Choices, entries: Sequence[str], rules: tuple[str, ...]) -> Attempt:
    """Turn handlers into plain functions."""
    edges = [edge for entry in entries for edge in choices.facts.edges(entry)]
    return Attempt(
        strategy="demote",
        demotes=_demotes(choices, entries),
        rules=rules,
        notes=notes(choices.facts, "demote", entries, edges, ()),
    )


def _demotes(choices: Choices, entries: Sequence[str]) -> tuple[Demote, ...]:
    return tuple(Demote(function=choices.facts.ref(entry)) for entry in entries)


def _edits(chosen: Iterable[tuple[Edge, Action]]) -> tuple[CallEdit, ...]:
    """Write the edits in source order; iteration over a file is part of the block around it."""
    edits = (
        CallEdit(
            site=edge.site,
            function=edge.function,
            callee=_called(edge),
            action=action,
            rule=edge.rule,
        )
        for each, action in chosen
        for edge in [each.written if action == "native" else each]
        if edge.call is not None
    )
    return tuple(sorted(edits, key=lambda edit: edit.site))


def _with(action: Action, edges: Iterable[Edge]) -> Iterator[tuple[Edge, Action]]:
    return ((edge, action) for edge in edges)


def _called(edge: Edge) -> str:
    """Name what is written at the site: ``sorted``, not the key it is handed."""
    called = edge.call.callees if edge.call else ()
    return called[0] if edge.is_handed_on and called else edge.callees[0]


def _dependencies(leaves: NativeLeaves, edges: Iterable[Edge]) -> tuple[Dependency, ...]:
    found = {d.distribution: d for edge in edges if (d := leaves.dependency(edge)) is not None}
    return tuple(found[name] for name in sorted(found))
