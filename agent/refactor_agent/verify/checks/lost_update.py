"""No value is read before an await and written after it in one statement."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import (
    Finding,
    fresh_findings,
    has_await,
    own_nodes,
)
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _updates)


def _updates(_module: Module, function: FunctionNode) -> Iterator[Finding]:
    shared = _declared(function)
    for node in own_nodes(function):
        if isinstance(node, ast.AugAssign) and has_await([node.value]):
            target: ast.expr = node.target
        elif isinstance(node, ast.Assign) and _reads_then_awaits(node):
            target = node.targets[0]
        else:
            continue
        if _is_shared(target, shared):
            name = ast.unparse(target)
            message = (
                f"{name} is read before the await and written after it, so that what another "
                "task adds meanwhile is lost; await into a local name first"
            )
            yield Finding(node, message, ast.unparse(node))


def _reads_then_awaits(node: ast.Assign) -> bool:
    """`x = x + await f()`; in `x = await f() + x` the read comes after the await."""
    target = ast.unparse(node.targets[0])
    waiting = False
    reading = False
    for part in (node.value, *own_nodes(node.value)):
        if isinstance(part, ast.Await):
            waiting = waiting or reading
        elif isinstance(part, ast.expr) and ast.unparse(part) == target:
            reading = True
    return waiting and reading


def _declared(function: FunctionNode) -> frozenset[str]:
    names = [
        node.names for node in own_nodes(function) if isinstance(node, ast.Global | ast.Nonlocal)
    ]
    return frozenset(name for group in names for name in group)


def _is_shared(target: ast.expr, declared: frozenset[str]) -> bool:
    if isinstance(target, ast.Name):
        return target.id in declared
    return isinstance(target, ast.Attribute | ast.Subscript)


def _body(line: str, colour: str = "async ") -> str:
    return f"{colour}def add(self):\n    global total\n    {line}\n"


_SAYS = "is read before the await"

CHECK = Check(
    name="lost-update",
    hazards=("H-E5",),
    reason="Tasks overwrite each other's result: of ten additions one survives.",
    find=_find,
    examples=(
        Example("attribute", _body("self.n += f()", ""), _body("self.n += await f()"), _SAYS),
        Example("global", _body("total += f()", ""), _body("total += await f()"), _SAYS),
        Example("item", _body("d[k] += f()", ""), _body("d[k] += (await f()).n"), _SAYS),
        Example(
            "written out",
            _body("self.n = self.n + f()", ""),
            _body("self.n = self.n + await f()"),
            _SAYS,
        ),
        Example("local", _body("n += f()", ""), _body("n += await f()")),
        Example(
            "hoisted", _body("self.n += f()", ""), _body("more = await f()\n    self.n += more")
        ),
        Example(
            "read after the await",
            _body("self.n = f() + self.n", ""),
            _body("self.n = await f() + self.n"),
        ),
        Example(
            "it was so before", _body("self.n += await f()"), _body("self.n += await f()\n    g()")
        ),
    ),
)
