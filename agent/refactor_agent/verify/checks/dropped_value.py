"""What a function computed with, it still computes with."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from refactor_agent.verify.checks._answers import spelled_otherwise
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_functions
from refactor_agent.verify.checks._patches import patch_targets
from refactor_agent.verify.checks._twins import hand_made_original
from refactor_agent.verify.checks._whole_files import whole_files
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_CONSUMERS = frozenset({"list", "tuple", "set", "dict", "next", "iter"})
"""Builtins that an async comprehension or loop takes the place of."""


def _find(context: Context) -> Iterator[Objection]:
    twins, whole = dict(_twins(context)), whole_files(context)
    by_model = any(change.proposal.author.kind == "model" for change in context.changes)
    for change in changed_functions(context):
        before = change.before or (hand_made_original(change) if by_model else None)
        if before is None or change.module_before is None:
            continue
        now = _values(change.module_after, change.after)
        if _reads_stream(change.after):
            now.update(_CONSUMERS)
        now.update(twins[name] for name in tuple(now) if name in twins)
        moved: set[str] = set()
        if change.file in whole:
            moved = {repr(target.value) for target in patch_targets(before)}
            if before.name.startswith("test"):
                moved.update(spelled_otherwise(change.after))
        for value in _values(change.module_before, before):
            if value not in now and value not in moved:
                message = f"{change.name}: {value} was used there, and is no more"
                yield Objection(message, change.site(change.after))


def _twins(context: Context) -> Iterator[tuple[str, str]]:
    """Give the planned twins with the names of their originals: one is used for the other."""
    for change in context.changes:
        for colour in change.attempt.colours if change.attempt else ():
            if colour.mode == "twin":
                yield colour.new_name, colour.function.name.rpartition(".")[2]


def _values(module: Module, function: FunctionNode) -> Counter[str]:
    """Names that are read and constants, but for imports, docstrings and flags."""
    bare = {id(n.value) for n in ast.walk(function) if isinstance(n, ast.Expr)}
    found: Counter[str] = Counter()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            if node.id not in module.imported:
                found[node.id] += 1
        elif isinstance(node, ast.Constant) and id(node) not in bare and _counts(node.value):
            found[repr(node.value)] += 1
    return found


def _reads_stream(function: FunctionNode) -> bool:
    return any(
        isinstance(node, ast.AsyncFor) or (isinstance(node, ast.comprehension) and node.is_async)
        for node in ast.walk(function)
    )


def _counts(value: object) -> bool:
    return value is not None and not isinstance(value, bool) and value != Ellipsis


_BEFORE = "import time\n\n\ndef f(delay):\n    time.sleep(delay * 2)\n    return 'done'\n"

_TWIN = "\n\nasync def f_async(delay):\n    await asyncio.sleep({})\n    return 'done'\n"


def _after(body: str) -> str:
    return f"import asyncio\n\n\nasync def f(delay):\n    {body}\n"


CHECK = Check(
    name="dropped-value",
    hazards=("H-R15", "H-S1", "H-X11"),
    reason="A conversion that passes the tests by doing less is not one.",
    level="doubtful",
    find=_find,
    examples=(
        Example(
            "no work",
            _BEFORE,
            _after("await asyncio.sleep(0)\n    return 'done'"),
            "delay was used there",
        ),
        Example(
            "result",
            _BEFORE,
            _after("await asyncio.sleep(delay * 2)\n    return ''"),
            "'done' was used there",
        ),
        Example(
            "a stream read by a comprehension",
            "def f(k):\n    return list(read(k))\n",
            "async def f(k):\n    return [x async for x in read(k)]\n",
        ),
        Example(
            "a twin that does less",
            _BEFORE,
            "import asyncio\n" + _BEFORE + _TWIN.format("0"),
            "delay was used there",
            by="model",
        ),
        Example(
            "a twin that does the same",
            _BEFORE,
            "import asyncio\n" + _BEFORE + _TWIN.format("delay * 2"),
            by="model",
        ),
        Example("kept", _BEFORE, _after("await asyncio.sleep(delay * 2)\n    return 'done'")),
    ),
)
