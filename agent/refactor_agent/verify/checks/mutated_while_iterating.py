"""A shared collection is not iterated across an await."""

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
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["CHECK"]

_VIEWS = frozenset({"items", "values", "keys"})
_MUTATORS = frozenset(
    {"append", "add", "update", "setdefault", "pop", "remove", "extend", "insert", "discard",
     "clear", "popitem", "appendleft", "popleft"}
)  # fmt: skip


def _find(context: Context) -> Iterator[Objection]:
    return fresh_findings(context, _iterating)


def _iterating(module: Module, function: FunctionNode) -> Iterator[Finding]:
    for node in own_nodes(function):
        iterated = _iterated(node)
        if iterated is None or not isinstance(node, ast.expr | ast.stmt):
            continue
        name = _collection(iterated)
        if name is not None and _is_changed_elsewhere(module, function, name):
            message = (
                f"{name} is iterated across an await, and other code changes it meanwhile; "
                "iterate over a copy"
            )
            yield Finding(node, message, name)


def _iterated(node: ast.AST) -> ast.expr | None:
    """What a loop or comprehension goes over, where it awaits on the way."""
    if isinstance(node, ast.For):
        return node.iter if has_await(node.body) else None
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        first, *others = node.generators
        parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        return first.iter if has_await([*parts, *first.ifs, *others]) else None
    return None


def _collection(iterated: ast.expr) -> str | None:
    """``self.items`` or a module's name, with or without a view of it."""
    if isinstance(iterated, ast.Call):
        called = iterated.func
        if not isinstance(called, ast.Attribute) or called.attr not in _VIEWS:
            return None
        iterated = called.value
    return dotted(iterated)


def _is_changed_elsewhere(module: Module, function: FunctionNode, name: str) -> bool:
    inside = set(ast.walk(function))
    own = {node.id for node in inside if isinstance(node, ast.Name) and _is_store(node)}
    if name.partition(".")[0] in own | {argument.arg for argument in function.args.args} - {"self"}:
        return False
    for node in ast.walk(module.tree):
        if node not in inside and module.function_of(node) and name in _changes(node):
            return True
    return False


def _changes(node: ast.AST) -> tuple[str | None, ...]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return (dotted(node.func.value),) if node.func.attr in _MUTATORS else ()
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        return (dotted(node.value),)
    return ()


def _is_store(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _class(loop: str, other: str = "self.jobs.append(1)", colour: str = "async ") -> str:
    return (
        f"class C:\n    def add(self):\n        {other}\n\n    {colour}def all(self):\n"
        f"        {loop}\n"
    )


_LOOP = "for job in self.jobs: {}run(job)"
_BEFORE = _class(_LOOP.format(""), colour="")
_SAYS = "is iterated across an await"

CHECK = Check(
    name="mutated-while-iterating",
    hazards=("H-E6",),
    reason="Another task changes the collection: an error, or items left out.",
    level="doubtful",
    find=_find,
    examples=(
        Example("a list", _BEFORE, _class(_LOOP.format("await ")), _SAYS),
        Example(
            "a view of a dict",
            _class("for k in self.jobs.values(): run(k)", "self.jobs[1] = 2", ""),
            _class("for k in self.jobs.values(): await run(k)", "self.jobs[1] = 2"),
            _SAYS,
        ),
        Example(
            "a comprehension",
            _class("return [run(job) for job in self.jobs]", colour=""),
            _class("return [await run(job) for job in self.jobs]"),
            _SAYS,
        ),
        Example("a copy", _BEFORE, _class("for job in list(self.jobs): await run(job)")),
        Example(
            "nobody changes it",
            _class(_LOOP.format(""), "pass", ""),
            _class(_LOOP.format("await "), "pass"),
        ),
    ),
)
