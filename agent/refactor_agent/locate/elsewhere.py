"""Where a project hands its functions to worker threads."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator
from functools import partial

from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.region import Hop
from refactor_agent.locate.effects import Effects
from refactor_agent.locate.offloaded import hands_over
from refactor_agent.locate.offloads import METHODS, OFFLOADS, WRAPPERS
from refactor_agent.locate.resolve.index import ProjectModule
from refactor_agent.locate.resolve.values import FunctionValue, Partial, Value
from refactor_agent.locate.suppressed import Running
from refactor_agent.locate.terms import Place, Term

__all__ = ["HandedOver", "handed_over"]


def handed_over(effects: Effects) -> dict[str, tuple[Hop, ...]]:
    """Give the places outside tests where functions are handed to an offload, by function.

    A lambda or nested function stands for the functions that it calls itself. Wrappers that the
    project made are followed; what calls an offload by another name than its own is found where
    a module binds that name.
    """
    found: dict[str, dict[Hop, None]] = {}
    for function, handed in HandedOver(effects).functions():
        for place, names in handed:
            site = Site(function.module.file, Span(*place))
            for name in names:
                hop = Hop(function=function.name, site=site, callee=name)
                found.setdefault(name, {})[hop] = None
    return {name: tuple(hops) for name, hops in found.items()}


_Handed = tuple[tuple[Place, tuple[str, ...]], ...]
"""The calls of a function that hand something over, and what a thread then runs."""


class HandedOver:
    """Finds the calls of offloads, by names that spread from the known ones to their wrappers'."""

    def __init__(self, effects: Effects, modules: Container[str] | None = None) -> None:
        """Look at all modules, or at these ones."""
        self._effects = effects
        self._evaluator = effects.evaluator
        self._modules = modules
        self._names: dict[str, None] = {}
        self._waiting: list[str] = []
        self._seen: set[str] = set()
        names = (*OFFLOADS, *WRAPPERS, *METHODS, *effects.evaluator.offload_wrappers)
        self.add(map(_last, names))
        self._add_aliases()

    @property
    def names(self) -> Collection[str]:
        """What offloads and their wrappers are called by, as far as is known."""
        return self._names.keys()

    def add(self, names: Iterable[str]) -> None:
        """Take more names, of wrappers in other modules."""
        for name in names:
            if name not in self._names:
                self._names[name] = None
                self._waiting.append(name)

    def functions(self) -> Iterator[tuple[Running, _Handed]]:
        """Give every function that may hand something over and was not given yet, and what."""
        while self._waiting:
            for module, number in self._evaluator.index.calling(self._waiting.pop()):
                name = module.outline.functions[number]
                if name in self._seen or not self._looks_at(module):
                    continue
                self._seen.add(name)
                work = partial(self._handed, module, number)
                handed, wrapper = self._effects.kept(f"handed over by {name}", work)
                yield Running(name, module), handed
                if wrapper is not None:
                    self.add([wrapper])

    def _handed(self, module: ProjectModule, number: int) -> tuple[_Handed, str | None]:
        """Look through the calls; a wrapper, given with its name, hands over what it is given."""
        function = module.functions[number]
        found: dict[Place, dict[str, None]] = {}
        is_wrapper = False
        for call in function.body.calls:
            for term in hands_over(self._evaluator, function, call):
                if _is_parameter(term):  # who hands it to this function says what it is
                    is_wrapper = True
                    continue
                for value in self._evaluator.term(function, term):
                    names = dict.fromkeys(_run_by(self._effects, value))
                    found.setdefault(call.place, {}).update(names)
        handed = tuple((place, tuple(names)) for place, names in found.items())
        return handed, function.bare if is_wrapper else None

    def _looks_at(self, module: ProjectModule) -> bool:
        return self._modules is None or module.name in self._modules

    def _add_aliases(self) -> None:
        pairs = [
            pair
            for module in self._evaluator.index.modules.values()
            if self._looks_at(module)
            for pair in self._effects.kept(f"aliases in {module.name}", partial(_aliases, module))
        ]
        for _ in range(2):  # an import under another name, and another name for that
            self.add([name for name, last in pairs if last in self._names])


def _aliases(module: ProjectModule) -> tuple[tuple[str, str], ...]:
    """Give the names that a module binds to what has another name, with that name's last part."""
    bound = (
        (name, _bound(module, term))
        for name, terms in module.summary.names.items()
        for term in terms
    )
    return tuple(
        (name, str(term[-1]))
        for name, term in bound
        if term is not None and term[0] in "iga" and term[-1] != name
    )


def _bound(module: ProjectModule, term: Term) -> Term:
    if term is None or term[0] != "l":
        return term
    return module.functions[0].body.definitions[term[1]]


def _is_parameter(term: Term) -> bool:
    return term is not None and term[0] in "phx"


def _run_by(effects: Effects, value: Value) -> Iterable[str]:
    """Give the functions that a thread runs which is given ``value``."""
    if isinstance(value, Partial):
        return [name for inner in value.inner for name in _run_by(effects, inner)]
    if not isinstance(value, FunctionValue):
        return []
    function = effects.functions[value.name]
    if function.facts.parent <= 0 and not function.facts.is_lambda:
        return [function.name]
    ran = (effect.target for effect in effects.of(function))
    return [function.name, *(target for target in ran if isinstance(target, str))]


def _last(name: str) -> str:
    return name.rpartition(".")[2]
