"""Objects that a subclass makes or a caller hands over: ``self.wire = self._wire_class()()``.

Also where they come by a keyword (``options.pop("client")``), a property or in a tuple.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refactor_agent.asyncify.callees import calls_behind
from refactor_agent.asyncify.passed import Given, Passed
from refactor_agent.locate.overrides import overrides
from refactor_agent.locate.resolve.attributes import attribute
from refactor_agent.locate.resolve.classes import find_methods, linearise
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.results import returned
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    FunctionValue,
    Instance,
    Values,
    join,
)
from refactor_agent.locate.terms import Term, defined

__all__ = ["Made"]

_DEPTH = 6
_READ = ("property", "cached_property")
"""Decorators of methods that are read as attributes."""


class Made:
    """Answers what an expression may be, where a base class leaves it to its subclasses."""

    def __init__(self, evaluator: Evaluator, passed: Passed) -> None:
        self._evaluator = evaluator
        self._passed = passed
        self._known: dict[tuple[str, Term], Values] = {}

    def values(self, function: ProjectFunction, term: Term, depth: int = 0) -> Values:
        """Give what the evaluator knows of ``term``, or what subclasses' methods would give."""
        found = self._evaluator.term(function, term)
        if found or term is None or depth > _DEPTH:
            return found
        key = function.name, term
        if key not in self._known:
            self._known[key] = ()
            self._known[key] = join(self._parts(function, term, depth + 1))
        return self._known[key]

    def _parts(self, function: ProjectFunction, term: Term, depth: int) -> Iterator[Values]:
        if term is None:
            return
        if term[0] == "l":
            yield self.values(function, function.body.definitions[term[1]], depth)
        elif term[0] == "u":
            yield from (self.values(function, part, depth) for part in term[1])
        elif term[0] == "p" and (function.owner is None or term[1] != "self"):
            given = self._passed.to(function, term[1])
            yield from (self.values(home, part, depth) for home, part in given)
        elif term[0] == "h":
            home = function.module.functions[term[1]]
            yield self.values(home, ("p", term[2]), depth)
        elif term[0] == "a":
            yield from self._attribute(function, term, depth)
        elif term[0] in "ksn":
            yield from self._taken(function, term, depth)

    def _taken(self, function: ProjectFunction, term: Term, depth: int) -> Iterator[Values]:
        """Give what a call gives, and what is taken out of keywords or of a tuple."""
        if term is None:
            return
        given: Iterable[Given] = ()
        if term[0] == "k":
            call = function.body.calls[term[1]]
            for value in self.values(function, call.func, depth):
                yield self._result(value, function, call.func, depth)
            given = self._passed.by_name(function, call.func, call.args)
        elif term[0] == "s":
            given = self._passed.by_name(function, ("a", term[1], "get"), (term[2],))
        elif term[0] == "n":
            given = self.items(function, term)
        for home, part in given:
            yield self.values(home, part, depth)

    def _attribute(self, function: ProjectFunction, term: Term, depth: int) -> Iterator[Values]:
        if term is None:
            return
        for value in self.values(function, term[1], depth):
            yield attribute(self._evaluator, value, term[2])
            cls = self._evaluator.index.classes.get(getattr(value, "cls", ""))
            for method in find_methods(self._evaluator, cls, term[2]) if cls is not None else ():
                if any(map(method.has_decorator, _READ)):
                    yield from (self.values(method, part, depth) for part in method.body.returns)
            for base in linearise(self._evaluator, cls) if cls is not None else ():
                if isinstance(base, ProjectClass):
                    for item in base.facts.attributes.get(term[2], ()):
                        yield self.values(base.module.functions[item.function], item.term, depth)

    def items(self, function: ProjectFunction, term: Term) -> Iterator[Given]:
        """Give what stands in the tuples of which ``term`` is one item, and where it stands."""
        if term is None or not isinstance(term[2], int) or term[2] < 0:
            return
        for number in calls_behind(function, term[1]):
            for value in self.values(function, function.body.calls[number].func):
                if not isinstance(value, FunctionValue):
                    continue
                called = self._evaluator.index.functions[value.name]
                for made in called.body.returns:
                    whole = defined(called.body.definitions, made)
                    if whole is not None and whole[0] == "t" and term[2] < len(whole[1]):
                        yield called, whole[1][term[2]]

    def _result(self, value: object, caller: ProjectFunction, func: Term, depth: int) -> Values:
        if isinstance(value, ClassObject):
            return (Instance(value.cls),)
        if isinstance(value, External) and value.name.rpartition(".")[2][:1].isupper():
            return (Instance(value.name),)
        if not isinstance(value, FunctionValue):
            return ()
        function = self._evaluator.index.functions[value.name]
        own = returned(self._evaluator, function) or join(
            self.values(function, part, depth) for part in function.body.returns
        )
        if own:
            return own
        others = overrides(self._evaluator, value, caller, func)
        return join(returned(self._evaluator, other) for other in others)
