"""What running a function's body runs in turn: project functions and blocking library calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from refactor_agent.locate.blocking import Blocker, Blockers
from refactor_agent.locate.callbacks import Callbacks
from refactor_agent.locate.overrides import implementations, is_abstract
from refactor_agent.locate.resolve.attributes import attribute, properties
from refactor_agent.locate.resolve.classes import find_methods, linearise
from refactor_agent.locate.resolve.decorators import decoration
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    GeneratorValue,
    Instance,
    Partial,
    Value,
    Values,
)
from refactor_agent.locate.summary import Body, CallFacts
from refactor_agent.locate.terms import Place, Term
from refactor_agent.locate.waits import Waits

__all__ = ["Effect", "Effects"]

_CONSUMERS = frozenset(
    f"builtins.{name}"
    for name in (
        "all", "any", "dict", "frozenset", "list", "max", "min", "next", "set", "sorted", "sum",
        "tuple",
    )
) | {"collections.deque"}  # fmt: skip
_CONSUMING_METHODS = frozenset({"builtins.str.join", "builtins.bytes.join", "builtins.list.extend"})


class Effect(NamedTuple):
    """One thing that a body runs, and where."""

    target: str | Blocker
    """A function of the project, or a blocking call."""
    place: Place
    certain: bool
    """The receiver is known for sure, not one of several or a subclass's override."""


