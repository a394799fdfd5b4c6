"""What has run when a module is imported: functions whose results are kept have theirs by then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from refactor_agent.locate.effects import Effect, Effects
from refactor_agent.locate.resolve.index import Index, ProjectModule
from refactor_agent.locate.stretches import covers
from refactor_agent.locate.summary import Imports
from refactor_agent.locate.terms import Place

__all__ = ["AtImport"]


class _Certain(NamedTuple):
    """What a function runs whenever it does."""

    functions: Collection[str]
    bare: Collection[str]
    """Those called without arguments that keep their results."""


class AtImport:
    """Knows in which modules' imports the functions of a project run for certain.

    Certain is what stands behind no condition and in no loop, from the module's own code through
    the functions that it calls so.
    """

    def __init__(self, effects: Effects, index: Index) -> None:
        modules = index.modules.known
        self._modules = {name: module for name, module in modules.items() if not module.is_test}
        codes = ((module.outline.functions[0], name) for name, module in self._modules.items())
        self._bodies = {code: name for code, name in codes if index.module_of(code).name == name}
        self._effects = effects
        self._callers = _callers(effects, self._bodies)
        self._known: dict[str, Mapping[str, tuple[Place, ...]]] = {}
        self._certain: dict[str, _Certain] = {}
        self._imported: dict[str, frozenset[str]] = {}
        self._ran: dict[str, frozenset[str]] = {}

    def has_run(self, function: str, modules: Iterable[str]) -> bool:
        """Say whether a function that keeps its result has it once ``modules`` are imported."""
        ran = self.ran(function)
        return bool(ran) and any(not ran.isdisjoint(self.imported(module)) for module in modules)

    def ran(self, function: str) -> frozenset[str]:
        """Give the modules whose import runs a function that keeps its result."""
        ran = self._ran.get(function)
        if ran is None:
            ran = self._ran[function] = frozenset(self._running(function))
        return ran

    def _running(self, function: str) -> Iterator[str]:
        """Give the modules whose import runs a function."""
        if self._effects.about(function).fills:
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
            effects = [one for one in self._ran_by(name) if isinstance(one.target, str)]
            about = self._effects.about(name)
            bare = {about.keeper(effect) for effect in effects}
            targets = {effect.target for effect in effects if isinstance(effect.target, str)}
            known = self._certain[name] = _Certain(targets, bare & targets)
        return known

    def _ran_by(self, function: str) -> Iterator[Effect]:
        """Give what a function runs for certain."""
        module = self._effects.module_of(function)
        if module.name in self._modules:
            doubts = self._doubts(module).get(function, ())
            for effect in self._effects.effects_of(function):
                if effect.certain and not any(covers(one, effect.place) for one in doubts):
                    yield effect

    def imported(self, module: str) -> frozenset[str]:
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
                    waiting.extend(self._modules[name].outline.loads)
                package = name.rpartition(".")[0]
                if package:
                    waiting.append(package)
            known = self._imported[module] = frozenset(seen & self._modules.keys())
        return known

    def _doubts(self, module: ProjectModule) -> Mapping[str, tuple[Place, ...]]:
        """Give by function the stretches that need not run when it does."""
        known = self._known.get(module.name)
        if known is None:
            doubts, names = (
                Imports.decode(module.unnoted.at_import).doubts,
                module.outline.functions,
            )
            known = {names[number]: places for number, places in doubts.items()}
            self._known[module.name] = known
        return known


def _callers(effects: Effects, bodies: Iterable[str]) -> Mapping[str, list[str]]:
    """Give for each function that an import may run who calls it, modules included."""
    callers: dict[str, list[str]] = defaultdict(list)
    waiting = list(bodies)
    seen = set(waiting)
    while waiting:
        name = waiting.pop()
        for target in effects.leads_to(name):
            if target is not None:
                callers[target].append(name)
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
    return callers
