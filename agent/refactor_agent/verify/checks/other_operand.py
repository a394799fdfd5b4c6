"""What a test asks of is the value it was, and not what was made of it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from refactor_agent.verify.checks._acts import sync_function
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_by_model
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["CHECK"]

_SAME = frozenset({"decode", "encode"})
"""As empty as what they are asked of: the pipes of asyncio give bytes."""


def _find(context: Context) -> Iterator[Objection]:
    for change, before, _ in changed_by_model(context):
        yield from _others(change, before)


def _others(change: FunctionChange, before: FunctionNode) -> Iterator[Objection]:
    was, now = sync_function(before), sync_function(change.after)
    asked, old, new = _asked(was) & _asked(now), _bound(was), _bound(now)
    for name in sorted(asked & old.keys() & new.keys()):
        for value in sorted(old[name] - new[name]):
            for other in sorted(new[name] - old[name]):
                if _made_of(value, other) or _made_of(other, value):
                    message = f"`{name}` is tested, and was `{value}`, and is `{other}` now"
                    yield Objection(f"{change.name}: {message}", change.site(change.after))


def _asked(function: ast.FunctionDef) -> frozenset[str]:
    """The names that tests ask of."""
    return frozenset(
        part.id
        for node in ast.walk(function)
        if isinstance(node, ast.If | ast.While | ast.IfExp)
        for part in ast.walk(node.test)
        if isinstance(part, ast.Name)
    )


def _bound(function: ast.FunctionDef) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for node in ast.walk(function):
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.NamedExpr):
            targets = [node.target]
        if isinstance(node, ast.Assign | ast.NamedExpr):
            for target in targets:
                if isinstance(target, ast.Name):
                    found[target.id].add(ast.unparse(node.value))
    return found


def _made_of(value: str, other: str) -> bool:
    """``other`` is what methods make of ``value``."""
    node, made = ast.parse(other, mode="eval").body, False
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        made = made or node.func.attr not in _SAME
        node = node.func.value
        if ast.unparse(node) == value:
            return made
    return False


def _model(title: str, before: str, after: str, says: str = "") -> Example:
    return Example(title, before, after, says, by="model")


_BEFORE = (
    "def f(file):\n    while True:\n        line = file.readline()\n        if not line:\n"
    "            return\n        use(line.rstrip())\n"
)
_AFTER = _BEFORE.replace("def", "async def").replace("= file", "= await file")
_BARE = _AFTER.replace("await file.readline()", "(await file.readline()).rstrip()")


CHECK = Check(
    name="other-operand",
    hazards=("H-F4", "H-H1"),
    reason="A blank line is no end of a file: the same test of a value that was cut or cleaned "
    "first decides otherwise.",
    level="doubtful",
    find=_find,
    examples=(
        _model("cut before it is tested", _BEFORE, _BARE.replace("line.rstrip()", "line"),
                "`line` is tested, and was `file.readline()`"),
        _model("cut after it is tested",
                "def f(q):\n    text = q.get().strip()\n    if text:\n        use(text)\n",
                "async def f(q):\n    text = await q.get()\n    if text:\n"
                "        use(text.strip())\n",
                "is `q.get()` now"),
        _model("the same", _BEFORE, _AFTER),
        _model("bytes of a pipe", _BEFORE, _AFTER.replace("await file.readline()",
                "(await file.readline()).decode()")),
    ),
)  # fmt: skip
