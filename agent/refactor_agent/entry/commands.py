"""Commands: functions that something outside calls which can't await, and what leads to them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from functools import cached_property

from refactor_agent.domain.callgraph import Call, CallGraph, Function
from refactor_agent.plan import script_functions
from refactor_agent.tree import Tree

__all__ = ["Commands"]

_LIBRARIES = ("click.", "typer.")
_METHODS = frozenset({"command", "callback", "group"})


class Commands:
    """Answers which functions are commands, and which are run by commands alone."""

    def __init__(self, tree: Tree, graph: CallGraph) -> None:
        self._tree = tree
        self._graph = graph
        self._scripts = frozenset(script_functions(tree))

    def among(self, names: Collection[str]) -> frozenset[str]:
        """Give those of ``names`` that a script, their module or a command-line library runs."""
        functions = self._graph.functions
        return frozenset(n for n in names if n in functions and self._is_one(functions[n]))

    def leading_to(self, functions: Collection[str]) -> Iterator[str]:
        """Name the sync functions outside that call ``functions`` and are run by commands alone.

        They can wait, since a command keeps a sync face; a function that a package exports, or
        that anything else calls, is none of them.
        """
        seen: set[str] = set()
        waiting = list(functions)
        while waiting:
            for call in self._graph.calls_of(waiting.pop()):
                caller = call.caller
                if caller in seen or caller in functions or not self._leads(caller, frozenset()):
                    continue
                seen.add(caller)
                if not self._graph.functions[caller].is_async:
                    yield caller
                    waiting.append(caller)

    def _is_one(self, function: Function) -> bool:
        if function.owner or function.nested or function.is_generator:
            return False
        if function.is_test or function.is_async:
            return False
        calls = [c for c in self._graph.calls_of(function.name) if c.caller in self._graph.modules]
        if any(map(self._at_import, calls)):
            return False
        return bool(calls) or function.name in self._scripts or _is_decorated(function)

    def _leads(self, name: str, above: frozenset[str]) -> bool:
        function = self._graph.functions.get(name)
        if function is None or function.is_test:
            return False
        if function.is_async or self._is_one(function):
            return True
        if name in above or not self._is_own(function):
            return name in above
        users = [self._graph.functions.get(c.caller) for c in self._graph.calls_of(name)]
        if any(user is None for user in users):
            return False
        callers = {user.name for user in users if user is not None and not user.is_test}
        return bool(callers) and all(self._leads(c, above | {name}) for c in sorted(callers))

    def _is_own(self, function: Function) -> bool:
        """Say whether who calls ``function`` is known: nobody else is given it."""
        bare = function.name.rpartition(".")[2]
        if function.exported or function.family or function.open_family or function.nested:
            return False
        if function.is_property or (bare.startswith("__") and bare.endswith("__")):
            return False
        functions, references = self._graph.functions, self._graph.references_to(function.name)
        holders = [functions.get(reference.holder) for reference in references]
        return all(holder is not None and holder.is_test for holder in holders)

    def _at_import(self, call: Call) -> bool:
        """Say whether a module makes the call whenever it is imported."""
        file = call.site.file
        if file.endswith("__main__.py") or call.caller not in self._imported:
            return False
        line = call.site.span.line
        return not any(first <= line <= last for first, last in self._guards(file))

    def _guards(self, file: str) -> Iterator[tuple[int, int]]:
        """Give the lines of each ``if __name__ == "__main__":``."""
        for node in ast.parse(self._tree.read(file)).body:
            if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
                yield node.lineno, node.end_lineno or node.lineno

    @cached_property
    def _imported(self) -> frozenset[str]:
        """The modules that others of the project, tests among them, may import."""
        found: set[str] = set()
        for name, file in self._graph.modules.items():
            package = name if file.endswith("__init__.py") else name.rpartition(".")[0]
            if file.endswith(".py") and self._tree.exists(file):
                found |= set(_imports(ast.parse(self._tree.read(file)), package))
        return frozenset(found)


def _imports(module: ast.Module, package: str) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            base = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            home = ".".join(filter(None, (base, node.module)))
            yield home
            yield from (f"{home}.{alias.name}" for alias in node.names)


def _is_decorated(function: Function) -> bool:
    for decorator in function.decorators:
        bare = decorator.partition("(")[0]
        if bare.startswith(_LIBRARIES) or bare.rpartition(".")[2] in _METHODS:
            return True
    return False
