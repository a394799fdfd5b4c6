"""No transaction of a shared connection is open while other tasks run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import (
    Finding,
    fresh_findings,
    has_await,
    own_nodes,
)
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_OPENED = frozenset(
    {"begin", "begin_nested", "atomic", "transaction", "savepoint", "begin_transaction"}
)
_CONNECTING = frozenset({"connect", "Connection", "create_connection", "Session"})


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _open)


def _open(module: Module, function: FunctionNode) -> Iterator[Finding]:
    own = _own_names(function)
    for node in own_nodes(function):
        if isinstance(node, ast.With) and has_await(node.body):
            for item in node.items:
                shared = _shared_connection(module, item.context_expr, own)
                if shared:
                    message = (
                        f"the transaction of {shared} stays open across an await: what other "
                        "tasks do on it meanwhile is committed or rolled back with it"
                    )
                    yield Finding(node, message, shared)


def _shared_connection(module: Module, entered: ast.expr, own: frozenset[str]) -> str | None:
    """The name of a connection that other tasks have too and whose transaction is entered."""
    if isinstance(entered, ast.Call):
        called = entered.func
        if not isinstance(called, ast.Attribute) or called.attr not in _OPENED:
            return None
        name = dotted(called.value)
        return name if name and _is_shared(name, own) else None
    name = dotted(entered)
    if name is None or not _is_shared(name, own):
        return None
    return name if any(_connects(value) for value in _assigned(module, name)) else None


def _is_shared(name: str, own: frozenset[str]) -> bool:
    first, _, rest = name.partition(".")
    return first not in own or (first in {"self", "cls"} and bool(rest))


def _own_names(function: FunctionNode) -> frozenset[str]:
    """Names that the function binds, its parameters among them."""
    stored = {
        node.id
        for node in own_nodes(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    given = function.args
    return frozenset(
        stored | {arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    )


def _connects(value: ast.expr) -> bool:
    called = value.func if isinstance(value, ast.Call) else None
    return called is not None and (dotted(called) or "").rpartition(".")[2] in _CONNECTING


def _assigned(module: Module, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign) and any(dotted(t) == name for t in node.targets):
            yield node.value


_CLASS = """\
import sqlite3


class Store:
    def __init__(self):
        self.db = sqlite3.connect("x")

    {colour}def put(self, text):
        with self.db:
            size = {wait}embed(text)
            self.db.execute("INSERT", (size,))
"""
_LOCAL = """\
import sqlite3


{colour}def put(text):
    db = sqlite3.connect("x")
    with db:
        db.execute("INSERT", ({wait}embed(text),))
"""

CHECK = Check(
    name="transaction-across-await",
    hazards=("H-E9",),
    reason="One task's rollback undoes another's work, and half of it is committed too early.",
    find=_find,
    examples=(
        Example("a connection of the object", _CLASS.format(colour="", wait=""),
                _CLASS.format(colour="async ", wait="await "), "stays open across an await"),
        Example("begun by a call", "def f(self):\n    with self.db.begin():\n        g()\n",
                "async def f(self):\n    with self.db.begin():\n        await g()\n",
                "the transaction of self.db"),
        Example("a connection of its own", _LOCAL.format(colour="", wait=""),
                _LOCAL.format(colour="async ", wait="await ")),
        Example("awaited before", _CLASS.format(colour="", wait=""),
                _CLASS.format(colour="async ", wait="").replace(
                    "        with self.db:\n            size = embed(text)\n",
                    "        size = await embed(text)\n        with self.db:\n")),
        Example("one that was handed in",
                "def f(session):\n    with session.begin():\n        g()\n",
                "async def f(session):\n    with session.begin():\n        await g()\n"),
    ),
)  # fmt: skip
