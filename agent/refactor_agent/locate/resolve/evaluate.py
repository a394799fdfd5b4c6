"""From terms to values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from typing import Any

from refactor_agent.locate.resolve import attributes, calls, iteration, names
from refactor_agent.locate.resolve.annotations import declared
from refactor_agent.locate.resolve.decorators import Decoration
from refactor_agent.locate.resolve.index import Index, ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.libraries import Libraries
from refactor_agent.locate.resolve.parameters import parameter
from refactor_agent.locate.resolve.values import (
    AWAITABLE,
    ClassObject,
    External,
    FunctionValue,
    Instance,
    Record,
    TupleValue,
    Value,
    Values,
    join,
)
from refactor_agent.locate.rules_port import Rules
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term

__all__ = ["Evaluator"]

_DEPTH = 60
"""Nested evaluations after which a value counts as unknown."""


class Evaluator:
    """Works out values, each once, and only those that are asked for.

    A value that depends on itself is unknown at the point where the circle closes.
    """

    def __init__(self, index: Index, rules: Rules, offload_wrappers: Collection[str] = ()) -> None:
        self.index = index
        self.libraries = Libraries(rules)
        self.offload_wrappers = frozenset(offload_wrappers)
        self.decorations: dict[str, Decoration] = {}
        self.implementers: dict[str, list[ProjectClass]] = {}
        """Protocol to the classes that have its shape."""
        self.handed: dict[str, int | None] = {}
        """Function to the position of the parameter that it hands to an offload."""
        self.handed_nested: dict[str, frozenset[int]] = {}
        """Function to the nested functions that it hands to an offload."""
        self._depth = 0
        self._memo: dict[Hashable, Values] = {}

    def term(self, function: ProjectFunction, term: Term) -> Values:
        """Give the values of a term that stands in the body of ``function``."""
        if term is None:
            return ()
        if self._depth >= _DEPTH:
            return ()
        self._depth += 1
        try:
            return _HANDLERS[term[0]](self, function, term)
        except RecursionError:  # the caller's own stack was deep already
            return ()
        finally:
            self._depth -= 1

    def called(self, function: ProjectFunction, call: CallFacts, value: Value) -> Values:
        """Give what ``call`` would give if ``value`` were called."""
        return calls.result_of(self, function, call, value)

    def elements(self, value: Value) -> Values:
        """Give what iterating over ``value`` gives."""
        return iteration.element(self, value)

    def guarded(self, key: Hashable, work: Callable[[], Values]) -> Values:
        """Give the memoised result of ``work``."""
        known = self._memo.get(key)
        if known is None:
            self._memo[key] = ()
            known = self._memo[key] = work()
        return known

    def within(self, function: ProjectFunction, key: object, work: Callable[[], Values]) -> Values:
        """Give the result of ``work``, memoised with ``function``."""
        known = function.memo.get(key)
        if known is None:
            function.memo[key] = ()
            known = function.memo[key] = work()
        return known

    def alias(
        self, function: ProjectFunction, term: tuple[Any, ...]
    ) -> tuple[ProjectFunction, Term] | None:
        """Give the annotation that a module-level name stands for, and where it is written."""
        if term[0] == "l":
            return self._alias_of(function, (function.body.definitions[term[1]],))
        if term[0] == "g":
            module = function.module
            name = term[1]
        else:
            found = self.index.modules.get(term[1])
            if found is None:
                return None
            module, name = found, term[2]
        return self._alias_of(module.functions[0], module.summary.names.get(name, ()))

    def _alias_of(
        self, home: ProjectFunction, terms: tuple[Term, ...]
    ) -> tuple[ProjectFunction, Term] | None:
        for given in terms:
            term = given
            while term is not None and term[0] == "l":
                term = home.body.definitions[term[1]]
            if term is not None and term[0] == "i":
                return self.alias(home, term)
            if term is not None and term[0] in "so":
                return home, term
            if term is not None and term[0] == "A" and term[2] is not None:
                return home, term[2]
        return None


def _call(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    number = term[1]
    return evaluator.within(
        function,
        ("k", number),
        lambda: calls.result(evaluator, function, function.body.calls[number]),
    )


def _definition(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return evaluator.within(
        function, term, lambda: evaluator.term(function, function.body.definitions[term[1]])
    )


def _parameter(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return evaluator.within(function, term, lambda: parameter(evaluator, function, term[1]))


def _enclosed(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    home = function.module.functions[term[1]]
    terms = home.body.names.get(term[2], ())
    return evaluator.within(
        home, ("x", term[2]), lambda: join(evaluator.term(home, part) for part in terms)
    )


def _elsewhere(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return evaluator.term(function.module.functions[term[1]], term[2])


def _global(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return names.own_name(evaluator, function.module, term[1])


def _function(_evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return (FunctionValue(function.module.functions[term[1]].name),)


def _class(_evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return (ClassObject(function.module.classes[term[1]].name),)


def _module(evaluator: Evaluator, _function: ProjectFunction, term: Any) -> Values:
    return names.imported_module(evaluator, term[1])


def _imported(evaluator: Evaluator, _function: ProjectFunction, term: Any) -> Values:
    return names.imported_name(evaluator, term[1], term[2])


def _attribute(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return join(
        attributes.attribute(evaluator, value, term[2])
        for value in evaluator.term(function, term[1])
    )


def _subscript(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return join(
        iteration.item(evaluator, value, term[2]) for value in evaluator.term(function, term[1])
    )


def _constant(_evaluator: Evaluator, _function: ProjectFunction, term: Any) -> Values:
    return () if term[1] is None else (Instance(f"builtins.{type(term[1]).__name__}"),)


def _builtin(_evaluator: Evaluator, _function: ProjectFunction, term: Any) -> Values:
    return (Instance(f"builtins.{term[1]}"),)


def _dict(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    items = tuple((key, evaluator.term(function, part)) for key, part in term[1])
    return (Record(items, evaluator.term(function, term[2])),)


def _sequence(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    kind = "typing.Iterator" if term[1] == "generator" else f"builtins.{term[1]}"
    return (Instance(kind, (evaluator.term(function, term[2]),)),)


def _tuple(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return (TupleValue(tuple(evaluator.term(function, part) for part in term[1])),)


def _union(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return join(evaluator.term(function, part) for part in term[1])


def _entered(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    method = "__enter__" if term[0] == "w" else "__aenter__"
    return join(
        iteration.entered(evaluator, value, method) for value in evaluator.term(function, term[1])
    )


def _element(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return join(iteration.element(evaluator, value) for value in evaluator.term(function, term[1]))


def _unpacked(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return join(
        iteration.unpacked(evaluator, value, term[2]) for value in evaluator.term(function, term[1])
    )


def _awaited(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    found = evaluator.term(function, term[1])
    return join(
        value.arguments[0]
        for value in found
        if isinstance(value, Instance) and value.cls == AWAITABLE and value.arguments
    )


def _operation(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    left = evaluator.term(function, term[2])
    if term[1] != "/":
        return left
    groups = [iteration.divided(evaluator, value) for value in left]
    return join(groups) or join(
        iteration.divided(evaluator, value) for value in evaluator.term(function, term[3])
    )


def _instance(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    found: list[Values] = []
    for value in evaluator.term(function, term[1]):
        if isinstance(value, ClassObject):
            found.append((Instance(value.cls),))
        elif isinstance(value, External):
            found.append((Instance(value.name),))
        elif isinstance(value, TupleValue):
            found.extend(
                (Instance(part.cls if isinstance(part, ClassObject) else part.name),)
                for item in value.items
                for part in item
                if isinstance(part, ClassObject | External)
            )
    return join(found)


def _declared(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return declared(evaluator, function, term[1]) or evaluator.term(function, term[2])


_HANDLERS: dict[str, Callable[[Evaluator, ProjectFunction, Any], Values]] = {
    "k": _call,
    "l": _definition,
    "p": _parameter,
    "x": _enclosed,
    "v": _elsewhere,
    "g": _global,
    "f": _function,
    "c": _class,
    "m": _module,
    "i": _imported,
    "a": _attribute,
    "s": _subscript,
    "#": _constant,
    "b": _builtin,
    "d": _dict,
    "q": _sequence,
    "t": _tuple,
    "u": _union,
    "w": _entered,
    "W": _entered,
    "e": _element,
    "E": _element,
    "n": _unpacked,
    "y": _awaited,
    "o": _operation,
    "N": _instance,
    "A": _declared,
}
