"""No thread lock is held while other tasks run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import (
    Finding,
    changed_functions,
    fresh_findings,
    has_await,
    own_nodes,
)
from refactor_agent.verify.checks._units import Units
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_LOCKS = frozenset({"Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore"})
_MODULES = frozenset({"threading", "multiprocessing", "_thread"})
_WORDS = ("lock", "mutex", "semaphore")
_FILE_LOCKS = frozenset({"filelock", "portalocker", "fasteners"})
"""Packages whose locks are held between processes: taking one waits on the thread."""
_FLOCKS = frozenset({"fcntl.flock", "fcntl.lockf"})


def _find(context: Context) -> Iterator[Objection]:
    yield from fresh_findings(context, _held)
    yield from _held_within(context)


def _held_within(context: Context) -> Iterator[Objection]:
    """Held by a context manager of the project around its `yield`."""
    units = Units(context)
    for change in changed_functions(context):
        unit = units.get(change.file, change.name)
        known = _entered(change.before) if change.before is not None else []
        for text, call in _entered(change.after) if unit is not None else ():
            if unit is None or text in [other for other, _ in known]:
                continue
            for callee in units.called(unit, call.func):
                lock = _around_yield(callee.module, callee.after)
                if lock:
                    message = (
                        f"{change.name}: {text} holds the thread lock {lock} across an await: a "
                        "second task that wants it stops the loop for good"
                    )
                    yield Objection(message, change.site(call))


def _entered(function: FunctionNode) -> list[tuple[str, ast.Call]]:
    """Calls whose result is entered by a plain `with` in whose body there is an await."""
    return [
        (ast.unparse(item.context_expr), item.context_expr)
        for node in own_nodes(function)
        if isinstance(node, ast.With) and has_await(node.body)
        for item in node.items
        if isinstance(item.context_expr, ast.Call)
    ]


def _around_yield(module: Module, function: FunctionNode) -> str:
    """The lock that a generator holds where it yields; empty for none."""
    taken = ""
    for node in own_nodes(function):
        if isinstance(node, ast.With) and any(
            isinstance(part, ast.Yield) for line in node.body for part in own_nodes(line)
        ):
            for item in node.items:
                if _is_lock(module, item.context_expr):
                    return ast.unparse(item.context_expr)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "acquire" and _is_lock(module, node.func.value):
                taken = ast.unparse(node.func.value)
        elif isinstance(node, ast.Yield) and taken:
            return taken
    return ""


def _held(module: Module, function: FunctionNode) -> Iterator[Finding]:
    for node in own_nodes(function):
        if isinstance(node, ast.With) and has_await(node.body):
            for item in node.items:
                if _is_lock(module, item.context_expr):
                    name = ast.unparse(item.context_expr)
                    message = (
                        f"the thread lock {name} is held across an await: a second task that "
                        "wants it stops the loop for good"
                    )
                    yield Finding(node, message, name)
    yield from _acquired(module, function)


def _acquired(module: Module, function: FunctionNode) -> Iterator[Finding]:
    """`lock.acquire()`, then an await, then `lock.release()`."""
    held: dict[str, ast.Call] = {}
    for node in own_nodes(function):
        if isinstance(node, ast.Call) and module.qualified(node.func) in _FLOCKS and node.args:
            name = f"of {ast.unparse(node.args[0])}"
            held[name] = node
            if any(getattr(part, "attr", "") == "LOCK_UN" for part in ast.walk(node)):
                held.pop(name)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            awaited = isinstance(module.parents.get(node), ast.Await)
            name = ast.unparse(node.func.value)
            if node.func.attr == "acquire" and not awaited and _is_lock(module, node.func.value):
                held[name] = node
            elif node.func.attr == "release":
                held.pop(name, None)
        elif isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
            for name, call in held.items():
                message = f"the thread lock {name} is acquired here and held across an await"
                yield Finding(call, message, name)
            held.clear()


def _is_lock(module: Module, expression: ast.expr) -> bool:
    """By what is assigned to it in the file, by a call in place, else by its name."""
    if isinstance(expression, ast.Call):
        return _makes_lock(module, expression)
    name = dotted(expression)
    if name is None:
        return False
    made = [value for target, value in _assignments(module) if target == name]
    if any(_makes_lock(module, value) for value in made):
        return True
    if "." not in name and any(
        isinstance(value, ast.Attribute) and _is_lock(module, value) for value in made
    ):
        return True  # a local name for a lock
    return not made and any(word in name.rpartition(".")[2].lower() for word in _WORDS)


def _makes_lock(module: Module, value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return False
    base, _, last = (module.qualified(value.func) or "").rpartition(".")
    root = base.partition(".")[0]
    return (last in _LOCKS and root in _MODULES) or (root in _FILE_LOCKS and "Lock" in last)


def _assignments(module: Module) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield dotted(target) or "", node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield dotted(node.target) or "", node.value


_HEAD = "import threading\n\nguard = threading.Lock()\n\n\n"
_BEFORE = _HEAD + "def load(key):\n    with guard:\n        return fetch(key)\n"

_WITHIN = """\
import contextlib
import threading

