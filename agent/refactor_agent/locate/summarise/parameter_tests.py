"""Conditions that a function sets on its own parameters, and the code that stands behind them.

``if flag:``, ``if mode == "x":``, ``if path is None: return``: with what a call passes, or leaves
at its default, one side of these never runs. Only a parameter that still is as passed counts.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from refactor_agent.locate.summarise.conditions import type_test
from refactor_agent.locate.summarise.walk import Walk
from refactor_agent.locate.summary import Guard
from refactor_agent.locate.terms import Place, Term, defined

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
    elif wanted and (classes := _type_tests(walk, node)):
        (name,) = {name for name, _ in classes}
        against = repr(tuple(term for _, terms in classes for term in terms))
        yield Guard(place, name, "isa", against, wanted, bool(walk.scope.loops))
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from _comparison(walk, node, place, wanted=wanted)


def _type_tests(walk: Walk, node: ast.expr) -> list[tuple[str, list[Term]]]:
    """Give the parameter whose class ``node`` tests, with the classes of each of its tests."""
    parts = node.values if isinstance(node, ast.BoolOp) else [node]
    found: list[tuple[str, list[Term]]] = []
    for part in parts:
        tested, classes = type_test(part) or (None, None)
        if (
            not isinstance(tested, ast.Name)
            or classes is None
            or not _is_parameter(walk, tested.id)
        ):
            return []
        found.append((tested.id, list(_classes(walk, classes))))
    return found if len({name for name, _ in found}) == 1 else []


def _classes(walk: Walk, node: ast.expr) -> Iterator[Term]:
    if isinstance(node, ast.Tuple):
        for part in node.elts:
            yield from _classes(walk, part)
    elif isinstance(node, ast.BinOp):
        yield from _classes(walk, node.left)
        yield from _classes(walk, node.right)
    else:
        yield _class(walk, node)


def _class(walk: Walk, node: ast.expr) -> Term:
    """Give the term of a class as the body reads it, without a note that it does."""
    if isinstance(node, ast.Attribute):
        return ("a", _class(walk, node.value), node.attr)
    return walk.scope.read(node.id) if isinstance(node, ast.Name) else None


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
    term = defined(walk.scope.definitions, binding.term) if binding is not None else None
    if term is not None and term[0] == "N" and len(term) > 2:  # a test of its class before
        term = defined(walk.scope.definitions, term[2])
    return term == ("p", name)


def span_of(nodes: Sequence[ast.AST]) -> Place:
    """Give where statements, or expressions, stand that follow one another."""
    first, last = nodes[0], nodes[-1]
    return (first.lineno, first.col_offset, last.end_lineno, last.end_col_offset)  # type: ignore[attr-defined]
