"""What running a function's body runs in turn: project functions and blocking library calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import NamedTuple, TypeAlias, TypeVar

from refactor_agent.locate.awaited import Awaited
from refactor_agent.locate.blocking import Blocker, Blockers
from refactor_agent.locate.callbacks import Callbacks
from refactor_agent.locate.given import Given, given_by
from refactor_agent.locate.implicit import SPECIAL_OF_BUILTINS, Implicit
from refactor_agent.locate.kept_results import KeptResults
from refactor_agent.locate.may_block import MayBlock
from refactor_agent.locate.offloaded import HANDED, handed_names, is_fallback
from refactor_agent.locate.passed_types import PassedTypes
from refactor_agent.locate.receivers import Method, Receivers, receiver_of
from refactor_agent.locate.resolve.calls import ENTERING
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction, ProjectModule
from refactor_agent.locate.resolve.signatures import fitting
from refactor_agent.locate.resolve.values import (
    External,
    ExternalMethod,
    Instance,
    Value,
    Values,
)
from refactor_agent.locate.summary import ASYNC_SOURCE, Body, CallFacts, Guard, may_hold_loop
from refactor_agent.locate.suppressed import is_suppressed
from refactor_agent.locate.targets import Target, Targets
from refactor_agent.locate.terms import Place, Term
from refactor_agent.locate.twin_calls import TwinCalls
from refactor_agent.locate.twins import twin_of
from refactor_agent.locate.waits import Waits

__all__ = ["About", "Effect", "Effects"]

T = TypeVar("T")

_READERS = ("collections.deque", "itertools.chain", "itertools.islice", "tqdm.tqdm")
_CONSUMERS = frozenset(
    f"builtins.{name}"
    for name in (
        "all", "any", "dict", "enumerate", "filter", "frozenset", "list", "map", "max", "min",
        "next", "set", "sorted", "sum", "tuple", "zip",
    )
).union(_READERS, ("tqdm.auto.tqdm",))  # fmt: skip
"""What reads its arguments; some not before they are read themselves, which is soon as a rule."""

_CONSUMING_METHODS = frozenset({"builtins.str.join", "builtins.bytes.join", "builtins.list.extend"})


_PlainAbout: TypeAlias = tuple[
    str, str, tuple[tuple[object, ...], ...], tuple[tuple[Place, str, str], ...], bool
]
_EXIT_STACKS = frozenset({"contextlib.ExitStack", "contextlib.AsyncExitStack"})


class Effect(NamedTuple):
    """One thing that a body runs, and where."""

    target: str | Blocker
    """A function of the project, or a blocking call."""
    place: Place
    certain: bool
    """The receiver is known for sure, not one of several or a subclass's override."""
    on: str = ""
    """On which object a method is called, as `refactor_agent.locate.receivers` says it."""
    given: Given = ()
    """What it passes for the flags of a function of the project."""


class About(NamedTuple):
    """What chains through a function depend on besides its effects."""

    method: Method
    guards: tuple[Guard, ...]
    """The tests of its own parameters that parts of it stand behind."""
    keepers: Mapping[tuple[Place, str], str]
    """By place and, of a function, name of what it runs: who keeps the result."""
    fills: bool
    """It sets itself what it keeps."""

    def keeper(self, effect: Effect) -> str:
        """Name the function that keeps what ``effect`` gives, so that it is had once; or nobody."""
        if not self.keepers:
            return ""
        target = effect.target if isinstance(effect.target, str) else ""
        return self.keepers.get((effect.place, target), "")


