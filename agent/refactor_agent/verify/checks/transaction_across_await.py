"""No transaction of a connection that others use stays open while these run."""

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

_CONNECTS = frozenset(
    {
        "sqlite3.connect",
        "psycopg2.connect",
        "psycopg.connect",
        "psycopg.Connection.connect",
        "pymysql.connect",
        "pymysql.connections.Connection",
        "MySQLdb.connect",
        "mysql.connector.connect",
        "pyodbc.connect",
        "oracledb.connect",
        "duckdb.connect",
        "apsw.Connection",
    }
)
_WORDS = frozenset({"connection", "conn", "db", "database", "dbconn"})
_BLOCKS = frozenset({"transaction", "begin", "atomic"})
"""Methods of a connection that give a transaction to be entered."""
_WRITES = frozenset({"execute", "executemany", "executescript"})
_ENDS = frozenset({"commit", "rollback"})


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _open)


def _open(module: Module, function: FunctionNode) -> Iterator[Finding]:
    for node in own_nodes(function):
        if isinstance(node, ast.With) and has_await(node.body):
            for item in node.items:
                name = _connection_of(module, function, item.context_expr)
                if name is not None:
                    yield Finding(node, _say(name), name)
    yield from _committed(module, function)


def _say(name: str) -> str:
    return (
        f"a transaction of {name} stays open across an await: what other tasks do on that "
        "connection meanwhile is committed or rolled back with it"
    )


def _connection_of(module: Module, function: FunctionNode, entered: ast.expr) -> str | None:
    """Give the shared connection whose transaction ``entered`` is."""
    if isinstance(entered, ast.Call) and isinstance(entered.func, ast.Attribute):
        if entered.func.attr not in _BLOCKS:
            return None
        entered = entered.func.value
    return dotted(entered) if _is_shared(module, function, entered) else None


def _committed(module: Module, function: FunctionNode) -> Iterator[Finding]:
    """A statement, then an await, then the end of the transaction."""
    begun: dict[str, ast.Call] = {}
    open_: dict[str, ast.Call] = {}
    for node in own_nodes(function):
        if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
            open_ |= begun
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = dotted(node.func.value) or ""
            if node.func.attr in _WRITES and _is_shared(module, function, node.func.value):
                begun.setdefault(name, node)
            elif node.func.attr in _ENDS:
                if (first := open_.pop(name, None)) is not None:
                    yield Finding(first, _say(name), name)
                begun.pop(name, None)


def _is_shared(module: Module, function: FunctionNode, expression: ast.expr) -> bool:
    """It is a connection, by what is assigned to it in the file or by its name, and not local."""
    name = dotted(expression)
    if name is None:
        return False
    first, _, rest = name.partition(".")
    if not rest and first in _local(function):
        return False
    made = [value for target, value in _assignments(module) if target == name]
    if any(isinstance(one, ast.Call) and module.qualified(one.func) in _CONNECTS for one in made):
        return True
    known = [one for one in made if not isinstance(one, ast.Name | ast.Constant)]
    return not known and name.rpartition(".")[2].lstrip("_").lower() in _WORDS


def _local(function: FunctionNode) -> set[str]:
    """Give the names of the function's own: nobody else has what is bound to them."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    stored = {
        node.id
        for node in own_nodes(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    outer = (node for node in own_nodes(function) if isinstance(node, ast.Global))
    return ({one.arg for one in every} | stored) - {name for node in outer for name in node.names}


def _assignments(module: Module) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield dotted(target) or "", node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield dotted(node.target) or "", node.value


_HEAD = (
    "import sqlite3\n\n\nclass Stock:\n    def __init__(self, path):\n"
    "        self.rows = sqlite3.connect(path)\n\n"
)


def _method(*lines: str) -> str:
    return _HEAD + "    async def move(self, item):\n" + "".join(f"        {x}\n" for x in lines)


def _pair(title: str, lines: tuple[str, ...], says: str) -> Example:
    before = [line.replace("await settle", "settle") for line in lines]
    return Example(title, _method(*before), _method(*lines), says)


_SAYS = "a transaction of self.rows stays open across an await"

CHECK = Check(
    name="transaction-across-await",
    hazards=("H-E9",),
    reason="What one task wrote is rolled back because another one failed.",
    find=_find,
    examples=(
        _pair(
            "a connection as a context manager",
            ("with self.rows:", "    self.take(item)", "    await settle()", "    self.put(item)"),
            _SAYS,
        ),
        _pair(
            "committed after the wait",
            ("self.rows.execute(TAKE)", "await settle()", "self.rows.commit()"),
            _SAYS,
        ),
        Example(
            "a connection of the module, known by its name",
            "async def f():\n    with db.transaction():\n        g()\n",
            "async def f():\n    with db.transaction():\n        await g()\n",
            "a transaction of db stays open",
        ),
        _pair(
            "committed before the wait",
            ("self.rows.execute(TAKE)", "self.rows.commit()", "await settle()"),
            "",
        ),
        _pair(
            "a connection of its own",
            ("rows = sqlite3.connect(item)", "with rows:", "    await settle()"),
            "",
        ),
        Example(
            "a connection that was handed in",
            "async def f(conn):\n    with conn:\n        g()\n",
            "async def f(conn):\n    with conn:\n        await g()\n",
        ),
        _pair("other context managers", ("with self.files:", "    await settle()"), ""),
        Example(
            "other tasks ran there before",
            _method("with self.rows:", "    await get()", "    settle()"),
            _method("with self.rows:", "    await get()", "    await settle()"),
        ),
    ),
)
