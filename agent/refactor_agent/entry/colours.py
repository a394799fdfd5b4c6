"""What a conversion in place changes, function by function."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.plan import Colour, FunctionRef
from refactor_agent.entry.names_after import new_names
from refactor_agent.tree import Tree

__all__ = ["changed_functions", "colours_in_place"]


def changed_functions(
    tree: Tree, graph: CallGraph, files: Mapping[str, bytes]
) -> Iterator[FunctionRef]:
    """Name the functions whose code differs."""
    modules = {file: name for name, file in graph.modules.items()}
    for file, data in sorted(files.items()):
        if not tree.exists(file) or not file.endswith(".py"):
            continue
        old, new = dict(_dumped(tree.read(file))), dict(_dumped(data))
        for name, dump in old.items():
            if new.get(name) != dump:
                yield FunctionRef(file=file, name=f"{modules.get(file, '')}.{name}".lstrip("."))


def colours_in_place(tree: Tree, graph: CallGraph, files: Mapping[str, bytes]) -> Iterator[Colour]:
    """Give the functions that turn async, and those that only get another name."""
    modules = {file: name for name, file in graph.modules.items()}
    for file, data in sorted(files.items()):
        if not tree.exists(file) or not file.endswith(".py"):
            continue
        before = tree.read(file)
        old, new = dict(_async(before)), dict(_async(data))
        for name, now in new_names(before, data).items():
            owner = name.rpartition(".")[0]
            after = f"{owner}.{now}".lstrip(".")
            if now != name.rpartition(".")[2] or (new.get(after) and not old.get(name)):
                ref = FunctionRef(file=file, name=f"{modules.get(file, '')}.{name}".lstrip("."))
                yield Colour(function=ref, mode="in_place", new_name=now)


def _walk(data: bytes) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    waiting: list[tuple[str, ast.AST]] = [("", ast.parse(data))]
    while waiting:
        path, node = waiting.pop()
        for child in ast.iter_child_nodes(node):
            inner = path
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}{child.name}", child
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{path}{child.name}."
            waiting.append((inner, child))


def _dumped(data: bytes) -> Iterable[tuple[str, str]]:
    return ((name, ast.dump(node)) for name, node in _walk(data))


def _async(data: bytes) -> Iterable[tuple[str, bool]]:
    return ((name, isinstance(node, ast.AsyncFunctionDef)) for name, node in _walk(data))
