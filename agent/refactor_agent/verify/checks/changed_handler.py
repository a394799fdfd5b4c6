"""A handler catches what it caught: no kin of it, narrower or wider."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is not None and change.module_before is not None:
            old = _caught(change.module_before, change.before)
            yield from _exchanged(change, old, _caught(change.module_after, change.after))


def _exchanged(
    change: FunctionChange, old: frozenset[str], new: frozenset[str]
) -> Iterator[Objection]:
    kept = {_last(name) for name in old} & {_last(name) for name in new}
    gone = sorted(name for name in old if _last(name) not in kept)
    fresh = sorted(name for name in new if _last(name) not in kept)
    for was in gone:
        kin = [now for now in fresh if _are_kin(was, now)]
        if kin:
            message = f"{change.name}: {was} was caught, and {', '.join(kin)} is in its place"
            yield Objection(message, change.site(change.after))
        elif not fresh and "." in was and any(_are_kin(was, now) for now in new):
            message = f"{change.name}: {was} was caught, and no longer is"
            yield Objection(message, change.site(change.after))


def _are_kin(one: str, other: str) -> bool:
    """Of one library, or one of Python's own that is a kind of the other."""
    if "." in one or "." in other:
        return one.partition(".")[0] == other.partition(".")[0]
    left, right = getattr(builtins, one, None), getattr(builtins, other, None)
    if not isinstance(left, type) or not isinstance(right, type):
        return False
    return issubclass(left, right) or issubclass(right, left)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _caught(module: Module, function: FunctionNode) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            parts = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            found.update(module.qualified(part) or "" for part in parts)
    return frozenset(found - {""})


_HEAD = "import queue\nimport subprocess\n\nimport httpx\nimport requests\n\n\n"
_BEFORE = (
    _HEAD + "def f(k):\n    try:\n        return get(k)\n    except {}:\n        return None\n"
)


def _example(title: str, was: str, now: str, says: str = "") -> Example:
    after = _BEFORE.replace("def f", "async def f").replace("get(k)", "await get(k)")
    return Example(title, _BEFORE.format(was), after.format(now), says)


CHECK = Check(
    name="changed-handler",
    hazards=("H-G5",),
    reason="Errors that were met now go elsewhere, or others are met as if they were those.",
    level="doubtful",
    find=_find,
    examples=(
        _example("narrower", "(httpx.TransportError, KeyError)", "(httpx.ConnectError, KeyError)",
                 "httpx.TransportError was caught, and httpx.ConnectError is in its place"),
        _example("wider", "subprocess.CalledProcessError", "subprocess.SubprocessError",
                 "subprocess.SubprocessError is in its place"),
        _example("wider, of Python's own", "FileNotFoundError", "OSError", "OSError is in its"),
        _example("one of two", "(httpx.TransportError, httpx.HTTPStatusError)",
                 "httpx.HTTPStatusError", "and no longer is"),
        _example("another library's", "requests.ConnectionError", "httpx.ConnectError"),
        _example("of another kind", "queue.Empty", "asyncio.QueueEmpty"),
        _example("the same", "(httpx.ReadError, KeyError)", "(KeyError, httpx.ReadError)"),
    ),
)  # fmt: skip
