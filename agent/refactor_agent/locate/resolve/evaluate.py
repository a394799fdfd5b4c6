"""From terms to values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, TypeAlias

from refactor_agent.locate.resolve import attributes, calls, iteration, names
from refactor_agent.locate.resolve.annotations import declared, stated, type_arguments
from refactor_agent.locate.resolve.arguments import callables_for
from refactor_agent.locate.resolve.awaits import awaited
from refactor_agent.locate.resolve.generics import bind_class
from refactor_agent.locate.resolve.index import Index, ProjectFunction
from refactor_agent.locate.resolve.libraries import Libraries
from refactor_agent.locate.resolve.memo import Memo
from refactor_agent.locate.resolve.parameters import parameter
from refactor_agent.locate.resolve.reads import Read
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    FunctionValue,
    Instance,
    Record,
    TupleValue,
    TypeVariable,
    Value,
    Values,
    join,
)
from refactor_agent.locate.rules_port import Rules
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term

__all__ = ["Evaluator", "Told"]

Told: TypeAlias = tuple[str, Term]
"""The name of a function, and a term of its body."""


class Evaluator:
    """Works out values, each once, and only those that are asked for.

    A value that depends on itself is unknown at the point where the circle closes. What a value
    is never depends on what was asked for before.
    """

    def __init__(
        self,
        index: Index,
        rules: Rules,
        offload_wrappers: Collection[str] = (),
        told: Mapping[Told, Values] | None = None,
    ) -> None:
        """Take the project and the rules; ``told`` are values of terms that are unknown here."""
        self.index = index
        self.told = told or {}
        self.libraries = Libraries(rules)
        self.offload_wrappers = frozenset(offload_wrappers)
        self.memo = Memo(index.reads)
        self.earlier: Callable[[str], tuple[str, ...] | None] = lambda _question: None
        """Gives answers of `names` that an earlier scan found, and notes that they are read."""
        self.named: dict[str, tuple[str, str]] = {}
        """The questions that `names` worked out, by name."""
        self._recent = _Recent()

    def term(self, function: ProjectFunction, term: Term) -> Values:
        """Give the values of a term that stands in the body of ``function``."""
        if term is None:
            return ()
        if self.told and (function.name, term) in self.told:
            return self.told[function.name, term]
        if self.memo.is_busy:
            return _HANDLERS[term[0]](self, function, term)
        return self._from_outside(function, term)

    def tell(self, told: Mapping[Told, Values]) -> None:
        """Let terms that are unknown here have these values as well; all is worked out anew."""
        self.told = {**self.told, **told}
        self.memo = Memo(self.index.reads)
        self._recent = _Recent()

    def _from_outside(self, function: ProjectFunction, term: tuple[Any, ...]) -> Values:
        """Give the values of a term for who works out what a function runs, and asks repeatedly."""
        if term[0] not in _ASKED_AGAIN:
            return self._safely(function, term)
        known = self._recent.of(function, self.index.reads.read)
        values = known.get(term)
        if values is None:
            values = known[term] = self._safely(function, term)
        return values

    def _safely(self, function: ProjectFunction, term: tuple[Any, ...]) -> Values:
        try:
            return _HANDLERS[term[0]](self, function, term)
        except RecursionError:  # an expression nested that deeply
            return ()

    def called(self, function: ProjectFunction, call: CallFacts, value: Value) -> Values:
        """Give what ``call`` would give if ``value`` were called."""
        return calls.result_of(self, function, call, value)

    def given(self, value: Value) -> Values:
        """Give what calling ``value`` gives, whatever its arguments are."""
        return calls.plain_result(self, value)

    def stated(self, function: ProjectFunction, term: Term) -> Values:
        """Give what an annotation declares, with the type variables in it."""
        return stated(self, function, term)

    def imported(self, module: str, name: str) -> Values:
        """Give what ``from module import name`` binds."""
        return names.imported_name(self, module, name)

    def type_arguments(self, function: ProjectFunction, term: Term) -> tuple[Values, ...]:
        """Give what each of the types between the brackets of a generic declares."""
        return type_arguments(self, function, term)

    def elements(self, value: Value) -> Values:
        """Give what iterating over ``value`` gives."""
        return iteration.element(self, value)

    def guarded(self, key: Hashable, work: Callable[[], Values]) -> Values:
        """Give the memoised result of ``work``."""
        return self.memo.get(key, work, ())

    def names(
        self, kind: str, function: ProjectFunction, work: Callable[[], tuple[str, ...]]
    ) -> tuple[str, ...]:
        """Give the result of ``work``, names that follow from all that a function calls.

        To work that out takes long and its answers are small, so that scans keep them.
        """
        question = f"{kind} {function.name}"
        known = self.earlier(question)
        if known is not None:
            return known
        key = (kind, function.name)
        self.named[question] = key
        nothing: tuple[str, ...] = ()
        return self.memo.get(key, work, nothing)

    def within(
        self, function: ProjectFunction, key: Hashable, work: Callable[[], Values]
    ) -> Values:
        """Give the result of ``work``, memoised for ``function``."""
        return self.memo.get(("value", function.name, key), work, ())


class _Recent:
    """The values of one function's terms, while the same set notes what they are read from."""

    def __init__(self) -> None:
        self._function: ProjectFunction | None = None
        self._read: set[Read] | None = None
        self._values: dict[tuple[Any, ...], Values] = {}

    def of(self, function: ProjectFunction, read: set[Read]) -> dict[tuple[Any, ...], Values]:
        """Give what is known; nothing, where another function or another set came between."""
        if function is not self._function or read is not self._read:
            self._function, self._read, self._values = function, read, {}
        return self._values


