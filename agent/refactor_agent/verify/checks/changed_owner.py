"""What an object is asked for is not taken from its class, or from another."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_functions
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is None:
            continue
        was, now = set(_read(change.before)), set(_read(change.after))
        for owner, name in sorted(now - was):
            if owner != "self" and ("self", name) in was - now:
                message = f"{change.name}: {owner}.{name} is read where self.{name} was"
                yield Objection(message, change.site(change.after))


def _read(function: FunctionNode) -> Iterator[tuple[str, str]]:
    """Attributes that are read, with the name that they are of."""
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr


_BEFORE = "class A:\n    grace = 1\n\n    def f(self):\n        time.sleep(self.grace)\n"
_AFTER = _BEFORE.replace("def", "async def").replace("time.", "await asyncio.")

CHECK = Check(
    name="changed-owner",
    hazards=("H-C9",),
    reason="An instance or a subclass that has its own is not asked.",
    level="doubtful",
    find=_find,
    examples=(
        Example("of the class", _BEFORE, _AFTER.replace("self.grace", "A.grace"),
                "A.grace is read where self.grace was"),
        Example("its own", _BEFORE, _AFTER),
        Example("by a name", _BEFORE,
                _AFTER.replace("await", "pause = self.grace\n        await")
                .replace("sleep(self.grace)", "sleep(pause)")),
    ),
)  # fmt: skip