class Effects:
    """Works out what functions run, each once."""

    def __init__(self, evaluator: Evaluator, blockers: Blockers) -> None:
        self.evaluator = evaluator
        self.blockers = blockers
        self.callbacks = Callbacks(evaluator)
        self.waits = Waits(evaluator)
        self._known: dict[str, tuple[Effect, ...]] = {}
        self._properties = frozenset(
            function.facts.bare
            for function in evaluator.index.functions.values()
            if function.facts.owner >= 0 and function.facts.decorators
        )

    def may_be_property(self, name: str) -> bool:
        """Say whether any class of the project has a decorated method of this name."""
        return name in self._properties

    def of(self, function: ProjectFunction) -> tuple[Effect, ...]:
        """Give what the body of ``function`` runs, without what async functions it awaits run."""
        known = self._known.get(function.name)
        if known is None:
            known = _without_doubles(self._work_out(function))
            self._known[function.name] = known
        return known

    def _work_out(self, function: ProjectFunction) -> Iterator[Effect]:
        body = function.body
        passed_on = self._passed_on(function)
        for number, call in enumerate(body.calls):
            for effect in self._call(function, call):
                lazy = isinstance(effect.target, Blocker) and effect.target.is_lazy
                if not (lazy and number in passed_on):
                    yield effect
        for load in body.loads:
            if load.term is not None and load.term[0] == "a" and load.term[2] in self._properties:
                yield from self._property(function, load.term, load.place)
        for item in body.withs:
            if not item.is_async:
                for value in self.evaluator.term(function, item.term):
                    for name in ("__enter__", "__exit__"):
                        yield from self._implicit(value, name, item.place)
        for term, _, place in body.iterations:
            yield from self._iteration(function, term, place)

    def _passed_on(self, function: ProjectFunction) -> set[int]:
        """Give the calls whose results library code is given to read later, elsewhere."""
        found: set[int] = set()
        for call in function.body.calls:
            inner = [term[1] for term in call.args if term is not None and term[0] == "k"]
            if inner:
                values = self.evaluator.term(function, call.func)
                names = [value.name for value in values if isinstance(value, External)]
                if any(not name.startswith(("builtins.", "itertools.")) for name in names):
                    found.update(inner)
        return found

    def _call(self, function: ProjectFunction, call: CallFacts) -> Iterator[Effect]:
        values = self.evaluator.term(function, call.func)
        for value in values:
            for target, certain in self.targets(value, call):
                if isinstance(target, Blocker) and (
                    call.awaited or self.waits.never(function, call, value)
                ):
                    continue
                yield Effect(target, call.place, certain and len(values) == 1)
        for value in self.callbacks.of(function, call, values):
            for target, certain in self.targets(value, None):
                yield Effect(target, call.place, certain)
        if call.args and _consumes(values):
            for term in call.args:
                for value in self.evaluator.term(function, term):
                    if isinstance(value, GeneratorValue) and not value.is_async:
                        place = _place_within(function.body, term, call.place)
                        yield Effect(value.function, place, certain=True)

    def targets(self, value: Value, call: CallFacts | None) -> Iterator[tuple[str | Blocker, bool]]:
        """Give what runs when ``value`` is called, each with whether that is certain."""
        if isinstance(value, FunctionValue):
            yield from self._function(value)
        elif isinstance(value, ClassObject):
            yield from self._constructor(self.evaluator.index.classes[value.cls], call)
        elif isinstance(value, External):
            yield from self._library(value.name, call)
        elif isinstance(value, ExternalMethod):
            yield from self._library(value.qualified, call)
        elif isinstance(value, Partial):
            for inner in value.inner:
                yield from self.targets(inner, call)
        elif isinstance(value, Instance) and value.cls in self.evaluator.index.classes:
            for method in attribute(self.evaluator, value, "__call__"):
                if isinstance(method, FunctionValue):
                    yield from self._function(method)

    def _library(self, name: str, call: CallFacts | None) -> Iterator[tuple[Blocker, bool]]:
        blocker = self.blockers.find(name, call)
        if blocker is not None:
            yield blocker, True

    def _function(self, value: FunctionValue) -> Iterator[tuple[str, bool]]:
        function = self.evaluator.index.functions[value.name]
        if is_abstract(function):
            for method in implementations(self.evaluator, function):
                if _runs_when_called(method):
                    yield method.name, False
        effect = decoration(self.evaluator, function)
        if effect.runs_elsewhere or not _runs_when_called(function):
            return
        yield function.name, True
        for wrapper in effect.wrappers:
            yield wrapper, True

    def _constructor(
        self, cls: ProjectClass, call: CallFacts | None
    ) -> Iterator[tuple[str | Blocker, bool]]:
        for name in ("__new__", "__init__", "__post_init__", "model_post_init"):
            for method in find_methods(self.evaluator, cls, name):
                if _runs_when_called(method):
                    yield method.name, True
        if not find_methods(self.evaluator, cls, "__init__"):
            for base in linearise(self.evaluator, cls):
                if isinstance(base, str):
                    yield from self._library(base, call)

    def _property(self, function: ProjectFunction, term: Term, place: Place) -> Iterator[Effect]:
        if term is None:
            return
        for value in self.evaluator.term(function, term[1]):
            for method in properties(self.evaluator, value, term[2]):
                yield Effect(method.name, place, certain=True)

    def _implicit(self, value: Value, name: str, place: Place) -> Iterator[Effect]:
        """Give what a special method runs that syntax calls."""
        if isinstance(value, GeneratorValue) and name == "__enter__":
            if not value.is_async:
                yield Effect(value.function, place, certain=True)
        elif isinstance(value, Instance):
            for method in attribute(self.evaluator, value, name):
                if isinstance(method, FunctionValue | ExternalMethod):
                    for target, certain in self.targets(method, None):
                        yield Effect(target, place, certain)

    def _iteration(self, function: ProjectFunction, term: Term, place: Place) -> Iterator[Effect]:
        for value in self.evaluator.term(function, term):
            if isinstance(value, GeneratorValue):
                if not value.is_async:
                    yield Effect(value.function, place, certain=True)
                continue
            for name in ("__iter__", "__next__"):
                yield from self._implicit(value, name, place)


def _without_doubles(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Give each effect once; a call that blocks whatever its receiver is blocks once."""
    found: dict[object, Effect] = {}
    for effect in effects:
        target = effect.target
        if isinstance(target, Blocker):
            key = (target.rule, target.callee.rpartition(".")[2], effect.place)
            found.setdefault(key, effect)
        else:
            found.setdefault(effect, effect)
    return tuple(found.values())


def _runs_when_called(function: ProjectFunction) -> bool:
    """Say whether a call runs the body: not of coroutines, nor of generators until consumed."""
    facts = function.facts
    return not facts.is_async and not facts.is_generator


def _consumes(values: Values) -> bool:
    return any(
        (isinstance(value, External) and value.name in _CONSUMERS)
        or (isinstance(value, ExternalMethod) and value.qualified in _CONSUMING_METHODS)
        for value in values
    )


def _place_within(body: Body, term: Term, place: Place) -> Place:
    """Give the place of the call that ``term`` is, if it stands inside ``place``."""
    if term is None or term[0] != "k":
        return place
    inner = body.calls[term[1]].place
    return inner if place[:2] <= inner[:2] and inner[2:] <= place[2:] else place
