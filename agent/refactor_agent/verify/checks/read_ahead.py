"""What was read only as far as it was needed is not read whole."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, changed_functions, own_nodes
from refactor_agent.verify.checks._gathered import is_gathered
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, dotted

__all__ = ["CHECK"]

_Loop = ast.For | ast.AsyncFor
_OPENS = frozenset({"open", "urlopen", "fdopen", "stream", "execute", "scandir", "iterdir", "glob",
                    "rglob", "iglob", "walk", "iter_lines", "iter_content", "iter_bytes",
                    "reader", "DictReader"})  # fmt: skip
"""What gives its items as they are asked for."""


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is not None and any(_as_needed(change.before)):
            yield from _whole(change)


def _whole(change: FunctionChange) -> Iterator[Objection]:
    for loop in _leaving(change.after):
        if is_gathered(change.after, loop):
            message = f"{change.name} read no further than it had to, and reads all of it now"
            yield Objection(message, change.site(loop))


def _as_needed(function: FunctionNode) -> Iterator[_Loop]:
    """Loops that may stop early, over what an open file or the like gives."""
    opened = {name for name, value in _bound(function) if _opens(value)}
    for loop in _leaving(function):
        nodes = [loop.iter, *own_nodes(loop.iter)]
        if any(isinstance(node, ast.Name) and node.id in opened for node in nodes) or any(
            map(_opens, nodes)
        ):
            yield loop


def _leaving(function: FunctionNode) -> Iterator[_Loop]:
    for node in own_nodes(function):
        if isinstance(node, _Loop) and any(
            isinstance(part, ast.Break | ast.Return)
            for line in node.body
            for part in (line, *own_nodes(line))
        ):
            yield node


def _bound(function: FunctionNode) -> Iterator[tuple[str, ast.expr]]:
    for node in own_nodes(function):
        if isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            yield node.optional_vars.id, node.context_expr
        elif isinstance(node, ast.Assign):
            yield from (
                (target.id, node.value) for target in node.targets if isinstance(target, ast.Name)
            )


def _opens(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    last = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)
    return last in _OPENS


_BEFORE = """\
def f(k):
    with open(k) as file:
        for line in file:
            if not line.strip():
                break
            use(line)
"""
_AFTER = """\
async def f(k):
    for line in {}:
        if not line.strip():
            break
        await use(line)
"""

CHECK = Check(
    name="read-ahead",
    hazards=("H-H1", "H-A5"),
    reason="A first line costs as much as the whole file, and a broken one behind it is met.",
    level="doubtful",
    find=_find,
    examples=(
        Example("by a helper", _BEFORE, _AFTER.format("await offload(lines, k)"), "reads all"),
        Example("all of it needed",
                _BEFORE.replace("            if not line.strip():\n                break\n", ""),
                "async def f(k):\n    for line in await offload(lines, k):\n"
                "        await use(line)\n"),
        Example("line by line", _BEFORE,
                _AFTER.format("file").replace("for", "async with open(k) as file:\n     async for")
                .replace("        ", "         ")),
        Example("it was read whole before", _AFTER.format("lines(k)").replace("await ", ""),
                _AFTER.format("await offload(lines, k)")),
    ),
)  # fmt: skip
