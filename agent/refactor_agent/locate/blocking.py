"""Whether a library call blocks, given its arguments."""

from __future__ import annotations

import ast
import re
from functools import cache
from typing import NamedTuple

from refactor_agent.domain.category import Category
from refactor_agent.domain.region import Confidence
from refactor_agent.locate.resolve.aws import client_name, known_name
from refactor_agent.locate.rules_port import Rules
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term
from refactor_agent.rulebook.schema import BlockingCall

__all__ = ["Blocker", "Blockers"]


class Blocker(NamedTuple):
    """A blocking call of a library."""

    rule: str
    callee: str
    weight: int
    is_lazy: bool = False
    """It gives an iterator and blocks while that is read."""
    category: Category = "other"
    confidence: Confidence = "high"
    """How sure it is that the call blocks, once its receiver is."""
    makes_itself: bool = False
    """It is a class, and making one of it blocks, whatever is then done with that."""


class Blockers:
    """Look-ups of blocking calls, each name once."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._known: dict[str, tuple[Blocker, BlockingCall] | None] = {}

    def find(self, qualified: str, call: CallFacts | None) -> Blocker | None:
        """Give the blocker behind ``qualified``, unless the arguments say that it returns at once.

        ``call`` is ``None`` for calls that syntax makes, such as ``__enter__``.
        """
        if qualified not in self._known:
            self._known[qualified] = self._look_up(qualified)
        known = self._known[qualified]
        if known is None or (call is not None and _returns_at_once(known[1], call)):
            return None
        return known[0]

    def _look_up(self, qualified: str) -> tuple[Blocker, BlockingCall] | None:
        found = self._rules.blocking(known_name(qualified))
        if found is None:
            return None
        rule, stub = found
        blocker = Blocker(
            rule=rule.id,
            callee=self._rules.canonical(client_name(qualified)),
            weight=rule.weight_of(stub),
            is_lazy=_LAZY.search(stub.result or "") is not None,
            category=rule.category_of(stub),
            confidence=rule.confidence_of(stub),
            makes_itself=stub.call.partition("(")[0] == stub.result,
        )
        return blocker, stub


_ANY = "..."
_LAZY = re.compile(r"\b(Iterator|Generator)\b")


def _returns_at_once(stub: BlockingCall, call: CallFacts) -> bool:
    if not stub.unless:
        return False
    given = dict(call.keywords)
    positions = _positions(stub.parameters)
    for name, literal in stub.unless.items():
        term = given.get(name)
        position = positions.get(name)
        if term is None and position is not None and position < len(call.args):
            term = call.args[position]
        is_given = name in given or term is not None
        if not is_given and not call.starred and _defaults(stub.parameters).get(name) == literal:
            return True
        if (is_given and literal == _ANY) or _is_literal(term, literal):
            return True
    return False


def _is_literal(term: Term, literal: str) -> bool:
    """Say whether a term is the literal, or names the constant or has it among its flags."""
    if term is None:
        return False
    if term[0] == "o":
        return _is_literal(term[2], literal) or _is_literal(term[3], literal)
    if term[0] in "agi":
        return "." in literal and term[-1] == literal.rpartition(".")[2]
    return term[0] == "#" and repr(term[1]) == literal


@cache
def _positions(parameters: str) -> dict[str, int]:
    return {name: position for position, name in enumerate(_positional(_arguments(parameters)))}


@cache
def _defaults(parameters: str) -> dict[str, str]:
    """Give what is taken where an argument is not given, as source."""
    arguments = _arguments(parameters)
    names = reversed(_positional(arguments))
    optional = zip(names, reversed(arguments.defaults), strict=False)
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    pairs = (*optional, *((item.arg, default) for item, default in named))
    return {name: ast.unparse(default) for name, default in pairs if default is not None}


def _arguments(parameters: str) -> ast.arguments:
    (function,) = ast.parse(f"def f({parameters}): ...").body
    assert isinstance(function, ast.FunctionDef)  # noqa: S101 - what the text says
    return function.args


def _positional(arguments: ast.arguments) -> list[str]:
    return [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
