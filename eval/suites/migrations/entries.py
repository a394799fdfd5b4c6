"""What a user would name: the functions of a project through which a library is called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.locate import locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook

__all__ = ["callers_of", "entries"]


def entries(root: Path, library: str) -> list[str]:
    """Give ``MODULE:NAME`` of each function and class that calls the library, near or far."""
    graph = locate(open_project(root), load_rulebook()).graph
    reached = _with_callers(graph, set(_callers(graph, library)))
    return sorted({_spelled(graph, name) for name in reached})


def callers_of(root: Path, library: str) -> list[str]:
    """Give the functions, tests apart, that still call the library themselves."""
    return sorted(_callers(locate(open_project(root), load_rulebook()).graph, library))


def _callers(graph: CallGraph, library: str) -> Iterator[str]:
    for call in graph.calls:
        caller = graph.functions.get(call.caller)
        if caller is None or caller.is_test or call.blocks is None:
            continue
        if any(callee.partition(".")[0] == library for callee in call.callees):
            yield call.caller


def _with_callers(graph: CallGraph, names: set[str]) -> set[str]:
    while True:
        more = {
            call.caller
            for call in graph.calls
            if names.intersection(call.callees)
            and call.caller in graph.functions
            and not graph.functions[call.caller].is_test
        }
        if more <= names:
            return names
        names |= more


def _spelled(graph: CallGraph, name: str) -> str:
    """Give a function's module and its path in there, or those of its outermost class."""
    module = max((m for m in graph.modules if name.startswith(f"{m}.")), key=len)
    inside = name.removeprefix(f"{module}.").split("#")[0]
    return f"{module}:{inside.split('.')[0]}"
