"""Expressions: the term of each, and the calls and loads inside it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

from refactor_agent.locate.naming import bare_name
from refactor_agent.locate.summarise.conditions import condition, narrow, narrow_to_opposite
from refactor_agent.locate.summarise.definitions import define_lambda
from refactor_agent.locate.summarise.displays import DISPLAYS
from refactor_agent.locate.summarise.parameter_tests import guard, span_of
from refactor_agent.locate.summarise.targets import MUTATORS, assign, note_mutation
from refactor_agent.locate.summarise.unreachable import constant_truth
from refactor_agent.locate.summarise.walk import Walk, place_of
from refactor_agent.locate.summary import COROUTINE_FUNCTION, CallFacts, Load
from refactor_agent.locate.terms import Term, leaves, union

__all__ = ["EXPRESSIONS", "OPERATORS"]

_SHORT = 60
# Hundreds of thousands of each: without their names they are made in half the time.
_CALL = partial(tuple.__new__, CallFacts)
_LOAD = partial(tuple.__new__, Load)


def _values(walk: Walk, nodes: list[ast.expr]) -> list[Term]:
    return [walk.value(node) for node in nodes]


def _name(walk: Walk, node: ast.Name) -> Term:
    passed, walk.passed = walk.passed, -1
    term = walk.scope.read(node.id)
    if term is not None and term[0] in "gfix":
        walk.body.loads.append(_LOAD((term, passed, walk.frames, place_of(node))))
    return term


def _attribute(walk: Walk, node: ast.Attribute) -> Term:
    passed, walk.passed = walk.passed, -1
    term = ("a", _base(walk, node.value), node.attr)
    if isinstance(node.ctx, ast.Load):
        walk.body.loads.append(_LOAD((term, passed, walk.frames, place_of(node))))
        if node.attr in walk.scope.paths:
            return walk.scope.narrowed_path(node) or term
    return term


def _base(walk: Walk, node: ast.expr) -> Term:
    """Walk the object of an attribute; a bare name there is no use of a function as a value."""
    return walk.scope.read(node.id) if isinstance(node, ast.Name) else walk.value(node)


def _constant(_walk: Walk, node: ast.Constant) -> Term:
    constant = node.value
    if constant is None or isinstance(constant, bool | int):
        return ("#", constant) if not isinstance(constant, int) or constant < 1 << 31 else None
    if isinstance(constant, str) and len(constant) <= _SHORT:
        return ("#", constant)
    return ("b", type(constant).__name__)


def _call(walk: Walk, node: ast.Call, *, awaited: bool = False) -> Term:
    body, func = walk.body, node.func
    number = len(body.calls)
    body.calls.append(None)
    if isinstance(func, ast.Attribute):
        callee: Term = ("a", _base(walk, func.value), func.attr)
        walk.note_caller(func.attr)
    else:
        callee = _base(walk, func)
        if isinstance(func, ast.Name):
            walk.note_caller(func.id)
            if callee is not None and callee[0] in "lu":
                _note_held(walk, callee)
    starred = False
    arguments: list[Term] = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            starred = True
        arguments.append(_argument(walk, argument, number))
    keywords = []
    for keyword in node.keywords:
        starred = starred or keyword.arg is None
        keywords.append((keyword.arg or "**", _argument(walk, keyword.value, number)))
    frames = walk.frames
    if walk.scope.is_coroutine_function(func):
        frames = (*frames, COROUTINE_FUNCTION)
    place = place_of(node)
    body.calls[number] = _CALL(
        (callee, tuple(arguments), tuple(keywords), starred, awaited, frames, place)
    )
    if isinstance(func, ast.Attribute) and func.attr in MUTATORS:
        note_mutation(walk, func, arguments)
    return ("k", number)


def _note_held(walk: Walk, callee: Term) -> None:
    """Note the names of what a variable holds that is called."""
    for leaf in leaves(walk.body.definitions, callee):
        if leaf[0] in "gi":
            walk.note_caller(leaf[-1])
        elif leaf[0] in "cf":
            made = walk.classes if leaf[0] == "c" else walk.functions
            walk.note_caller(bare_name(made[leaf[1]].name))


def _argument(walk: Walk, node: ast.expr, call: int) -> Term:
    if isinstance(node, ast.Name | ast.Attribute):
        walk.passed = call
    return walk.value(node)


def _await(walk: Walk, node: ast.Await) -> Term:
    walk.body.awaits = True
    inner = node.value
    term = _call(walk, inner, awaited=True) if isinstance(inner, ast.Call) else walk.value(inner)
    walk.operate("__await__", term, None, node)
    return ("y", term)


def _subscript(walk: Walk, node: ast.Subscript) -> Term:
    base = walk.value(node.value)
    if isinstance(node.ctx, ast.Load):
        walk.operate("__getitem__", base, None, node)
    return ("s", base, walk.value(node.slice))


def _slice(walk: Walk, node: ast.Slice) -> Term:
    for part in (node.lower, node.upper, node.step):
        if part is not None:
            walk.value(part)
    return ("b", "slice")


def _binary(walk: Walk, node: ast.BinOp) -> Term:
    """Walk a binary operation; the left spine by a loop, as generated code nests it deeply."""
    spine: list[ast.BinOp] = [node]
    while isinstance(left := spine[-1].left, ast.BinOp):
        spine.append(left)
    term = walk.value(spine[-1].left)
    for part in reversed(spine):
        method, right = OPERATORS[type(part.op)], walk.value(part.right)
        walk.operate(f"__{method}__", term, right, part)
        term = ("o", method, term, right)
        if len(spine) > 8:
            term = walk.scope.define(term)
    return term


OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.MatMult: "matmul", ast.Div: "truediv",
    ast.FloorDiv: "floordiv", ast.Mod: "mod", ast.Pow: "pow", ast.LShift: "lshift",
    ast.RShift: "rshift", ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor",
}  # fmt: skip
"""Binary operators to the bare names of their special methods."""

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "__eq__", ast.NotEq: "__ne__", ast.Lt: "__lt__", ast.LtE: "__le__", ast.Gt: "__gt__",
    ast.GtE: "__ge__",
}  # fmt: skip
_UNARY: dict[type[ast.unaryop], str] = {
    ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__",
}  # fmt: skip


def _boolean(walk: Walk, node: ast.BoolOp) -> Term:
    is_all = isinstance(node.op, ast.And)
    walk.body.doubt(span_of(node.values[1:]))
    for number, part in enumerate(node.values[:-1], 1):
        guard(walk, part, span_of(node.values[number:]), wanted=is_all)
    if is_all:
        mark = len(walk.scope.log)
        terms = [_condition_value(walk, part) for part in node.values]
        walk.scope.forget(mark)
    else:
        terms = _values(walk, node.values)
    for part, term in zip(node.values[:-1], terms[:-1], strict=True):
        walk.operate("__bool__", term, None, part)
    return union([None, terms[-1]] if is_all else terms)


def _condition_value(walk: Walk, node: ast.expr) -> Term:
    term = walk.value(node)
    narrow(walk, node)
    return term


def _unary(walk: Walk, node: ast.UnaryOp) -> Term:
    operand = walk.value(node.operand)
    if isinstance(node.op, ast.Not):
        walk.operate("__bool__", operand, None, node)
        return ("b", "bool")
    walk.operate(_UNARY[type(node.op)], operand, None, node)
    return operand


def _compare(walk: Walk, node: ast.Compare) -> Term:
    left = walk.value(node.left)
    for operator, right in zip(node.ops, _values(walk, node.comparators), strict=True):
        if isinstance(operator, ast.In | ast.NotIn):
            walk.operate("__contains__", right, None, node)
        elif type(operator) in _COMPARISONS and not _is_constant(left, right):
            walk.operate(_COMPARISONS[type(operator)], left, right, node)
        left = right
    return ("b", "bool")


def _is_constant(left: Term, right: Term) -> bool:
    """Say whether something is compared with a constant: no class of a project waits for that."""
    return any(term is not None and term[0] == "#" for term in (left, right))


def _choice(walk: Walk, node: ast.IfExp) -> Term:
    narrow = condition(walk, node.test)
    for part, wanted in ((node.body, True), (node.orelse, False)):
        guard(walk, node.test, span_of([part]), wanted=wanted)
        walk.body.doubt(span_of([part]))
    mark = len(walk.scope.log)
    narrow()
    truth = constant_truth(node.test)
    done = walk.body.mark()
    first = walk.value(node.body)
    if truth is False:
        walk.body.bury(done)
    walk.scope.forget(mark)
    narrow_to_opposite(walk, node.test)
    done = walk.body.mark()
    second = walk.value(node.orelse)
    if truth is True:
        walk.body.bury(done)
    walk.scope.forget(mark)
    return union([first, second])


def _named(walk: Walk, node: ast.NamedExpr) -> Term:
    term = walk.scope.define(walk.value(node.value))
    assign(walk, node.target, term)
    return term


def _lambda(walk: Walk, node: ast.Lambda) -> Term:
    return define_lambda(walk, node)


def _yield(walk: Walk, node: ast.Yield) -> Term:
    walk.body.is_generator = True
    walk.body.yields.append(walk.value(node.value) if node.value else ("#", None))
    return None


def _yield_from(walk: Walk, node: ast.YieldFrom) -> Term:
    walk.body.is_generator = True
    term = walk.value(node.value)
    walk.body.iterations.append((term, walk.frames, place_of(node.value)))
    walk.body.yields.append(("e", term))
    return None


def _joined(walk: Walk, node: ast.JoinedStr) -> Term:
    _values(walk, node.values)
    return ("b", "str")


def _formatted(walk: Walk, node: ast.FormattedValue) -> Term:
    walk.value(node.value)
    if node.format_spec is not None:
        walk.value(node.format_spec)
    return ("b", "str")


EXPRESSIONS: dict[type[ast.AST], Callable[[Walk, Any], Term]] = {
    **DISPLAYS,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Constant: _constant,
    ast.Call: _call,
    ast.Await: _await,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.BinOp: _binary,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.NamedExpr: _named,
    ast.Lambda: _lambda,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.JoinedStr: _joined,
    ast.FormattedValue: _formatted,
}