class Effects:
    """Works out what functions run, each once."""

    def __init__(self, evaluator: Evaluator, blockers: Blockers) -> None:
        self.evaluator = evaluator
        self.targets = Targets(evaluator, blockers)
        self.callbacks = Callbacks(evaluator)
        self.waits = Waits(evaluator)
        self.receivers = Receivers(evaluator, self.kept)
        self._awaited = Awaited(evaluator)
        self._types = PassedTypes(evaluator)
        self._twin_calls = TwinCalls(evaluator)
        self._results = KeptResults(evaluator)
        self._known: dict[str, tuple[Effect, ...]] = {}
        self.may_block = MayBlock(evaluator.index, self)
        self._implicit = Implicit(evaluator, self.targets, self.may_block)

    @property
    def functions(self) -> Mapping[str, ProjectFunction]:
        """The functions of the project by qualified name."""
        return self.evaluator.index.functions.known

    def may_be_property(self, name: str) -> bool:
        """Say whether reading an attribute of this name may run a function of the project."""
        return self._implicit.may_be_property(name)

    def of(self, function: ProjectFunction) -> tuple[Effect, ...]:
        """Give what the body of ``function`` runs, without what async functions it awaits run."""
        known = self._known.get(function.name)
        if known is None:
            known = _without_doubles(self._work_out(function))
            self._known[function.name] = known
        return known

    def answer_of(self, name: str) -> object:
        """Give what a function runs, or an answer of `Evaluator.names`, by the name of either.

        ``None`` stands for what the function of another tree says.
        """
        kind, _, function = name.rpartition(" ")
        known = self.functions.get(function)
        if known is None or not kind:
            return None if known is None else self.of(known)
        if kind == HANDED:
            return handed_names(self.evaluator, known)
        return self.callbacks.called(known)

    def leads_to(self, name: str) -> Iterable[str | None]:
        """Give the functions that one runs, and ``None`` for each call that blocks."""
        targets = (effect.target for effect in self.effects_of(name))
        return [target if isinstance(target, str) else None for target in targets]

    def effects_of(self, name: str) -> tuple[Effect, ...]:
        """Give what the body of the function of a name runs."""
        return self.of(self.functions[name])

    def module_of(self, name: str) -> ProjectModule:
        """Give the module of the function of a name."""
        return self.evaluator.index.module_of(name)

    def about(self, name: str) -> About:
        """Say what chains through a function depend on besides its effects."""
        question, work = f"about {name}", partial(self._about, name)
        owner, bare, guards, keepers, fills = self.kept(question, work)
        return About(
            Method(name, owner, bare),
            tuple(map(Guard._make, guards)),
            {(place, target): keeper for place, target, keeper in keepers},
            fills,
        )

    def twin_of(self, name: str) -> str | None:
        """Give the async twin that the project has beside a function."""
        return self.kept(f"twin of {name}", partial(self._twin_of, name))

    def _twin_of(self, name: str) -> str | None:
        twin = twin_of(self.evaluator, self.functions[name])
        return twin.name if twin is not None else None

    def _about(self, name: str) -> _PlainAbout:
        function = self.functions[name]
        found = (
            self._types.settled(function, guard) if guard.test == "isa" else guard
            for guard in function.facts.guards
        )
        guards = tuple(tuple(guard) for guard in found if guard is not None)
        keepers = (
            (effect.place, effect.target, self._results.keeper(function, *effect[1::-1]))
            for effect in self.effects_of(name)
        )
        kept = tuple(
            (place, target if isinstance(target, str) else "", keeper)
            for place, target, keeper in keepers
            if keeper
        )
        owner = function.owner.name if function.owner is not None else ""
        return owner, function.bare, guards, kept, bool(function.facts.filling)

    def kept(self, question: str, work: Callable[[], T]) -> T:
        """Give the result of ``work``, plain data that an earlier scan may have found already."""
        del question
        return work()

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
        for _, effect in self._calls(function):
            yield effect
        for (target, certain), place in self._implicit.of(function):
            yield Effect(target, place, certain)

    def _calls(self, function: ProjectFunction) -> Iterator[tuple[int, Effect]]:
        """Give the effects of each call, with its number."""
        passed_on: set[int] | None = None
        for number, call in enumerate(function.body.calls):
            for effect in self._call(function, call) if may_hold_loop(call.frames) else ():
                if isinstance(effect.target, Blocker) and effect.target.is_lazy:
                    passed_on = self._passed_on(function) if passed_on is None else passed_on
                    if number in passed_on:
                        continue
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
        values = fitting(self.evaluator, call, self.evaluator.term(function, call.func))
        is_async_source = ASYNC_SOURCE in call.frames[:1]
        values = self._awaited.callees(function, call, values)
        if values and is_fallback(self.evaluator, function, call):
            return
        for value in values:
            for target, certain in self.targets.of(value, call, function):
                if isinstance(target, Blocker) and (
                    call.awaited
                    or (is_async_source and not target.makes_itself)
                    or self.waits.never(function, call, value)
                ):
                    continue
                is_sure = certain and len(values) == 1
                if isinstance(target, Blocker):
                    yield Effect(target, call.place, is_sure)
                else:
                    yield from self._run(function, call, value, target, is_sure=is_sure)
        for value in self.callbacks.of(function, call, values):
            for target, certain in self.targets.of(value, None):
                yield Effect(target, call.place, certain)
        if call.args:
            yield from self._by_builtin(function, call, values)

    def _run(
        self, function: ProjectFunction, call: CallFacts, value: Value, name: str, *, is_sure: bool
    ) -> Iterator[Effect]:
        """Give the effect of a call of ``value`` that runs a function of the project."""
        on = receiver_of(function, call, value)
        given = given_by(self._types, function, call, value, self.functions[name])
        yield Effect(name, call.place, is_sure, on, given)
        if not call.awaited:
            yield from self._twin(function, name, call.place)

    def _twin(self, function: ProjectFunction, name: str, place: Place) -> Iterator[Effect]:
        blocker = self._twin_calls.blocker(function, name)
        if blocker is not None:
            yield Effect(blocker, place, certain=True)

    def _by_builtin(
        self, function: ProjectFunction, call: CallFacts, values: Values
    ) -> Iterator[Effect]:
        """Give the effects of what a builtin does with its arguments."""
        if _consumes(values):
            for term in call.args:
                place = _place_within(function.body, term, call.place)
                yield from _effects(self._implicit.of_iteration(function, term), place)
        for value in values:
            if isinstance(value, External) and value.name in SPECIAL_OF_BUILTINS:
                found = self._implicit.of_builtin(function, value.name, call.args[0])
                yield from _effects(found, call.place)
        func = call.func
        if func is None or func[0] != "a" or func[2] not in ENTERING:
            return
        if _is_exit_stack(self.evaluator.term(function, func[1])):
            for value in self.evaluator.term(function, call.args[0]):
                yield from _effects(self._implicit.entered(value), call.place)


def _effects(targets: Iterable[Target], place: Place) -> Iterator[Effect]:
    for target, certain in targets:
        yield Effect(target, place, certain)


def _is_exit_stack(values: Values) -> bool:
    return any(isinstance(value, Instance) and value.cls in _EXIT_STACKS for value in values)


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
