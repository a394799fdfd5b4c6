"""How each planned function may change colour under a model's hands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.plan import Attempt
from refactor_agent.llm.request import Change

__all__ = ["Mode", "is_planned", "modes"]


class Mode(NamedTuple):
    """What may become of a function, and what it is called then."""

    change: Change
    new_name: str


def modes(names: Iterable[str], graph: CallGraph, attempt: Attempt | None) -> Mapping[str, Mode]:
    """Give the mode of each planned function: the attempt's, where there is one.

    Without an attempt, a sync function that other code needs sync can only get a twin; so can
    whatever the sync original of such a function goes on calling.
    """
    planned = tuple(names)
    if attempt is not None:
        colours = {colour.function.name: colour for colour in attempt.colours}
        return {
            name: Mode("twin" if colours[name].mode == "twin" else "colour", colours[name].new_name)
            if name in colours
            else Mode("body", _bare(name))
            for name in planned
        }
    sync = {name for name in planned if not _is_async(name, graph)}
    twins = _with_callees({name for name in sync if _stays_sync(name, graph, planned)}, sync, graph)
    return {name: _mode(name, name in sync, name in twins, graph) for name in planned}


def is_planned(name: str, planned: Collection[str]) -> bool:
    """Say whether ``name`` is a planned function, or nested in one."""
    return any(name == each or name.startswith(f"{each}.") for each in planned)


def _mode(name: str, is_sync: bool, is_twin: bool, graph: CallGraph) -> Mode:
    if is_twin:
        return Mode("twin", _free_name(name, graph))
    return Mode("may_colour" if is_sync else "body", _bare(name))


def _stays_sync(name: str, graph: CallGraph, planned: Collection[str]) -> bool:
    function = graph.functions.get(name)
    if function is None or function.exported or function.family or function.open_family:
        return True
    called_elsewhere = any(not is_planned(call.caller, planned) for call in graph.calls_of(name))
    return called_elsewhere or bool(graph.references_to(name))


def _with_callees(twins: set[str], sync: Collection[str], graph: CallGraph) -> frozenset[str]:
    waiting = list(twins)
    while waiting:
        for call in graph.calls_in(waiting.pop()):
            new = {callee for callee in call.callees if callee in sync} - twins
            twins |= new
            waiting.extend(new)
    return frozenset(twins)


def _free_name(name: str, graph: CallGraph) -> str:
    scope, dot, bare = name.rpartition(".")
    candidate = f"{bare}_async"
    while f"{scope}{dot}{candidate}" in graph.functions:
        candidate += "_"
    return candidate


def _is_async(name: str, graph: CallGraph) -> bool:
    function = graph.functions.get(name)
    return function is not None and function.is_async


def _bare(name: str) -> str:
    return name.rpartition(".")[2]
