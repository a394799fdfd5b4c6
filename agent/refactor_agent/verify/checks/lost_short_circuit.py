"""A call that was made only sometimes is not made always."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import changed_functions
from refactor_agent.verify.checks._sync_form import sync_form
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["CHECK"]

_STOPPING = frozenset({"any", "all", "next"})


def _find(context: Context) -> Iterator[Objection]:
    for change in changed_functions(context):
        if change.before is None or change.module_before is None:
            continue
        always = _calls(change.module_before, change.before, sometimes=False)
        maybe = _calls(change.module_before, change.before, sometimes=True) - always
        now = _calls(change.module_after, change.after, sometimes=False)
        for text in sorted(maybe & now):
            message = f"{change.name}: `{text}` was called only where it mattered, and is always"
            yield Objection(message, change.site(change.after))


def _calls(module: Module, function: FunctionNode, *, sometimes: bool) -> frozenset[str]:
    return frozenset(
        sync_form(node)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and _is_conditional(module, function, node) is sometimes
    )


def _is_conditional(module: Module, function: FunctionNode, node: ast.AST) -> bool:
    """Within a statement that is not always run, or a part of an expression that is not."""
    child = node
    for parent in module.ancestors(node):
        if parent is function:
            return False
        if _skips(module, parent, child):
            return True
        child = parent
    return False


def _skips(module: Module, parent: ast.AST, child: ast.AST) -> bool:
    """Whether ``parent`` may leave ``child`` out."""
    match parent:
        case ast.BoolOp():
            return child is not parent.values[0]
        case ast.IfExp() | ast.If() | ast.While():
            return child is not parent.test
        case ast.GeneratorExp():
            return _stops(module, parent)
        case ast.For() | ast.AsyncFor():
            return child is not parent.iter and _leaves(parent)
        case _:
            return isinstance(parent, ast.ExceptHandler | ast.match_case)


def _stops(module: Module, node: ast.GeneratorExp) -> bool:
    consumer = module.parents.get(node)
    return (
        isinstance(consumer, ast.Call)
        and isinstance(consumer.func, ast.Name)
        and consumer.func.id in _STOPPING
    )


def _leaves(loop: ast.For | ast.AsyncFor) -> bool:
    return any(isinstance(part, ast.Break | ast.Return) for part in ast.walk(loop))


def _body(*lines: str, colour: str = "async ") -> str:
    return f"{colour}def f(a, xs):\n" + "".join(f"    {line}\n" for line in lines)


_AND = _body("return a and g(a)", colour="")
_ANY = _body("return any(g(x) for x in xs)", colour="")
_SAYS = "and is always"

CHECK = Check(
    name="lost-short-circuit",
    hazards=("H-A5",),
    reason="More calls are made than before: more load, and effects that should not be.",
    level="doubtful",
    find=_find,
    examples=(
        Example("and", _AND, _body("found = await g(a)", "return a and found"), _SAYS),
        Example("any of a list", _ANY, _body("return any([await g(x) for x in xs])"), _SAYS),
        Example(
            "on a thread",
            "def f(a, xs):\n    return a or g(a)\n",
            _body("found = await offload(g, a)", "return a or found"),
            _SAYS,
        ),
        Example("still conditional", _AND, _body("return a and await g(a)")),
        Example(
            "by hand", _AND, _body("if not a:", "    return a", "else:", "    return await g(a)")
        ),
        Example(
            "a loop that stops",
            _ANY,
            _body("for x in xs:", "    if await g(x):", "        return True", "return False"),
        ),
    ),
)
