"""What chose among others still chooses by the same key."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_functions
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]

_CHOOSE = frozenset({"max", "min", "sorted", "sort", "nlargest", "nsmallest", "groupby"})


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is None:
            continue
        was, now = _chosen(change.before), _chosen(change.after)
        for name in sorted(name for name, keyed in was if keyed):
            lost = now[name, True] < was[name, True]
            if lost and now[name, False] > was[name, False]:
                message = (
                    f"{change.name}: {name} went by a key, and goes by all of each item now: of "
                    "two alike it gives another one"
                )
                yield Objection(message, change.site(change.after))


def _chosen(function: FunctionNode) -> Counter[tuple[str, bool]]:
    """How often each is called, with a key and without; on a thread too."""
    found: Counter[tuple[str, bool]] = Counter()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            for part in (node.func, *node.args[:2]):
                name = part.attr if isinstance(part, ast.Attribute) else getattr(part, "id", "")
                if name in _CHOOSE:
                    keyed = any(word.arg == "key" for word in node.keywords)
                    found[name, keyed] += 1
                    break
    return found


_BEFORE = "def f(names):\n    return max(names, key=size)\n"

CHECK = Check(
    name="lost-key",
    hazards=("H-A5", "H-D5"),
    reason="Where two are alike another one is chosen, and no test has two that are alike.",
    level="doubtful",
    find=_find,
    examples=(
        Example("pairs", _BEFORE, "async def f(names):\n"
                "    pairs = [(await size(name), name) for name in names]\n"
                "    return max(pairs)[1]\n", "went by a key"),
        Example("on a thread", _BEFORE,
                "async def f(names):\n    return await offload(max, names, key=size)\n"),
        Example("by what was found before", _BEFORE, "async def f(names):\n"
                "    sizes = {name: await size(name) for name in names}\n"
                "    return max(names, key=sizes.get)\n"),
    ),
)  # fmt: skip
