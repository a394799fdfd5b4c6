"""Which test files a conversion concerns."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.tree import Tree

__all__ = ["test_files"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_files(tree: Tree, graph: CallGraph, functions: Collection[str]) -> tuple[str, ...]:
    """Name the files of tests that use any of ``functions``, or a fixture of such a file."""
    tests = {f.file for f in graph.functions.values() if f.is_test}
    parsed = {file: ast.parse(tree.read(file)) for file in tests if tree.exists(file)}
    classes = {owner for name in functions if (owner := _class_of(graph, name))}
    makers = (file for file, module in parsed.items() if classes & set(_imported(module)))
    found = {*_users(graph, functions), *makers}
    while True:
        fixtures = {name for file in found & parsed.keys() for name in _fixtures(parsed[file])}
        fresh = {f for f in parsed.keys() - found if fixtures & set(_asked(parsed[f]))}
        if not fresh:
            return tuple(sorted(found))
        found |= fresh


def _users(graph: CallGraph, functions: Collection[str]) -> Iterable[str]:
    for name in functions:
        users = [call.caller for call in graph.calls_of(name)]
        users += [reference.holder for reference in graph.references_to(name)]
        for user in users:
            function = graph.functions.get(user)
            if function is not None and function.is_test:
                yield function.file


def _class_of(graph: CallGraph, name: str) -> str:
    """Give the bare name of a method's class: who makes an object need not call a method of it."""
    function = graph.functions.get(name)
    owner = function.owner if function is not None else None
    return (owner or "").rpartition(".")[2]


def _imported(module: ast.Module) -> Iterable[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def _fixtures(module: ast.Module) -> Iterable[str]:
    for node in ast.walk(module):
        if isinstance(node, _Function):
            for decorator in node.decorator_list:
                text = ast.unparse(decorator).partition("(")[0]
                if text.rpartition(".")[2] == "fixture":
                    yield node.name


def _asked(module: ast.Module) -> Iterable[str]:
    for node in ast.walk(module):
        if isinstance(node, _Function):
            yield from (arg.arg for arg in (*node.args.args, *node.args.kwonlyargs))
