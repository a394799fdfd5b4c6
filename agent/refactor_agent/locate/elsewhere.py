"""Where a project hands its functions to worker threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from refactor_agent.domain.place import Site, Span
from refactor_agent.domain.region import Hop
from refactor_agent.locate.effects import Effects
from refactor_agent.locate.offloaded import hands_over
from refactor_agent.locate.offloads import METHODS, OFFLOADS, WRAPPERS
from refactor_agent.locate.resolve.index import ProjectFunction, ProjectModule
from refactor_agent.locate.resolve.values import FunctionValue, Partial, Value
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term

__all__ = ["handed_over"]


def handed_over(effects: Effects) -> dict[str, tuple[Hop, ...]]:
    """Give the places outside tests where functions are handed to an offload, by function.

    A lambda or nested function stands for the functions that it calls itself. Wrappers that the
    project made are followed; what calls an offload by another name than its own is found where
    a module binds that name.
    """
    found: dict[str, dict[Hop, None]] = {}
    for function, call in _Offloading(effects).calls():
        site = Site(function.module.file, Span(*call.place))
        for term in hands_over(effects.evaluator, function, call):
            if _is_parameter(term):  # who hands it to this function says what it is
                continue
            for value in effects.evaluator.term(function, term):
                for name in _run_by(effects, value):
                    hop = Hop(function=function.name, site=site, callee=name)
                    found.setdefault(name, {})[hop] = None
    return {name: tuple(hops) for name, hops in found.items()}


class _Offloading:
    """Finds the calls of offloads, by names that spread from the known ones."""

    def __init__(self, effects: Effects) -> None:
        self._evaluator = effects.evaluator
        names = (*OFFLOADS, *WRAPPERS, *METHODS, *effects.evaluator.offload_wrappers)
        self._names = dict.fromkeys(_last(name) for name in names)
        self._add_aliases()

    def calls(self) -> Iterator[tuple[ProjectFunction, CallFacts]]:
        """Give the calls of every function that may hand something over."""
        waiting, seen = list(self._names), set[str]()
        while waiting:
            for function in self._evaluator.index.callers(waiting.pop()):
                if function.name in seen:
                    continue
                seen.add(function.name)
                for call in function.body.calls:
                    yield function, call
                    if function.bare not in self._names and self._is_wrapper(function, call):
                        self._names[function.bare] = None
                        waiting.append(function.bare)

    def _is_wrapper(self, function: ProjectFunction, call: CallFacts) -> bool:
        handed = hands_over(self._evaluator, function, call)
        return any(map(_is_parameter, handed))

    def _add_aliases(self) -> None:
        modules = self._evaluator.index.modules.values()
        for _ in range(2):  # an import under another name, and another name for that
            for module in modules:
                for name, terms in module.summary.names.items():
                    if name not in self._names and self._is_known(module, terms):
                        self._names[name] = None

    def _is_known(self, module: ProjectModule, terms: Iterable[Term]) -> bool:
        return any(
            bound is not None and bound[0] in "iga" and bound[-1] in self._names
            for bound in (_bound(module, term) for term in terms)
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