_ASKED_AGAIN = frozenset("agiklp")
"""Tags of terms of which two that are equal are the same (``1`` and ``True`` are equal)."""


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


def _kept(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    home = function.module.functions[term[1]]
    if all(item.name != term[2] for item in home.facts.parameters):
        return _enclosed(evaluator, function, ("x", *term[1:]))
    return evaluator.within(
        home,
        ("h", term[2]),
        lambda: join(
            (evaluator.term(home, ("p", term[2])), callables_for(evaluator, home, term[2]))
        ),
    )


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
    return evaluator.within(function, term, lambda: _attribute_of(evaluator, function, term))


def _attribute_of(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return join(
        attributes.attribute(evaluator, value, term[2])
        for value in evaluator.term(function, term[1])
    )


def _subscript(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    groups: list[Values] = []
    for value in evaluator.term(function, term[1]):
        if isinstance(value, ClassObject):
            cls = evaluator.index.classes[value.cls]
            given = type_arguments(evaluator, function, term[2])
            groups.append((value._replace(variables=bind_class(evaluator, cls, given)),))
        else:
            groups.append(iteration.item(evaluator, value, term[2]))
    return join(groups)


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
    return join(awaited(evaluator, value) for value in evaluator.term(function, term[1]))


def _operation(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    left, right = evaluator.term(function, term[2]), evaluator.term(function, term[3])
    found = join(iteration.operated(evaluator, value, f"__{term[1]}__") for value in left)
    if found:
        return found
    reflected = (iteration.operated(evaluator, value, f"__r{term[1]}__") for value in right)
    if term[1] in _OF_BOTH:
        return join(reflected) or join((left, right))
    return join(reflected) or (left if term[1] in _SAME_KIND else ())


_OF_BOTH = frozenset({"add", "or"})
"""Operators that give for two containers another one of what both hold."""
_SAME_KIND = frozenset({"mul", "sub", "and"})
"""Operators that give another one of what the left one holds."""


def _instance(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return join(_objects(value) for value in evaluator.term(function, term[1]))


def _objects(value: Value) -> Values:
    """Give the objects of a class, or of the classes in a tuple."""
    if isinstance(value, ClassObject):
        return (Instance(value.cls, is_open=True),)
    if isinstance(value, External):
        return (Instance(value.name),)
    if isinstance(value, TupleValue):
        return join(_objects(part) for item in value.items for part in item)
    return ()


def _matched(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return join(
        iteration.matched(evaluator, value, term[2]) for value in evaluator.term(function, term[1])
    )


def _type_parameter(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return (TypeVariable(term[1], declared(evaluator, function, term[2])),)


def _declared(evaluator: Evaluator, function: ProjectFunction, term: Any) -> Values:
    return declared(evaluator, function, term[1]) or evaluator.term(function, term[2])


_HANDLERS: dict[str, Callable[[Evaluator, ProjectFunction, Any], Values]] = {
    "k": _call,
    "l": _definition,
    "p": _parameter,
    "h": _kept,
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
    "M": _matched,
    "V": _type_parameter,
    "A": _declared,
}
