"""What was done item by item is not done in rounds."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_functions
from refactor_agent.verify.checks._sync_form import sync_form
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is None:
            continue
        old = _iterated(change.before)
        for text, count in _iterated(change.after).items():
            if 0 < old[text] < count:
                message = (
                    f"{change.name}: {text} is iterated {count} times and was {old[text]}: what "
                    "was done for one item before the next now comes in another order"
                )
                yield Objection(message, change.site(change.after))


def _iterated(function: FunctionNode) -> Counter[str]:
    return Counter(
        sync_form(node.iter)
        for node in ast.walk(function)
        if isinstance(node, ast.For | ast.AsyncFor | ast.comprehension)
        if isinstance(node.iter, ast.Name | ast.Attribute)
    )


_BEFORE = "def f(xs):\n    for x in xs:\n        g(x)\n        h(x)\n"

CHECK = Check(
    name="split-loop",
    hazards=("H-F1",),
    reason="Side effects come in another order, and an error leaves another half done.",
    level="doubtful",
    find=_find,
    examples=(
        Example(
            "two rounds",
            _BEFORE,
            "async def f(xs):\n    for x in xs:\n        await g(x)\n"
            "    for x in xs:\n        await h(x)\n",
            "in another order",
        ),
        Example(
            "one round",
            _BEFORE,
            "async def f(xs):\n    for x in xs:\n        await g(x)\n        await h(x)\n",
        ),
    ),
)
