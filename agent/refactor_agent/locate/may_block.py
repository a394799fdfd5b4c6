"""Whether methods that syntax runs, special ones and properties, may block: asked by name alone.

Most never do, and then it need not be known whose ``__getitem__`` each subscript runs: to find that
out takes a third of a first scan. An answer holds until what it was worked out from changes, and is
then asked again; only where ``no`` has become ``yes``, what was worked out by it is, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Protocol, TypeVar

from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.resolve.attributes import is_property
from refactor_agent.locate.resolve.index import Index, ProjectFunction
from refactor_agent.locate.resolve.reads import Fact, FactNumbers

__all__ = ["MayBlock", "lead_to_blocker", "noes_of"]

T = TypeVar("T")

_SPECIAL = "special"
_PROPERTY = "property"
_MAY_BLOCK = "may block"


class _Effect(Protocol):
    @property
    def target(self) -> str | Blocker: ...


class _Effects(Protocol):
    """What `refactor_agent.locate.effects.Effects` does."""

    @property
    def functions(self) -> Mapping[str, ProjectFunction]: ...

    def of(self, function: ProjectFunction, /) -> Iterable[_Effect]: ...

    def kept(self, question: str, work: Callable[[], T], /) -> T: ...


class MayBlock:
    """Knows it of each name once it was asked; each ``no`` is noted as a fact that was read."""

    def __init__(self, index: Index, effects: _Effects) -> None:
        self._index = index
        self._effects = effects
        self._known: dict[Fact, bool] = {}
        self._numbers: dict[str, FactNumbers] = {
            kind: index.reads.numbers(kind) for kind in (_SPECIAL, _PROPERTY)
        }

    def special(self, name: str) -> bool:
        """Say whether a method of this name, of any class of the project, may block."""
        return self._says(_SPECIAL, name)

    def property(self, name: str) -> bool:
        """Say whether a property of this name may block."""
        return self._says(_PROPERTY, name)

    def now(self, facts: Iterable[Fact]) -> set[Fact]:
        """Give those of ``facts``, read as ``no``, that are ``yes`` by now."""
        return {fact for fact in facts if fact[0] in self._numbers and self._answer(*fact)}

    def _says(self, kind: str, name: str) -> bool:
        answer = self._answer(kind, name)
        if not answer:
            self._index.reads.add(self._numbers[kind][name])
        return answer

    def _answer(self, kind: str, name: str) -> bool:
        known = self._known.get((kind, name))
        if known is None:
            self._known[kind, name] = True  # in a circle, to look further misses nothing
            known = self._effects.kept(_question(kind, name), partial(self._leads, kind, name))
            self._known[kind, name] = known
        return known

    def _leads(self, kind: str, name: str) -> bool:
        """Say whether any method so named leads to a call that blocks."""
        methods = [
            method
            for cls in self._index.classes_with(name)
            for method in cls.methods(name)
            if kind == _SPECIAL or is_property(method)
        ]
        return lead_to_blocker(self._effects, methods)


def lead_to_blocker(effects: _Effects, functions: Iterable[ProjectFunction]) -> bool:
    """Say whether any of ``functions`` leads to a call that blocks, whatever is passed."""
    waiting, seen = list(functions), set[str]()
    while waiting:
        function = waiting.pop()
        if function.name in seen:
            continue
        seen.add(function.name)
        for effect in effects.of(function):
            if isinstance(effect.target, Blocker):
                return True
            waiting.append(effects.functions[effect.target])
    return False


def noes_of(questions: Iterable[str]) -> list[Fact]:
    """Give the facts that are read where one of the ``questions`` is answered with ``no``."""
    split = (question.split(" ", 2) for question in questions if question.endswith(_MAY_BLOCK))
    return [(kind, name) for kind, name, _ in split]


def _question(kind: str, name: str) -> str:
    return f"{kind} {name} {_MAY_BLOCK}"
