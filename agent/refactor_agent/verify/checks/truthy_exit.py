"""Leaving a block does not begin to swallow exceptions."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]

_EXITS = {"__exit__": "__exit__", "__aexit__": "__exit__"}


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.after.name in _EXITS and _gives(change.after) and not _gave(change):
            message = (
                f"{change.name} gives a value now: where it is true, every exception raised in "
                "the block is swallowed"
            )
            yield Objection(message, change.site(change.after))


def _gave(change: FunctionChange) -> bool:
    """Whether it did before, under either name."""
    before = change.before
    if before is None and change.module_before is not None:
        owner, _, last = change.name.rpartition(".")
        before = change.module_before.functions.get(f"{owner}.{_EXITS[last]}")
    return before is not None and _gives(before)


def _gives(function: FunctionNode) -> bool:
    """Whether it may give anything but None and False."""
    return any(
        isinstance(node, ast.Return) and node.value is not None and not _is_false(node.value)
        for node in own_nodes(function)
    )


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and not value.value


def _method(name: str, body: str, colour: str = "async ") -> str:
    return f"class C:\n    {colour}def {name}(self, *error):\n        {body}\n"


CHECK = Check(
    name="truthy-exit",
    hazards=("H-C4",),
    reason="A `with` whose exit gives a true value swallows every exception.",
    find=_find,
    examples=(
        Example(
            "the result of closing",
            _method("__exit__", "self.close()", ""),
            _method("__aexit__", "return await self.close()"),
            "is swallowed",
        ),
        Example(
            "an exit that was async",
            _method("__aexit__", "self.close()"),
            _method("__aexit__", "return await offload(self.close)"),
            "is swallowed",
        ),
        Example(
            "nothing given",
            _method("__exit__", "self.close()", ""),
            _method("__aexit__", "await self.close()"),
        ),
        Example(
            "it gave one before",
            _method("__exit__", "return self.close()", ""),
            _method("__aexit__", "return await self.close()"),
        ),
    ),
)
