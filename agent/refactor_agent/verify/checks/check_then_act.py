"""What was found out about shared state is not acted on after an await."""

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
from refactor_agent.verify.checks._locks import lock_blocks
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_TESTS = (ast.If, ast.While)
_MUTATORS = frozenset(
    {"append", "add", "update", "setdefault", "pop", "remove", "extend", "insert", "discard",
     "clear", "popitem", "appendleft", "popleft"}
)  # fmt: skip


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _races)


def _races(module: Module, function: FunctionNode) -> Iterator[Finding]:
    """An `if` or `while` on shared state, an await under it or after it, then a write to it."""
    nodes = list(own_nodes(function))
    shared = _shared_names(module, function)
    tests = [(node, _tested(node, shared)) for node in nodes if isinstance(node, _TESTS)]
    for node, tested in tests:
        waited = has_await([node.test])
        for later in nodes[nodes.index(node) + 1 :] if tested else ():
            if isinstance(later, ast.Await | ast.AsyncFor | ast.AsyncWith):
                waited = True
            name = _written(later, shared)
            if name not in tested or not (waited or has_await([later])):
                continue
            locks = lock_blocks(module, later)
            if not any(locks & lock_blocks(module, one) for one, names in tests if name in names):
                message = (
                    f"{name} is tested, then an await lets other tasks run, then it is written: "
                    "several tasks may pass the test"
                )
                yield Finding(node, message, f"{name}:{ast.unparse(node.test)}")
                break


def _tested(node: ast.If | ast.While, shared: frozenset[str]) -> set[str]:
    parts = (node.test, *own_nodes(node.test))
    return {name for part in parts if (name := _shared(part, shared))}


def _shared_names(module: Module, function: FunctionNode) -> frozenset[str]:
    """Module-level names that the function does not make its own."""
    top = {
        target.id
        for node in module.tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    declared = {
        name for node in own_nodes(function) if isinstance(node, ast.Global) for name in node.names
    }
    own = {
        node.id
        for node in own_nodes(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return frozenset((top - own) | declared)


def _shared(node: ast.AST, names: frozenset[str]) -> str | None:
    name = dotted(node)
    if name is None:
        return None
    first, _, rest = name.partition(".")
    if first in {"self", "cls"} and rest:
        return f"{first}.{rest.partition('.')[0]}"
    return first if first in names else None


def _written(node: ast.AST, names: frozenset[str]) -> str | None:
    target: ast.AST | None = None
    if isinstance(node, ast.Assign):
        target = node.targets[0]
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        target = node.target
    elif isinstance(node, ast.Delete):
        target = node.targets[0]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        target = node.func.value if node.func.attr in _MUTATORS else None
    while isinstance(target, ast.Subscript):
        target = target.value
    return _shared(target, names) if target is not None else None


_HEAD = "cache = {}\n\n\n"
_BEFORE = (
    _HEAD + "def load(k):\n    if k not in cache:\n        cache[k] = fetch(k)\n"
    "    return cache[k]\n"
)
_AFTER = _BEFORE.replace("def", "async def").replace("= fetch", "= await fetch")
_SELF = (
    "class C:\n    async def get(self):\n        if self.client is None:\n"
    "            self.client = {}\n        return self.client\n"
)
_SAYS = "several tasks may pass the test"

CHECK = Check(
    name="check-then-act",
    hazards=("H-E4",),
    reason="Several tasks pass the test before the first has acted: five loads instead of one.",
    level="doubtful",
    find=_find,
    examples=(
        Example("cache", _BEFORE, _AFTER, _SAYS),
        Example(
            "attribute",
            _SELF.replace("async ", "").format("connect()"),
            _SELF.format("await connect()"),
            _SAYS,
        ),
        Example(
            "written after the block",
            _HEAD + "def f(k):\n    if k in cache:\n        return\n    v = g(k)\n"
            "    cache[k] = v\n",
            _HEAD + "async def f(k):\n    if k in cache:\n        return\n    v = await g(k)\n"
            "    cache[k] = v\n",
            _SAYS,
        ),
        Example(
            "under a lock",
            _BEFORE,
            _HEAD + "async def load(k):\n    async with guard:\n        if k not in cache:\n"
            "            cache[k] = await fetch(k)\n    return cache[k]\n",
        ),
        Example(
            "tested again under a lock",
            _BEFORE,
            _HEAD + "async def load(k):\n    if k not in cache:\n        async with guard:\n"
            "            if k not in cache:\n                cache[k] = await fetch(k)\n"
            "    return cache[k]\n",
        ),
        Example(
            "tested under a lock, and written under it again",
            _BEFORE,
            _HEAD + "async def load(k):\n    async with guard:\n        if k in cache:\n"
            "            return cache[k]\n    v = await fetch(k)\n    async with guard:\n"
            "        cache[k] = v\n    return v\n",
            _SAYS,
        ),
        Example(
            "within what is no lock",
            _BEFORE,
            _HEAD + "async def load(k):\n    async with connect() as c:\n"
            "        if k not in cache:\n            cache[k] = await c.fetch(k)\n"
            "    return cache[k]\n",
            _SAYS,
        ),
        Example(
            "a local cache",
            "def load(k):\n    cache = {}\n    if k not in cache:\n        cache[k] = f(k)\n",
            "async def load(k):\n    cache = {}\n    if k not in cache:\n"
            "        cache[k] = await f(k)\n",
        ),
        Example(
            "no await between",
            _BEFORE,
            _HEAD + "async def load(k):\n    v = await fetch(k)\n    if k not in cache:\n"
            "        cache[k] = v\n    return cache[k]\n",
        ),
        Example("it was so before", _AFTER, _AFTER + "    # more\n"),
    ),
)
