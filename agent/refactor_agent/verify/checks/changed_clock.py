"""One clock measures one time."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions, own_nodes
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_CLOCKS = frozenset(
    {"time.time", "time.monotonic", "time.perf_counter", "time.process_time", "time.thread_time",
     "time.time_ns", "time.monotonic_ns", "time.perf_counter_ns"}
)  # fmt: skip
_LOOP = "the loop's time()"


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is not None and change.module_before is not None:
            yield from _mixed(change, _read(change.module_before, change.before))


def _mixed(change: FunctionChange, before: frozenset[str]) -> Iterator[Objection]:
    now = _read(change.module_after, change.after)
    fresh = now - before
    if before and fresh:
        message = (
            f"{change.name}: {', '.join(sorted(fresh))} is read where {', '.join(sorted(before))} "
            "was: clocks do not start together, and a time of one means nothing to another"
        )
        yield Objection(message, change.site(change.after))


def _read(module: Module, function: FunctionNode) -> frozenset[str]:
    """The clocks that a function reads, those of its nested functions left out."""
    found = set()
    for node in own_nodes(function):
        if isinstance(node, ast.Call):
            name = module.qualified(node.func) or ""
            if name in _CLOCKS:
                found.add(name)
            elif isinstance(node.func, ast.Attribute) and _is_loops(node.func):
                found.add(_LOOP)
    return frozenset(found)


def _is_loops(function: ast.Attribute) -> bool:
    owner = ast.unparse(function.value)
    return function.attr == "time" and owner.endswith(("loop()", "loop"))


_BEFORE = """\
import time


def poll(k, patience):
    end = time.time() + patience
    while time.time() < end:
        ask(k)
"""
_AFTER = _BEFORE.replace("def", "async def").replace("ask(k)", "await ask(k)")
_LOOPS = "asyncio.get_running_loop().time()"

CHECK = Check(
    name="changed-clock",
    hazards=("H-G4",),
    reason="A deadline of one clock, looked at with another, is over at once or never.",
    find=_find,
    examples=(
        Example("in the loop", _BEFORE, _AFTER.replace("while time.time()", f"while {_LOOPS}"),
                "clocks do not start together"),
        Example("another of time's", _BEFORE,
                _AFTER.replace("end = time.time", "end = time.monotonic"),
                "time.monotonic is read"),
        Example("the same clock", _BEFORE, _AFTER),
        Example("no clock before", "def f(k):\n    ask(k)\n",
                "import time\n\n\nasync def f(k):\n    s = time.monotonic()\n    await ask(k)\n"),
    ),
)  # fmt: skip
