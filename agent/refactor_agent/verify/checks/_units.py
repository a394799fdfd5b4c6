"""The functions of the project as they become, and what their calls stand for."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from refactor_agent.domain.callgraph import CallGraph, Function
from refactor_agent.domain.place import Site
from refactor_agent.verify.checks._functions import own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, span_of

__all__ = ["Unit", "Units"]


@dataclass(frozen=True)
class Unit:
    """One function, before and after."""

    file: str
    name: str
    """Inside its module: ``Class.method``."""
    before: FunctionNode | None
    after: FunctionNode
    module: Module
    """As it becomes."""

    @property
    def key(self) -> tuple[str, str]:
        """What makes it this function."""
        return self.file, self.name

    @property
    def is_async(self) -> bool:
        """It is async after the change."""
        return isinstance(self.after, ast.AsyncFunctionDef)

    def site(self, node: ast.expr | ast.stmt) -> Site:
        """Give the place of a node of the function as it becomes."""
        return Site(self.file, span_of(node))


class Units:
    """Finds functions by name and by call: in the call graph from before, else in the file."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._units: dict[tuple[str, str], Unit | None] = {}
        self._targets: dict[tuple[str, str], Mapping[str, tuple[str, ...]]] = {}

    def get(self, file: str, name: str) -> Unit | None:
        """Give the function ``name`` of ``file``."""
        key = (file, name)
        if key not in self._units:
            self._units[key] = self._make(file, name)
        return self._units[key]

    def in_file(self, file: str) -> Iterator[Unit]:
        """Give every function of ``file``."""
        module = self._context.module_after(file)
        for name in module.functions if module else ():
            if unit := self.get(file, name):
                yield unit

    def called(self, unit: Unit, function: ast.expr) -> tuple[Unit, ...]:
        """Give the project's functions that calling ``function`` in ``unit`` may run."""
        names = self._targets_in(unit).get(ast.unparse(function), ())
        known = [self._by_qualified_name(name) for name in names]
        found = tuple(one for one in known if one is not None)
        return found or (() if names else self._by_text(unit, function))

    def is_library(self, unit: Unit, function: ast.expr) -> bool:
        """Say whether the call is known to go to a library, other than to a container."""
        names = self._targets_in(unit).get(ast.unparse(function), ())
        return bool(names) and not any(
            name.startswith(("builtins.", "collections.")) or self._by_qualified_name(name)
            for name in names
        )

    def callers(self, unit: Unit) -> Iterator[Unit]:
        """Give the functions that may call ``unit``, tests left out."""
        last = unit.name.rpartition(".")[2]
        for other in self.in_file(unit.file):
            if last in _words(other.after):
                yield other
        graph, name = self._graph, self._qualified(unit)
        for call in graph.calls_of(name) if graph and name else ():
            function = graph.functions.get(call.caller) if graph else None
            if function is not None and not function.is_test:
                found = self._of(function)
                if found is not None and found.file != unit.file:
                    yield found

    def _make(self, file: str, name: str) -> Unit | None:
        before, after = self._context.module_before(file), self._context.module_after(file)
        if after is None or name not in after.functions:
            return None
        old = before.functions.get(name) if before else None
        return Unit(file, name, old, after.functions[name], after)

    @cached_property
    def _graph(self) -> CallGraph | None:
        located = self._context.located_before
        return located.graph if located else None

    @cached_property
    def _modules(self) -> Mapping[str, str]:
        return {file: name for name, file in self._graph.modules.items()} if self._graph else {}

    def _qualified(self, unit: Unit) -> str | None:
        module = self._modules.get(unit.file)
        return f"{module}.{unit.name}" if module else None

    def _by_qualified_name(self, name: str) -> Unit | None:
        function = self._graph.functions.get(name) if self._graph else None
        return self._of(function) if function else None

    def _of(self, function: Function) -> Unit | None:
        module = self._modules.get(function.file, "")
        return self.get(function.file, function.name.removeprefix(f"{module}."))

    def _targets_in(self, unit: Unit) -> Mapping[str, tuple[str, ...]]:
        """What is called, as written, to what the graph knows it for."""
        if unit.key not in self._targets:
            found: dict[str, tuple[str, ...]] = defaultdict(tuple)
            name = self._qualified(unit)
            if self._graph and name and unit.before:
                spans = {
                    call.site.span: call.callees
                    for call in self._graph.calls_in(name)
                    if call.site.file == unit.file
                }
                for node in own_nodes(unit.before):
                    if isinstance(node, ast.Call) and (names := spans.get(span_of(node))):
                        found[ast.unparse(node.func)] += names
            self._targets[unit.key] = dict(found)
        return self._targets[unit.key]

    def _by_text(self, unit: Unit, function: ast.expr) -> tuple[Unit, ...]:
        names: list[str] = []
        if isinstance(function, ast.Name):
            outer = unit.name.split(".")
            names = [
                ".".join((*outer[:depth], function.id))
                for depth in range(len(outer), -1, -1)
                if depth == 0 or ".".join(outer[:depth]) in unit.module.functions
            ]
        elif isinstance(function, ast.Attribute) and _is_own(function):
            owner = unit.name.rpartition(".")[0]
            names = [f"{owner}.{function.attr}", *_methods(unit.module, function.attr)]
        for name in names:
            if name != unit.name and (found := self.get(unit.file, name)):
                return (found,)
        return ()


def _is_own(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and function.value.id in {"self", "cls"}


def _methods(module: Module, method: str) -> list[str]:
    """The one method of that name in the file; in a decorator, ``self`` has no class."""
    found = [name for name in module.functions if name.endswith(f".{method}")]
    return found if len(found) == 1 else []


def _words(function: FunctionNode) -> frozenset[str]:
    nodes = list(own_nodes(function))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return frozenset(names | {node.attr for node in nodes if isinstance(node, ast.Attribute)})
