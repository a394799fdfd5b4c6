"""Displays and comprehensions: values that hold other values."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from refactor_agent.locate.summarise.conditions import condition
from refactor_agent.locate.summarise.targets import assign, note_reading
from refactor_agent.locate.summarise.walk import Walk, place_of
from refactor_agent.locate.summary import FrameMark
from refactor_agent.locate.terms import Place, Term, union

__all__ = ["DISPLAYS"]


def _sequence(kind: str) -> Callable[[Walk, Any], Term]:
    def handler(walk: Walk, node: ast.List | ast.Set) -> Term:
        terms: list[Term] = []
        for item in node.elts:
            term = walk.value(item)
            terms.append(("e", term) if isinstance(item, ast.Starred) else term)
        return ("q", kind, union(terms[:32]))

    return handler


def _tuple(walk: Walk, node: ast.Tuple) -> Term:
    terms = tuple(walk.value(item) for item in node.elts)
    if len(terms) > 32 or any(isinstance(item, ast.Starred) for item in node.elts):
        return ("q", "tuple", union(list(terms[:32])))
    return ("t", terms)


def _dict(walk: Walk, node: ast.Dict) -> Term:
    items: list[tuple[str, Term]] = []
    terms: list[Term] = []
    for key, item in zip(node.keys, node.values, strict=True):
        if key is not None:
            walk.value(key)
        term = walk.value(item)
        if not _is_constant(term):  # it stands in two places: nested displays would double
            term = walk.scope.define(term)
        if key is None:
            terms.append(("s", term, None))
            continue
        terms.append(term)
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and term is not None:
            items.append((key.value, term))
    if len(items) > _MOST_ITEMS and not all(map(_is_constant, terms)):
        return ("d", (), union(terms[:_MOST_ITEMS]))
    return ("d", tuple(items), union(terms[:_MOST_ITEMS]))


_MOST_ITEMS = 64
"""Items of a display that are looked at, unless all are constants: a table of names."""


def _is_constant(term: Term) -> bool:
    if term is None:
        return False
    return term[0] == "#" or (term[0] == "t" and all(map(_is_constant, term[1])))


def _starred(walk: Walk, node: ast.Starred) -> Term:
    term = walk.value(node.value)
    note_reading(walk, term, node.value)
    return term


def _comprehension(kind: str) -> Callable[[Walk, Any], Term]:
    frame: FrameMark = "generator_expression" if kind == "generator" else "comprehension"

    def handler(walk: Walk, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Term:
        mark, frames = _generators(walk, node.generators, frame, place_of(node))
        element = walk.scope.define(walk.value(node.elt))
        walk.scope.forget(mark)
        walk.frames = frames
        return ("q", kind, element)

    return handler


def _dict_comprehension(walk: Walk, node: ast.DictComp) -> Term:
    mark, frames = _generators(walk, node.generators, "comprehension", place_of(node))
    walk.value(node.key)
    element = walk.scope.define(walk.value(node.value))
    walk.scope.forget(mark)
    walk.frames = frames
    return ("d", (), element)


def _generators(
    walk: Walk, generators: list[ast.comprehension], frame: FrameMark, place: Place
) -> tuple[int, tuple[FrameMark, ...]]:
    mark, frames = len(walk.scope.log), walk.frames
    walk.body.doubt(place)
    for generator in generators:
        term = walk.value(generator.iter)
        walk.frames = (frame, *frames)
        if generator.is_async:
            walk.body.awaits = True
            walk.note_async_source(term)
        else:
            walk.body.iterations.append((term, walk.frames, place_of(generator.iter)))
        element = ("E" if generator.is_async else "e", term)
        assign(walk, generator.target, element, temporary=True)
        for test in generator.ifs:
            condition(walk, test)()
    return mark, frames


DISPLAYS: dict[type[ast.AST], Callable[[Walk, Any], Term]] = {
    ast.List: _sequence("list"),
    ast.Set: _sequence("set"),
    ast.Tuple: _tuple,
    ast.Dict: _dict,
    ast.Starred: _starred,
    ast.ListComp: _comprehension("list"),
    ast.SetComp: _comprehension("set"),
    ast.GeneratorExp: _comprehension("generator"),
    ast.DictComp: _dict_comprehension,
}
