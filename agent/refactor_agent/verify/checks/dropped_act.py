"""What a function calls for its effect it still calls, in as many places."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from refactor_agent.verify.checks._acts import GROWS, sync_function
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_by_model
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_SELF = frozenset({"self", "cls"})
_ENDS = frozenset({"acquire", "release", "close"})
"""What `with` does as well."""


def _find(context: Context) -> Iterator[Objection]:
    for change, before, module in changed_by_model(context):
        yield from _dropped(change, before, module)


def _dropped(change: FunctionChange, before: FunctionNode, module: Module) -> Iterator[Objection]:
    was, now = _named(before), _named(change.after)
    all_was, all_now = _named(module.tree), _named(change.module_after.tree)
    replaced = bool(_called(change.after) - _called(before))
    managed = _managers(change.after) > _managers(before)
    for name, is_own in sorted(_told(before, _functions(module))):
        fewer = now[name] < was[name] and all_now[name] < all_was[name]  # else in a helper now
        if fewer and (is_own or not replaced) and not (managed and name in _ENDS):
            message = f"`{name}` was called in {was[name]} places, and is in {now[name]}"
            yield Objection(f"{change.name}: {message}", change.site(change.after))


def _told(function: FunctionNode, known: frozenset[str]) -> frozenset[tuple[str, bool]]:
    """What is called for what it does, and whether it is the project's own."""
    found = set()
    for node in ast.walk(sync_function(function)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = node.value.func
            if isinstance(called, ast.Name):
                found.add((_bare(called.id), called.id in known))
            elif (
                isinstance(called, ast.Attribute) and called.attr not in GROWS
            ):  # comprehensions do as well
                found.add((_bare(called.attr), dotted(called.value) in _SELF))
    return frozenset(found)


def _managers(function: FunctionNode) -> int:
    return sum(isinstance(node, ast.withitem) for node in ast.walk(function))


def _called(function: FunctionNode) -> frozenset[str]:
    """The last names of what is called, but for the function's own helpers."""
    sync = sync_function(function)
    helpers = {node.name for node in ast.walk(sync) if isinstance(node, ast.FunctionDef)}
    calls = (node.func for node in ast.walk(sync) if isinstance(node, ast.Call))
    names = ((dotted(called) or "").rpartition(".")[2] for called in calls)
    return frozenset(_bare(name) for name in names if name) - helpers


def _functions(module: Module) -> frozenset[str]:
    return frozenset(
        node.name
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def _named(tree: ast.AST) -> Counter[str]:
    """How often each name is read, called or handed on, without what says that it is async."""
    found: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            found[_bare(node.attr)] += 1
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found[_bare(node.id)] += 1
    return found


def _bare(name: str) -> str:
    return name.replace("async_", "").removesuffix("_async")


def _model(title: str, before: str, after: str, says: str = "") -> Example:
    return Example(title, before, after, says, by="model")


_BEFORE = (
    "class A:\n    def f(self, k):\n        self.fill()\n        while self.left < k:\n"
    "            wait(k)\n            self.fill()\n"
)
_AFTER = _BEFORE.replace("def", "async def").replace("wait", "await wait")
_NOTE = "def note(k): ...\n\n\n"
_NOTED = _NOTE + "def f(k):\n    note(k)\n    send(k)\n"


CHECK = Check(
    name="dropped-act",
    hazards=("H-X7", "H-S6"),
    reason="What is called for its effect leaves no value behind that a test would miss.",
    level="doubtful",
    find=_find,
    examples=(
        _model("once for twice", _BEFORE, _AFTER.replace("        self.fill()\n", "", 1),
                "`fill` was called in 2 places, and is in 1"),
        _model("guessed in its place", _BEFORE,
                _AFTER.replace("            self.fill()\n", "            self.left = k\n"),
                "`fill` was called in 2 places, and is in 1"),
        _model("not at all", _NOTED, _NOTE + "async def f(k):\n    await send(k)\n",
                "`note` was called in 1 places, and is in 0"),
        _model("another's, and nothing in its place",
                "def f(self, k):\n    self.db.put(k)\n    self.db.commit()\n",
                "async def f(self, k):\n    await offload(self.db.put, k)\n",
                "`commit` was called in 1 places, and is in 0"),
        _model("another's, and something in its place",
                "def f(self, k):\n    self.db.put(k)\n    self.db.commit()\n",
                "async def f(self, k):\n    async with self.db.begin():\n"
                "        await self.db.put(k)\n"),
        _model("opened and not shut", "def f(at):\n    connect(at).close()\n",
                "async def f(at):\n    await offload(connect, at)\n",
                "`close` was called in 1 places, and is in 0"),
        _model("shut by with", "def f(k):\n    got = connect(k)\n    use(got)\n    got.close()\n",
                "async def f(k):\n    async with connect(k) as got:\n        await use(got)\n"),
        _model("the same", _BEFORE, _AFTER),
        _model("on a thread", _BEFORE, "import asyncio\n\n\n"
                + _AFTER.replace("self.fill()", "await asyncio.to_thread(self.fill)")),
        _model("by a helper of its own", _NOTED, _NOTED.replace("def f(", "def both(")
                + "\n\nasync def f(k):\n    await offload(both, k)\n"),
    ),
)  # fmt: skip
