"""Decorators that can't handle a coroutine function are not left on one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._decorators import (
    DecoratorCode,
    asks_for_colour,
    code_of_decorator,
)
from refactor_agent.verify.checks._functions import FunctionChange, fresh_decorations, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_KEEPS_COROUTINE = "it keeps the coroutine, which can be awaited only once"
_RUNS_SYNC = "it calls the function and does not await it"
_DENIED = {
    "functools.lru_cache": _KEEPS_COROUTINE,
    "functools.cache": _KEEPS_COROUTINE,
    "cachetools.cached": _KEEPS_COROUTINE,
    "cachetools.func.ttl_cache": _KEEPS_COROUTINE,
    "cachetools.func.lru_cache": _KEEPS_COROUTINE,
    "contextlib.contextmanager": "it needs a sync generator; use asynccontextmanager",
    "atexit.register": _RUNS_SYNC,
    "click.command": _RUNS_SYNC,
    "click.group": _RUNS_SYNC,
    "celery.shared_task": _RUNS_SYNC,
    "numba.jit": "it compiles sync code only",
    "numba.njit": "it compiles sync code only",
}


def _find(context: Context) -> Iterator[Objection]:
    yield from fresh_decorations(context, lambda change, one: _why_not(context, change, one))


def _why_not(context: Context, change: FunctionChange, decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    module = change.module_after
    name = module.qualified(called) or ""
    if name in _DENIED:
        return _DENIED[name]
    code = code_of_decorator(context, change, decorator)
    if code is None or asks_for_colour(code.node):
        return ""
    uses = _wraps_sync(code.node) if code.node.name != "__call__" else _keeps_sync(code)
    return f"the wrapper that {name} makes uses the result without awaiting it" if uses else ""


def _wraps_sync(decorator: FunctionNode) -> bool:
    """Whether a sync function inside it does more with the wrapped one than hand its result on."""
    names = {argument.arg for argument in _arguments(decorator)}
    for node in ast.walk(decorator):
        if isinstance(node, ast.FunctionDef) and node is not decorator:
            names.update(argument.arg for argument in _arguments(node))
    module = Module(b"", ast.Module(body=[decorator], type_ignores=[]))
    return any(
        _uses(module, wrapper, names)
        for wrapper in ast.walk(decorator)
        if isinstance(wrapper, ast.FunctionDef) and wrapper is not decorator
    )


def _keeps_sync(code: DecoratorCode) -> bool:
    """Whether the plain ``__call__`` of a class does more with what it was given than hand on."""
    if code.given is None or isinstance(code.node, ast.AsyncFunctionDef):
        return False
    given = {argument.arg for argument in _arguments(code.given)[1:]}
    kept = {
        ast.unparse(node.targets[0])
        for node in ast.walk(code.given)
        if isinstance(node, ast.Assign) and getattr(node.value, "id", None) in given
    }
    module = Module(b"", ast.Module(body=[code.node], type_ignores=[]))
    return _uses(module, code.node, kept)


def _uses(module: Module, wrapper: FunctionNode, names: set[str]) -> bool:
    """Whether ``wrapper`` calls one of ``names`` and does not just hand on what it gives."""
    for node in own_nodes(wrapper):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            handed_on = isinstance(module.parents.get(node), ast.Return) and not any(
                isinstance(parent, ast.Try | ast.With | ast.For | ast.While)
                for parent in module.ancestors(node)
            )
            if not handed_on:
                return True
    return False


def _arguments(function: FunctionNode) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args]


def _body(decorator: str, colour: str = "async ", body: str = "return k") -> str:
    head = "import functools\nfrom contextlib import asynccontextmanager, contextmanager\n\n\n"
    return f"{head}@{decorator}\n{colour}def load(k):\n    {body}\n"


_RETRY = """\
def retry(function):
    def wrapper(*args):
        for _ in range(3):
            try:
                return function(*args)
            except ValueError:
                pass
    return wrapper


@retry
"""
_HANDS_ON = (
    "def mark(function):\n    def wrapper(*a):\n        return function(*a)\n\n    return wrapper\n"
)

_SHARED = "from shared import retry\n\n\n@retry\n"
_TIMED = """\
class Timed:
    def __init__(self, f):
        self.f = f

    def __call__(self, *a):
        try:
            return self.f(*a)
        finally:
            note()
"""
_BOTH = """\
import inspect


def retry(function):
    if inspect.iscoroutinefunction(function):
        async def wrapper(*args):
            for _ in range(3):
                try:
                    return await function(*args)
                except ValueError:
                    pass
    else:
        def wrapper(*args):
            for _ in range(3):
                try:
                    return function(*args)
                except ValueError:
                    pass
    return wrapper


@retry
"""

CHECK = Check(
    name="sync-decorator",
    hazards=("H-B5", "H-D1", "H-D2", "H-D4"),
    reason="The decorator sees a coroutine object in place of the result.",
    find=_find,
    examples=(
        Example(
            "lru_cache", _body("functools.lru_cache", ""), _body("functools.lru_cache"), "only once"
        ),
        Example(
            "cache with arguments",
            _body("functools.lru_cache(maxsize=9)", ""),
            _body("functools.lru_cache(maxsize=9)"),
            "only once",
        ),
        Example(
            "contextmanager",
            _body("contextmanager", "", "yield k"),
            _body("contextmanager", body="yield k"),
            "use asynccontextmanager",
        ),
        Example(
            "asynccontextmanager",
            _body("contextmanager", "", "yield k"),
            _body("asynccontextmanager", body="yield k"),
        ),
        Example(
            "hand-written retry",
            _RETRY + "def load(k):\n    return k\n",
            _RETRY + "async def load(k):\n    return k\n",
            "without awaiting it",
        ),
        Example(
            "hand-written retry of another file",
            _SHARED + "def load(k):\n    return k\n",
            _SHARED + "async def load(k):\n    return k\n",
            "without awaiting it",
            beside={"shared.py": _RETRY.rpartition("@")[0]},
        ),
        Example(
            "a class that times",
            _TIMED + "\n\n@Timed\ndef load(k):\n    return k\n",
            _TIMED + "\n\n@Timed\nasync def load(k):\n    return k\n",
            "without awaiting it",
        ),
        Example(
            "a class that awaits",
            _TIMED + "\n\n@Timed\ndef load(k):\n    return k\n",
            _TIMED.replace("    def __call", "    async def __call").replace(
                "self.f(", "await self.f("
            )
            + "\n\n@Timed\nasync def load(k):\n    return k\n",
        ),
        Example(
            "a retry for each colour",
            _RETRY + "def load(k):\n    return k\n",
            _BOTH + "async def load(k):\n    return k\n",
        ),
        Example(
            "wrapper that hands the coroutine on",
            _HANDS_ON + "\n\n@mark\ndef load(k):\n    return k\n",
            _HANDS_ON + "\n\n@mark\nasync def load(k):\n    return k\n",
        ),
    ),
)
