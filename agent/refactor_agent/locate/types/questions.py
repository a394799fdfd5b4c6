"""The method calls that stayed open because nothing is known of their receiver."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import NamedTuple

from refactor_agent.locate.effects import Effects
from refactor_agent.locate.locator import entries_of
from refactor_agent.locate.offloaded import runs_elsewhere
from refactor_agent.locate.reach import Reach
from refactor_agent.locate.resolve.evaluate import Evaluator, Told
from refactor_agent.locate.resolve.values import ExternalMethod, Instance, Values
from refactor_agent.locate.terms import Place

__all__ = ["Question", "open_calls", "positions"]


class Question(NamedTuple):
    """What is the type of the receiver of a call?"""

    file: str
    place: Place
    """Of the whole call."""
    receiver: Told
    method: str


def open_calls(effects: Effects, reach: Reach, methods: Collection[str]) -> Iterator[Question]:
    """Give the calls of one of ``methods`` on an unknown object, on the loop's thread."""
    evaluator = effects.evaluator
    entries = set(entries_of(evaluator))
    for function in list(evaluator.index.functions.values()):
        if function.name not in entries and not reach.reaches(function.name):
            continue
        if runs_elsewhere(evaluator, function):
            continue
        for call in function.body.calls:
            func = call.func
            if call.awaited or func is None or func[0] != "a" or func[2] not in methods:
                continue
            if func[1] is not None and _is_open(evaluator, evaluator.term(function, func[1])):
                receiver = (function.name, func[1])
                yield Question(function.module.file, call.place, receiver, func[2])


def _is_open(evaluator: Evaluator, values: Values) -> bool:
    """Say whether nothing is known: results of unknown calls only have the call's name."""
    return all(
        (isinstance(value, Instance) and _is_no_class(evaluator, value.cls))
        or (isinstance(value, ExternalMethod) and not evaluator.libraries.method_type(value))
        for value in values
    )


def _is_no_class(evaluator: Evaluator, name: str) -> bool:
    home, _, last = name.rpartition(".")
    if home in {"builtins", "typing"} or name in evaluator.index.classes:
        return False
    return last[:1].islower() and not evaluator.libraries.knows(name)


def positions(text: str, questions: Collection[Question]) -> Iterator[tuple[Question, int, int]]:
    """Give the line and the UTF-16 column, from 0, at which each receiver's name stands.

    Receivers that are no names, such as the results of calls, have no place to ask at.
    """
    by_place = {question.place: question for question in questions}
    lines = text.split("\n")
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        place = (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
        question, last = by_place.get(place), node.func.value
        if question is None or not isinstance(last, ast.Name | ast.Attribute):
            continue
        length = len((last.id if isinstance(last, ast.Name) else last.attr).encode())
        line, end = (last.end_lineno or 1) - 1, last.end_col_offset or 0
        before = lines[line].encode()[: end - length].decode("utf-8", "replace")
        yield question, line, len(before.encode("utf-16-le")) // 2
