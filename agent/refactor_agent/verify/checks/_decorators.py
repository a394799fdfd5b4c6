"""The project's own code behind a decorator: in its file, or by the call graph in another one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from refactor_agent.verify.checks._functions import FunctionChange
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["DecoratorCode", "asks_for_colour", "code_of_decorator"]

_ASKS = frozenset(
    {"iscoroutinefunction", "markcoroutinefunction", "iscoroutine", "isawaitable",
     "is_async_callable", "isasyncgenfunction"}
)  # fmt: skip
"""What a wrapper that minds the colour uses."""


class DecoratorCode(NamedTuple):
    """A decorator of the project: a function, or the ``__call__`` of a class."""

    node: FunctionNode
    given: FunctionNode | None = None
    """The ``__init__`` of the class."""


def asks_for_colour(decorator: FunctionNode) -> bool:
    """Whether it looks at what it is given, and so may treat coroutine functions apart."""
    words = (getattr(node, word, "") for node in ast.walk(decorator) for word in ("id", "attr"))
    return not _ASKS.isdisjoint(words)


def code_of_decorator(
    context: Context, change: FunctionChange, decorator: ast.expr
) -> DecoratorCode | None:
    """Find the code of one of the decorators of ``change``."""
    number = change.after.decorator_list.index(decorator)
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    written = change.module_after.qualified(called) or ""
    local = _code(change.module_after, written)
    if local is not None:
        return local
    for name in (written, *_resolved(context, change, number)):
        found = _elsewhere(context, name)
        if found is not None:
            return found
    return None


def _code(module: Module, name: str) -> DecoratorCode | None:
    function = module.functions.get(name)
    if function is not None:
        return DecoratorCode(function)
    method = module.functions.get(f"{name}.__call__")
    if method is None:
        return None
    return DecoratorCode(method, module.functions.get(f"{name}.__init__"))


def _elsewhere(context: Context, name: str) -> DecoratorCode | None:
    graph = context.located_after.graph if context.located_after is not None else None
    known = graph and (graph.functions.get(name) or graph.functions.get(f"{name}.__call__"))
    module = context.module_after(known.file) if known else None
    if graph is None or not known or module is None:
        return None
    home = next((own for own, file in graph.modules.items() if file == known.file), "")
    return _code(module, name.removeprefix(f"{home}."))


def _resolved(context: Context, change: FunctionChange, number: int) -> Iterator[str]:
    """Give the decorator's name as the call graph has it: through relative imports as well."""
    graph = context.located_after.graph if context.located_after is not None else None
    for function in graph.functions.values() if graph is not None else ():
        same = function.file == change.file and f".{function.name}".endswith(f".{change.name}")
        if same and number < len(function.decorators):
            yield function.decorators[number].partition("(")[0]
