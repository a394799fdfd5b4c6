"""What running a function's body runs in turn: project functions and blocking library calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from refactor_agent.locate.blocking import Blocker, Blockers
from refactor_agent.locate.callbacks import Callbacks
from refactor_agent.locate.resolve.attributes import attribute, properties
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    External,
    ExternalMethod,
    FunctionValue,
    GeneratorValue,
    Instance,
    Value,
    Values,
)
from refactor_agent.locate.summary import Body, CallFacts, WithFacts
from refactor_agent.locate.suppressed import is_suppressed
from refactor_agent.locate.targets import Targets
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
        self.targets = Targets(evaluator, blockers)
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

    def blocking_calls(self, function: ProjectFunction) -> Mapping[int, Blocker]:
        """Give, by its number in the body, each call that blocks, with the heaviest reason."""
        found: dict[int, Blocker] = {}
        for number, effect in self._calls(function):
            blocker = effect.target
            if isinstance(blocker, str) or is_suppressed(function, effect.place, blocker.rule):
                continue
            if number not in found or blocker.weight > found[number].weight:
                found[number] = blocker
        return found

    def _work_out(self, function: ProjectFunction) -> Iterator[Effect]:
        body = function.body
        for _, effect in self._calls(function):
            yield effect
        for load in body.loads:
            if load.term is not None and load.term[0] == "a" and load.term[2] in self._properties:
                yield from self._property(function, load.term, load.place)
        for item in body.withs:
            yield from self._with(function, item)
        for term, _, place in body.iterations:
            yield from self._iteration(function, term, place)

    def _calls(self, function: ProjectFunction) -> Iterator[tuple[int, Effect]]:
        """Give the effects of each call, with its number."""
        passed_on = self._passed_on(function)
        for number, call in enumerate(function.body.calls):
            for effect in self._call(function, call):
                lazy = isinstance(effect.target, Blocker) and effect.target.is_lazy
                if not (lazy and number in passed_on):
                    yield number, effect

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
            for target, certain in self.targets.of(value, call):
                if isinstance(target, Blocker) and (
                    call.awaited or self.waits.never(function, call, value)
                ):
                    continue
                yield Effect(target, call.place, certain and len(values) == 1)
        for value in self.callbacks.of(function, call, values):
            for target, certain in self.targets.of(value, None):
                yield Effect(target, call.place, certain)
        if call.args and _consumes(values):
            for term in call.args:
                for value in self.evaluator.term(function, term):
                    if isinstance(value, GeneratorValue) and not value.is_async:
                        place = _place_within(function.body, term, call.place)
                        yield Effect(value.function, place, certain=True)

    def _property(self, function: ProjectFunction, term: Term, place: Place) -> Iterator[Effect]:
        if term is None:
            return
        for value in self.evaluator.term(function, term[1]):
            for method in properties(self.evaluator, value, term[2]):
                yield Effect(method.name, place, certain=True)

    def _with(self, function: ProjectFunction, item: WithFacts) -> Iterator[Effect]:
        if item.is_async:
            return
        for value in self.evaluator.term(function, item.term):
            for name in ("__enter__", "__exit__"):
                yield from self._implicit(value, name, item.place)

    def _implicit(self, value: Value, name: str, place: Place) -> Iterator[Effect]:
        """Give what a special method runs that syntax calls."""
        if isinstance(value, GeneratorValue) and name == "__enter__":
            if not value.is_async:
                yield Effect(value.function, place, certain=True)
        elif isinstance(value, Instance):
            for method in attribute(self.evaluator, value, name):
                if isinstance(method, FunctionValue | ExternalMethod):
                    for target, certain in self.targets.of(method, None):
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
