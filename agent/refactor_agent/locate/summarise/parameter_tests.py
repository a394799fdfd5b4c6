"""Conditions that a function sets on its own parameters, and the code that stands behind them.

``if flag:``, ``if mode == "x":``, ``if path is None: return``: with what a call passes, or leaves
at its default, one side of these never runs. Only a parameter that still is as passed counts.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from refactor_agent.locate.summarise.walk import Walk
from refactor_agent.locate.summary import Guard
from refactor_agent.locate.terms import Place

__all__ = ["guard", "is_plain", "span_of", "tests_of"]

_PLAIN = (bool, int, str, type(None))
_LONGEST = 40
"""Characters of a string that is compared with: longer ones are no modes."""
_COMPARISONS: dict[type[ast.cmpop], tuple[str, bool]] = {
    ast.Is: ("is", True),
    ast.IsNot: ("is", False),
    ast.Eq: ("==", True),
    ast.NotEq: ("==", False),
    ast.In: ("in", True),
    ast.NotIn: ("in", False),
}


def guard(walk: Walk, test: ast.expr, place: Place, *, wanted: bool) -> None:
    """Note that what stands at ``place`` runs only where ``test`` is as ``wanted``."""
    walk.body.guards.extend(tests_of(walk, test, place, wanted=wanted))


def tests_of(walk: Walk, node: ast.expr, place: Place, *, wanted: bool) -> Iterator[Guard]:
    """Give what must hold of parameters for ``node`` to be as ``wanted``."""
    if isinstance(node, ast.Name):
        if _is_parameter(walk, node.id):
            yield Guard(place, node.id, "true", "None", wanted, bool(walk.scope.loops))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from tests_of(walk, node.operand, place, wanted=not wanted)
    elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And) is wanted:
        for part in node.values:
            yield from tests_of(walk, part, place, wanted=wanted)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from _comparison(walk, node, place, wanted=wanted)


def _comparison(walk: Walk, node: ast.Compare, place: Place, *, wanted: bool) -> Iterator[Guard]:
    known = _COMPARISONS.get(type(node.ops[0]))
    if known is None or not isinstance(node.left, ast.Name):
        return
    kind, truth = known
    other = node.comparators[0]
    if kind == "in":
        if not isinstance(other, ast.Tuple | ast.List | ast.Set):
            return
        values = [part.value for part in other.elts if isinstance(part, ast.Constant)]
        if len(values) != len(other.elts) or not all(map(is_plain, values)):
            return
        text = repr(tuple(values))
    elif isinstance(other, ast.Constant) and is_plain(other.value):
        if kind == "is" and type(other.value) in {int, str}:  # which is which, is not said
            return
        text = repr(other.value)
    else:
        return
    if _is_parameter(walk, node.left.id):
        loops = bool(walk.scope.loops)
        yield Guard(place, node.left.id, kind, text, wanted is truth, loops)


def is_plain(value: object) -> bool:
    """Say whether a constant is of a kind that conditions on parameters compare with."""
    return isinstance(value, _PLAIN) and not (isinstance(value, str) and len(value) > _LONGEST)


def _is_parameter(walk: Walk, name: str) -> bool:
    """Say whether a name stands for what the caller passed."""
    binding = walk.scope.env.get(name) if walk.scope.kind == "function" else None
    return binding is not None and binding.term == ("p", name)


def span_of(nodes: Sequence[ast.AST]) -> Place:
    """Give where statements, or expressions, stand that follow one another."""
    first, last = nodes[0], nodes[-1]
    return (first.lineno, first.col_offset, last.end_lineno, last.end_col_offset)  # type: ignore[attr-defined]
