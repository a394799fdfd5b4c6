"""Where values come from, looking behind declarations that say little."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from refactor_agent.asyncify.callees import DEPTH
from refactor_agent.asyncify.decorated import Decorated
from refactor_agent.asyncify.made import Made
from refactor_agent.asyncify.passed import Given, Passed
from refactor_agent.asyncify.world import World
from refactor_agent.locate.resolve.arguments import arguments_for
from refactor_agent.locate.resolve.attributes import attribute
from refactor_agent.locate.resolve.classes import is_protocol
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import Instance, Partial, Value, Values, join
from refactor_agent.locate.terms import Term

__all__ = ["ITERABLES", "Whence"]

_Ask: TypeAlias = Callable[[ProjectFunction, Term, int], Values]

ITERABLES = frozenset(
    f"{home}.{kind}"
    for home in ("typing", "collections.abc")
    for kind in ("Iterable", "Iterator", "Generator")
)
"""Annotations that say no more than that something is iterated."""


class Whence:
    """Answers what an expression may be, and what a callee may be."""

    def __init__(self, world: World) -> None:
        self._evaluator = world.evaluator
        self._passed = Passed(
            self._evaluator, [f for m in world.modules.values() for f in m.facts.functions]
        )
        self._made = Made(self._evaluator, self._passed)
        self.decorated = Decorated(self._evaluator)

    def is_unknown(self, function: ProjectFunction, term: Term) -> bool:
        """Say whether no more is known of a callee than that it can be called."""
        return all(map(self.is_vague, self.callables(function, term)))

    def is_vague(self, value: Value) -> bool:
        """Say whether ``value`` is no more than something that can be called."""
        if isinstance(value, Partial):
            return all(map(self.is_vague, value.inner))
        if not isinstance(value, Instance):
            return False
        cls = self._evaluator.index.classes.get(value.cls)
        home, _, last = value.cls.rpartition(".")
        if cls is None and last[:1].islower() and home not in {"", "builtins"}:
            return True  # what a function outside the project gives
        return value.cls == "typing.Callable" or (
            cls is not None and is_protocol(self._evaluator, cls)
        )

    def callables(self, function: ProjectFunction, term: Term, depth: int = 0) -> Values:
        """Give what a callee may be, with the functions that callers hand over."""
        found = self._evaluator.term(function, term)
        if term is None or depth > DEPTH:
            return found
        if not found and term[0] == "a":
            made = self._made.values(function, term[1])
            found = join(attribute(self._evaluator, value, term[2]) for value in made)
        if term[0] == "x":
            home = function.module.functions[term[1]]
            inner = [("p", term[2]), *home.body.names.get(term[2], ())]
            return join((found, *(self.callables(home, part, depth + 1) for part in inner)))
        if term[0] in "phlANau":
            return join((found, *self._behind(function, term, depth, self.callables)))
        return found

    def values(self, function: ProjectFunction, term: Term, depth: int = 0) -> Values:
        """Give the values of ``term``, looking behind annotations that only say ``Iterable``."""
        found = self._made.values(function, term)
        vague = any(isinstance(v, Instance) and v.cls in ITERABLES for v in found)
        if not vague or depth > DEPTH:
            return found
        return join((found, *self._behind(function, term, depth, self.values)))

    def items(self, function: ProjectFunction, term: Term) -> Iterator[Given]:
        """Give what stands in the tuples of which ``term`` is one item, and where it stands."""
        return self._made.items(function, term)

    def _behind(
        self, function: ProjectFunction, term: Term, depth: int, ask: _Ask
    ) -> Iterator[Values]:
        """Ask of what a variable or an attribute was given."""
        if term is None:
            return
        if term[0] == "p":
            given = self._passed.to(function, term[1])
            yield from (ask(home, part, depth + 1) for home, part in given)
            yield arguments_for(self._evaluator, function, term[1])
            yield self.decorated.given(function, term[1])
        elif term[0] == "h":
            yield ask(function.module.functions[term[1]], ("p", term[2]), depth + 1)
        elif term[0] == "u":
            yield from (ask(function, part, depth + 1) for part in term[1])
        elif term[0] == "A" or (term[0] == "N" and len(term) > 2):
            yield ask(function, term[2], depth + 1)
        elif term[0] == "l":
            yield ask(function, function.body.definitions[term[1]], depth + 1)
        elif term[0] == "a":
            for value in self._evaluator.term(function, term[1]):
                cls = self._evaluator.index.classes.get(getattr(value, "cls", ""))
                for item in cls.facts.attributes.get(term[2], ()) if cls else ():
                    home = cls.module.functions[item.function] if cls else function
                    yield ask(home, item.term, depth + 1)
