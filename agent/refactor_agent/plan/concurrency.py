"""Loops that a person named to run their iterations at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from refactor_agent.domain.callgraph import CallGraph, Function
from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.plan import (
    Attempt,
    ChangeSet,
    FunctionRef,
    LoopEdit,
    Plan,
    Refusal,
)
from refactor_agent.errors import UsageError
from refactor_agent.independence import (
    PROOF,
    Loop,
    dependences,
    find_loop,
    find_while,
    turn_by_turn,
)
from refactor_agent.tree import Tree

__all__ = ["plan_loops"]

_LIMIT = 8
"""Iterations at once. Below the smallest pool of common clients, which is 10 (of HTTP adapters and
of database pools)."""


def plan_loops(graph: CallGraph, tree: Tree, sites: Sequence[str]) -> Plan:
    """Make a change set of each ``FILE:LINE`` of ``sites``: an attempt with its proof, or refusals.

    Raises `UsageError` for a site that is no loop of an async function.
    """
    return Plan(
        change_sets=tuple(
            _change_set(graph, tree, site, number) for number, site in enumerate(sites, start=1)
        )
    )


def _change_set(graph: CallGraph, tree: Tree, site: str, number: int) -> ChangeSet:
    file, line = _read(site, tree)
    function = _function(graph, file, line, site)
    ref = FunctionRef(file=file, name=function.name)
    place: ast.While | ast.For | ast.ListComp
    endless = find_while(ast.parse(tree.read(file)), line)
    if endless is not None:
        against, place = list(turn_by_turn(endless)), endless
    else:
        node, loop = _loop(tree, file, line, site)
        against, place = list(dependences(loop, node, function.name, file, graph)), loop.node
    span = Span(line, place.col_offset, place.end_lineno or line, 0)
    refusals = tuple(
        Refusal(
            reason=one.reason,
            message=f"{site} stays sequential: {one.message}",
            site=Site(file, span),
        )
        for one in dict.fromkeys(against)
    )
    attempt = Attempt(
        strategy="native",
        loop=LoopEdit(function=ref, line=line, limit=_LIMIT),
        notes=tuple(f"{site}, checked: {line}" for line in PROOF),
    )
    bare = function.name.rpartition(".")[2]
    return ChangeSet(
        id=f"{number:03}-loop-{PurePosixPath(file).stem}-{line}",
        title=f"Run up to {_LIMIT} iterations at once in {bare}",
        entries=(ref,),
        regions=(),
        functions=(ref,),
        attempts=() if refusals else (attempt,),
        refusals=refusals,
    )


def _read(site: str, tree: Tree) -> tuple[str, int]:
    file, colon, line = site.rpartition(":")
    file = PurePosixPath(file).as_posix()
    if not colon or not line.isdecimal() or not tree.exists(file):
        raise UsageError(f"--concurrent {site!r} is no FILE:LINE of the project")
    return file, int(line)


def _function(graph: CallGraph, file: str, line: int, site: str) -> Function:
    around = [
        function
        for function in graph.functions.values()
        if function.file == file and function.span.line <= line <= function.span.end_line
    ]
    if not around or not (inner := max(around, key=lambda f: f.span.line)).is_async:
        raise UsageError(f"--concurrent {site}: no async function is there")
    return inner


def _loop(
    tree: Tree, file: str, line: int, site: str
) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, Loop]:
    module = ast.parse(tree.read(file))
    functions = [node for node in _functions(module) if node.lineno <= line <= _end(node)]
    loop = find_loop(module, line)
    if loop is None or not functions:
        raise UsageError(
            f"--concurrent {site}: no loop begins there; give the line of the loop itself"
        )
    return max(functions, key=lambda node: node.lineno), loop


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _end(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno
