"""A handler does not name the library that its code no longer uses."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import (
    FunctionChange,
    changed_functions,
    own_nodes,
)
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_SHARED = {"sqlite3": "aiosqlite", "socket": "asyncio", "psycopg2": "aiopg"}
"""Libraries whose exceptions the async one raises too."""

_SIBLINGS = frozenset({"httpx", "httpx2"})
"""Libraries whose exceptions bear the same names and are not the same."""


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is None or change.module_before is None:
            continue
        gone = _used(change.module_before, change.before) - _used(change.module_after, change.after)
        yield from _stale(change, gone)


def _stale(change: FunctionChange, gone: set[str]) -> Iterator[Objection]:
    module = change.module_after
    now = _used(module, change.after)
    for node in own_nodes(change.after):
        if not isinstance(node, ast.ExceptHandler) or node.type is None:
            continue
        for name in _names(node.type):
            root = (module.qualified(name) or "").partition(".")[0]
            if root in _SIBLINGS and root not in now and now & _SIBLINGS:
                message = f"{change.name}: nothing here raises {ast.unparse(name)}"
                yield Objection(message, change.site(name))
            if root in gone and _SHARED.get(root) not in now:
                text = ast.unparse(name)
                message = (
                    f"{change.name}: the handler of {text} is dead, because nothing here calls "
                    f"{root} any more; catch what the new calls raise"
                )
                yield Objection(message, change.site(name))


def _used(module: Module, function: FunctionNode) -> set[str]:
    """The top-level packages of what the function names outside its handlers."""
    caught = {
        part
        for node in ast.walk(function)
        if isinstance(node, ast.ExceptHandler) and node.type is not None
        for part in ast.walk(node.type)
    }
    roots = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node not in caught and node.id in module.imported:
            roots.add(module.imported[node.id].partition(".")[0])
    return roots


def _names(caught: ast.expr) -> list[ast.expr]:
    return caught.elts if isinstance(caught, ast.Tuple) else [caught]


_BEFORE = """\
import requests


def load(url):
    try:
        return requests.get(url)
    except requests.ConnectionError:
        return None
"""


def _after(call: str, caught: str) -> str:
    return f"""\
import httpx
import requests


async def load(url):
    try:
        return {call}
    except {caught}:
        return None
"""


CHECK = Check(
    name="stale-handler",
    hazards=("H-G5", "H-R13", "H-R14"),
    reason="The new library's errors pass the handler by, and nobody sees it until one happens.",
    find=_find,
    examples=(
        Example(
            "of a sibling",
            _BEFORE,
            "import httpx2\n" + _after("await httpx.AsyncClient().get(url)", "httpx2.HTTPError"),
            "nothing here raises",
        ),
        Example(
            "left behind",
            _BEFORE,
            _after("await client(httpx).get(url)", "requests.ConnectionError"),
            "handler of requests.ConnectionError is dead",
        ),
        Example(
            "one of two left behind",
            _BEFORE,
            _after("await client(httpx).get(url)", "(httpx.HTTPError, requests.Timeout)"),
            "handler of requests.Timeout is dead",
        ),
        Example("mapped", _BEFORE, _after("await client(httpx).get(url)", "httpx.ConnectError")),
        Example(
            "offloaded",
            _BEFORE,
            _after("await offload(requests.get, url)", "requests.ConnectionError"),
        ),
    ),
)
