"""What has run when a module is imported: functions whose results are kept have theirs by then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar

from refactor_agent.locate.effects import Effect
from refactor_agent.locate.stretches import covers
from refactor_agent.locate.summary import FunctionFacts, Imports, ModuleSummary

__all__ = ["AtImport", "Imported"]


class _Module(Protocol):
    """A file of a project."""

    @property
    def file(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def is_test(self) -> bool: ...

    @property
    def unnoted(self) -> ModuleSummary: ...


class Imported(Protocol):
    """A function of a project, or a module's own code."""

    @property
    def name(self) -> str:
        """Qualified and unique."""
        ...

    @property
    def number(self) -> int:
        """Which of its module's it is."""
        ...

    @property
    def facts(self) -> FunctionFacts:
        """All but the body."""
        ...

    @property
    def module(self) -> _Module:
        """Where it is defined."""
        ...


F = TypeVar("F", bound=Imported)
F_contra = TypeVar("F_contra", bound=Imported, contravariant=True)


class _Runs(Protocol[F_contra]):
    def of(self, function: F_contra, /) -> tuple[Effect, ...]: ...

    def leads_to(self, name: str, /) -> Iterable[str | None]: ...

    def once(self, function: F_contra, effect: Effect, /) -> str: ...


class _Certain(NamedTuple):
    """What a function runs whenever it does."""

    functions: Collection[str]
    bare: Collection[str]
    """Those called without arguments that keep their results."""


class AtImport(Generic[F]):
    """Knows in which modules' imports the functions of a project run for certain.

    Certain is what stands behind no condition and in no loop, from the module's own code through
    the functions that it calls so.
    """

    def __init__(self, runs: _Runs[F], functions: Mapping[str, F]) -> None:
        bodies = [f for f in functions.values() if f.facts.parent < 0 and not f.module.is_test]
        self._bodies = {function.name: function.module.name for function in bodies}
        self._modules = {function.module.name: function.module for function in bodies}
        self._runs = runs
        self._functions = functions
        self._callers = _callers(runs, self._bodies)
        self._known: dict[str, Imports] = {}
        self._certain: dict[str, _Certain] = {}
        self._imported: dict[str, frozenset[str]] = {}
        self._ran: dict[str, frozenset[str]] = {}

    def has_run(self, function: str, modules: Iterable[str]) -> bool:
        """Say whether a function that keeps its result has it once ``modules`` are imported."""
        ran = self._ran.get(function)
        if ran is None:
            ran = self._ran[function] = frozenset(self._running(function))
        return bool(ran) and any(not ran.isdisjoint(self._with(module)) for module in modules)

    def _running(self, function: str) -> Iterator[str]:
        """Give the modules whose import runs a function."""
        if self._functions[function].facts.filling:
            waiting = self._calling(function)
        else:
            callers = self._callers.get(function, ())
            waiting = [caller for caller in callers if function in self._of(caller).bare]
        seen = set[str]()
        while waiting:
            caller = waiting.pop()
            if caller not in seen:
                seen.add(caller)
                waiting.extend(self._calling(caller))
                if caller in self._bodies:
                    yield self._bodies[caller]

    def _calling(self, function: str) -> list[str]:
        """Give the functions that call one whenever they run, modules included."""
        callers = self._callers.get(function, ())
        return [caller for caller in callers if function in self._of(caller).functions]

    def _of(self, name: str) -> _Certain:
        known = self._certain.get(name)
        if known is None:
            function = self._functions[name]
            effects = [
                effect for effect in self._effects(function) if isinstance(effect.target, str)
            ]
            bare = {self._runs.once(function, effect) for effect in effects}
            targets = {effect.target for effect in effects if isinstance(effect.target, str)}
            known = self._certain[name] = _Certain(targets, bare & targets)
        return known

    def _effects(self, function: F) -> Iterator[Effect]:
        if function.module.name in self._modules:
            doubts = self._imports(function.module.name).doubts.get(function.number, ())
            for effect in self._runs.of(function):
                if effect.certain and not any(covers(one, effect.place) for one in doubts):
                    yield effect

    def _with(self, module: str) -> frozenset[str]:
        """Give the modules that are imported whenever ``module`` is, and itself."""
        known = self._imported.get(module)
        if known is None:
            waiting, seen = [module], set[str]()
            while waiting:
                name = waiting.pop()
                if name in seen:
                    continue
                seen.add(name)
                if name in self._modules:
                    waiting.extend(self._imports(name).loads)
                package = name.rpartition(".")[0]
                if package:
                    waiting.append(package)
            known = self._imported[module] = frozenset(seen & self._modules.keys())
        return known

    def _imports(self, module: str) -> Imports:
        known = self._known.get(module)
        if known is None:
            data = self._modules[module].unnoted.at_import
            known = self._known[module] = Imports.decode(data)
        return known


def _callers(runs: _Runs[F], bodies: Iterable[str]) -> Mapping[str, list[str]]:
    """Give for each function that an import may run who calls it, modules included."""
    callers: dict[str, list[str]] = defaultdict(list)
    waiting = list(bodies)
    seen = set(waiting)
    while waiting:
        name = waiting.pop()
        for target in runs.leads_to(name):
            if target is not None:
                callers[target].append(name)
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
    return callers
