"""What must happen whatever happens still stands in `finally`, and handlers catch no more."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange
from refactor_agent.verify.checks._twins import with_originals
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, dotted

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for change, before in with_originals(context):
        yield from _cleanup(change, before)
        yield from _handlers(change, before)


def _cleanup(change: FunctionChange, before: FunctionNode) -> Iterator[Objection]:
    """A `finally` may become a `with`, because a manager may do the same."""
    if _guards(change.after) < _guards(before):
        message = (
            f"{change.name}: what ran in `finally` or on leaving a `with` no longer does; a "
            "cancelled task skips it"
        )
        yield Objection(message, change.site(change.after))


def _guards(function: FunctionNode) -> int:
    return sum(
        isinstance(node, ast.With | ast.AsyncWith)
        or (isinstance(node, ast.Try | ast.TryStar) and bool(node.finalbody))
        for node in ast.walk(function)
    )


def _handlers(change: FunctionChange, before: FunctionNode) -> Iterator[Objection]:
    """One exception may stand for another, and cancellation may be raised again."""
    old, new = _caught(before), _caught(change.after)
    if not old - new:
        for name in new - old:
            message = f"{change.name}: {name} is caught now, and was not before"
            yield Objection(message, change.site(change.after))


def _caught(function: FunctionNode) -> Counter[str]:
    found: Counter[str] = Counter()
    for node in ast.walk(function):
        if isinstance(node, ast.ExceptHandler):
            if not isinstance(node.body[-1], ast.Raise):
                found.update(_names(node.type))
        elif isinstance(node, ast.Call) and (dotted(node.func) or "").endswith("suppress"):
            found.update(name for argument in node.args for name in _names(argument))
    return found


def _names(caught: ast.expr | None) -> list[str]:
    if caught is None:
        return ["everything"]
    parts = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return [ast.unparse(part) for part in parts]


_BEFORE = "def f():\n    try:\n        g()\n    except KeyError:\n        pass\n"
_FINALLY = "def f():\n    try:\n        g()\n    finally:\n        h()\n"


def _after(text: str) -> str:
    return text.replace("def f", "async def f").replace("g()", "await g()")


CHECK = Check(
    name="moved-cleanup",
    hazards=("H-G1", "H-G5"),
    reason="Cancellation is no Exception: only `finally` and `with` see it.",
    level="doubtful",
    find=_find,
    examples=(
        Example("after", _FINALLY, "async def f():\n    await g()\n    h()\n", "no longer does"),
        Example(
            "in a handler",
            _FINALLY,
            _after(_FINALLY.replace("finally:", "except Exception:")),
            "no longer does",
        ),
        Example(
            "caught besides",
            _BEFORE,
            _after(_BEFORE.replace("KeyError", "(KeyError, OSError)")),
            "OSError is caught now",
        ),
        Example("kept", _FINALLY, _after(_FINALLY)),
        Example("another library's", _BEFORE, _after(_BEFORE.replace("KeyError", "OSError"))),
        Example(
            "cancellation raised again",
            _BEFORE,
            _after(_BEFORE).replace(
                "    except", "    except asyncio.CancelledError:\n        raise\n    except"
            ),
        ),
    ),
)
