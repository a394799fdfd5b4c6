"""What a user would name: the functions of a project through which a library is called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.locate import locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook

__all__ = ["entries", "users_of"]


def entries(root: Path, library: str) -> list[str]:
    """Give ``MODULE:NAME`` of each function and class that calls the library, near or far."""
    graph = locate(open_project(root), load_rulebook()).graph
    reached = _with_callers(graph, set(_callers(graph, library)))
    return sorted({_spelled(graph, name) for name in reached if not _is_inside(graph, name)})


def users_of(root: Path, library: str) -> list[str]:
    """Give the files, tests apart, that still import the library.

    A call that is handed to a thread is still the library's: only who needs it no more has left it.
    """
    graph = locate(open_project(root), load_rulebook()).graph
    tests = {function.file for function in graph.functions.values() if function.is_test}
    files = sorted(set(graph.modules.values()) - tests)
    return [f for f in files if not _is_of_tests(f) and library in _imported(root / f)]


def _is_of_tests(file: str) -> bool:
    path = PurePosixPath(file)
    return path.name == "conftest.py" or not {"test", "tests"}.isdisjoint(path.parts[:-1])


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


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


def _is_inside(graph: CallGraph, name: str) -> bool:
    """Say whether a function stands in the body of another, where no name leads to it."""
    parts = name.split(".")
    return any(".".join(parts[:end]) in graph.functions for end in range(1, len(parts)))


def _spelled(graph: CallGraph, name: str) -> str:
    """Give a function's module and its path in there, or those of its outermost class."""
    module = max((m for m in graph.modules if name.startswith(f"{m}.")), key=len)
    inside = name.removeprefix(f"{module}.").split("#")[0]
    return f"{module}:{inside.split('.')[0]}"