guard = threading.Lock()


@contextlib.contextmanager
def alone():
    with guard:
        yield


{colour}def load(key):
    with alone():
        return {wait}fetch(key)
"""
_FLOCK = """\
import fcntl


{colour}def save(file, text):
    fcntl.flock(file, fcntl.LOCK_EX)
    file.write({wait}render(text))
    fcntl.flock(file, fcntl.LOCK_UN)
"""

CHECK = Check(
    name="lock-across-await",
    hazards=("H-E1", "H-E2"),
    reason="A second task blocks the loop on the lock that the first, waiting, will never release.",
    find=_find,
    examples=(
        Example(
            "under another name",
            "async def f(self):\n    g()\n",
            "async def f(self):\n    mine = self.lock\n    with mine:\n        await g()\n",
            "held across an await",
        ),
        Example(
            "with a module's lock",
            _BEFORE,
            _HEAD + "async def load(key):\n    with guard:\n        return await fetch(key)\n",
            says="thread lock guard is held across an await",
        ),
        Example(
            "a lock known by its name only",
            "def load(self):\n    with self._lock:\n        return fetch()\n",
            "async def load(self):\n    with self._lock:\n        return await fetch()\n",
            says="thread lock self._lock",
        ),
        Example(
            "acquire and release",
            _HEAD + "def load():\n    guard.acquire()\n    x = fetch()\n    guard.release()\n",
            _HEAD + "async def load():\n    guard.acquire()\n    x = await fetch()\n"
            "    guard.release()\n",
            says="acquired here and held",
        ),
        Example(
            "within a context manager of the project",
            _WITHIN.format(colour="", wait=""),
            _WITHIN.format(colour="async ", wait="await "),
            says="alone() holds the thread lock guard across an await",
        ),
        Example(
            "within one that holds nothing",
            _WITHIN.format(colour="", wait="").replace("with guard:", "if guard:"),
            _WITHIN.format(colour="async ", wait="await ").replace("with guard:", "if guard:"),
        ),
        Example(
            "a lock on a file",
            _FLOCK.format(colour="", wait=""),
            _FLOCK.format(colour="async ", wait="await "),
            says="the thread lock of file is acquired here",
        ),
        Example(
            "a lock between processes",
            "import filelock\n\n\ndef f(k):\n    with filelock.FileLock(k):\n        g(k)\n",
            "import filelock\n\n\nasync def f(k):\n    with filelock.FileLock(k):\n"
            "        await g(k)\n",
            says="held across an await",
        ),
        Example(
            "async for under the lock",
            _BEFORE,
            _HEAD + "async def load(key):\n    with guard:\n        async for x in fetch(key):\n"
            "            return x\n",
            says="thread lock guard",
        ),
        Example(
            "released before the await",
            _BEFORE,
            _HEAD + "async def load(key):\n    with guard:\n        x = key\n"
            "    return await fetch(x)\n",
        ),
        Example(
            "an asyncio lock",
            _BEFORE,
            "import asyncio\n\nguard = asyncio.Lock()\n\n\nasync def load(key):\n"
            "    async with guard:\n        return await fetch(key)\n",
        ),
        Example(
            "a nested function under the lock",
            _BEFORE,
            _HEAD + "async def load(key):\n    with guard:\n        async def later():\n"
            "            await fetch(key)\n    return later\n",
        ),
    ),
)
