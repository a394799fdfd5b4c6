"""Nothing is done to what a function works with that was not done to it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from refactor_agent.verify.checks._acts import sync_function
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_by_model
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_TELLING = frozenset({"acquire", "release", "seek", "truncate", "clear", "pop", "remove", "reset"})
"""Methods that move, empty or hand over what they are called of."""


def _find(context: Context) -> Iterator[Objection]:
    for change, before, module in changed_by_model(context):
        yield from _added(change, before, module)


def _added(change: FunctionChange, before: FunctionNode, module: Module) -> Iterator[Objection]:
    was, now = sync_function(before), sync_function(change.after)
    known, done = _worked_with(was), _done(was)
    for owner, method in sorted(_done(now) - done):
        if method in _TELLING and owner in known and owner not in module.imported:
            message = f"{owner}.{method}() is called now, and was not before"
            yield Objection(f"{change.name}: {message}", change.site(change.after))
    old, new = _set(was), _set(now)
    for target in sorted(new.keys() & known):
        if new[target] > old[target]:
            message = f"{target} is set in {new[target]} places, and was in {old[target]}"
            yield Objection(f"{change.name}: {message}", change.site(change.after))


def _set(function: ast.FunctionDef) -> Counter[str]:
    """How often each attribute is given a value, or one of its items is."""
    found: Counter[str] = Counter()
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            target = node.value if isinstance(node, ast.Subscript) else node
            if isinstance(target, ast.Attribute):
                found[dotted(target) or ""] += 1
    return found


def _worked_with(function: ast.FunctionDef) -> frozenset[str]:
    """The names and attributes that a function reads."""
    named = (node for node in ast.walk(function) if isinstance(node, ast.Name | ast.Attribute))
    return frozenset(dotted(node) or "" for node in named)


def _done(function: ast.FunctionDef) -> frozenset[tuple[str, str]]:
    """What is called for its effect: of what, and which method."""
    calls = (
        node.value.func
        for node in ast.walk(function)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    )
    return frozenset(
        (dotted(called.value) or "", called.attr)
        for called in calls
        if isinstance(called, ast.Attribute)
    )


def _model(title: str, before: str, after: str, says: str = "") -> Example:
    return Example(title, before, after, says, by="model")


_BEFORE = (
    "class A:\n    async def f(self, k):\n        async with self.turn:\n            g(k)\n"
    "            self.n = k.read()\n"
)
_AFTER = _BEFORE.replace(" g(k)", " await g(k)")
_GIVEN_BACK = "self.turn.release()\n            await g(k)\n            await self.turn.acquire()"


CHECK = Check(
    name="added-act",
    hazards=("H-E4", "H-H1"),
    reason="A lock given back for the time of a wait, a file wound back, a container emptied: "
    "what others rely on is no longer so.",
    level="doubtful",
    find=_find,
    examples=(
        _model("a lock given back while it waits", _BEFORE,
                _AFTER.replace("await g(k)", _GIVEN_BACK), "self.turn.release() is called now"),
        _model("wound back", _BEFORE,
                _AFTER.replace("await g(k)", "await g(k)\n            k.seek(0)"),
                "k.seek() is called now"),
        _model("set once more", _BEFORE,
                _AFTER.replace("await g(k)", "await g(k)\n            self.n = 1"),
                "self.n is set in 2 places, and was in 1"),
        _model("the same", _BEFORE, _AFTER),
        _model("of a thing of its own", _BEFORE,
                _AFTER.replace("await g(k)", "turn = gate()\n            await turn.acquire()\n"
                               "            await g(k)\n            turn.release()")),
    ),
)  # fmt: skip
