"""The entry points a user names: ``shop.client:Client``, ``shop.feeds:load``."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from refactor_agent.domain.callgraph import CallGraph, Function
from refactor_agent.entry.definitions import Definition, Definitions
from refactor_agent.errors import UsageError

__all__ = ["EntryPoint", "find_entries"]


class EntryPoint(NamedTuple):
    """A function, a method, or a class with all its methods."""

    text: str
    """As the user wrote it."""
    name: str
    functions: tuple[str, ...]
    """The functions of the call graph that it is, those of base classes too."""
    is_class: bool


def find_entries(
    texts: Sequence[str], graph: CallGraph, definitions: Definitions
) -> tuple[EntryPoint, ...]:
    """Find what each text names; raises `UsageError`, with the nearest names, when it can't be."""
    return tuple(_find(text, graph, definitions) for text in dict.fromkeys(texts))


def _find(text: str, graph: CallGraph, definitions: Definitions) -> EntryPoint:
    module, colon, name = text.partition(":")
    if not (module and colon and name):
        raise UsageError(f"--entry {text!r} is not MODULE:NAME, such as shop.client:Client")
    if module not in graph.modules:
        near = _near(module, graph.modules)
        raise UsageError(f"--entry {text}: the project has no module {module}{near}")
    first, _, rest = name.partition(".")
    definition = definitions.find(module, first)
    if definition is None:
        near = _near(first, definitions.names(module))
        raise UsageError(f"--entry {text}: {module} has no function or class {first}{near}")
    is_class = isinstance(definition.node, ast.ClassDef) and not rest
    found = _functions(definition, rest, graph, definitions)
    if not found:
        methods = [f.name.rpartition(".")[2] for f in _methods(definition.qualified, graph)]
        near = _near(rest, methods)
        what = "has no methods" if is_class else f"has no {rest or first}{near}"
        raise UsageError(f"--entry {text}: {definition.qualified} {what}")
    if all(graph.functions[function].is_async for function in found):
        raise UsageError(f"--entry {text}: {definition.qualified} is async already")
    full = f"{definition.qualified}.{rest}" if rest else definition.qualified
    return EntryPoint(text, full, found, is_class)


def _functions(
    definition: Definition, rest: str, graph: CallGraph, definitions: Definitions
) -> tuple[str, ...]:
    if not isinstance(definition.node, ast.ClassDef):
        return _known([definition.qualified], graph)
    classes = [base.qualified for base in definitions.bases(definition)]
    if rest:
        return _known([f"{name}.{rest}" for name in classes], graph)[:1]
    taken: dict[str, str] = {}
    for name in classes:
        for function in _methods(name, graph):
            taken.setdefault(function.name.rpartition(".")[2], function.name)
    return tuple(taken.values())


def _methods(owner: str, graph: CallGraph) -> list[Function]:
    return [function for function in graph.functions.values() if function.owner == owner]


def _known(names: Iterable[str], graph: CallGraph) -> tuple[str, ...]:
    return tuple(name for name in names if name in graph.functions)


def _near(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=3)
    return f"; did you mean {', '.join(near)}?" if near else ""
