"""What a call graph says of each function, taken from the graph of a tree that differs little.

A gate asks for the graph of one tree after another, each with a patch over the same base. The
base's answers stay in memory, with notes of what they follow from, as effects do between scans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, NamedTuple, TypeVar

from refactor_agent.locate.effects import Effects
from refactor_agent.locate.incremental.differences import Read, between, between_classes
from refactor_agent.locate.incremental.keeping import MOST_CHANGED, below
from refactor_agent.locate.incremental.part import Known, Part, make_part, without_waste
from refactor_agent.locate.incremental.recording import RecordingEffects
from refactor_agent.locate.incremental.state import ROW
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.reads import ANYTHING, Fact
from refactor_agent.locate.summary import ModuleSummary

__all__ = ["Nearby"]

T = TypeVar("T")


class _Base(NamedTuple):
    """What was worked out of the first tree."""

    modules: Mapping[tuple[str, str], tuple[str, ModuleSummary]]
    """By file and name, what each was made of and its summary."""
    below: dict[str, list[str]]
    rows: Mapping[str, object]
    """What is known of the functions and questions that an answer follows from."""
    part: Part


class Nearby(Generic[T]):
    """Answers about functions, of the first tree that it was asked about and of its neighbours.

    One that notes nothing (`Effects` without a cache) is neither a base nor helped by one.
    """

    def __init__(self) -> None:
        self._base: _Base | None = None

    def answers(self, effects: Effects, work: Callable[[ProjectFunction], T]) -> Mapping[str, T]:
        """Give ``work`` of every function by its name; work is plain and of one function alone."""
        functions = effects.evaluator.index.functions.values()
        if not isinstance(effects, RecordingEffects):
            return {function.name: work(function) for function in functions}
        base = self._base
        if base is not None:
            held: Mapping[str, T] = _held(base, effects)
            return {
                function.name: held[function.name] if function.name in held else work(function)
                for function in functions
            }
        known: dict[str, Known] = {}
        for function in functions:
            known[function.name] = effects.noted(lambda function=function: work(function))  # type: ignore[misc]
        self._base = _noted(effects, known)
        return {name: one.value for name, one in known.items()}


def _noted(effects: RecordingEffects, known: Mapping[str, Known]) -> _Base:
    part = without_waste(make_part(effects.reads, {}, known))
    rows = {fact[1] for fact in part.named() if fact[0] == ROW}
    modules = effects.evaluator.index.modules.known.values()
    return _Base(
        {(module.file, module.name): (module.key, module.unnoted) for module in modules},
        below(effects.evaluator),
        {name: effects.answer_of(name) for name in rows},
        part,
    )


def _held(base: _Base, effects: RecordingEffects) -> Mapping[str, T]:
    """Give the answers that hold in another tree: they read nothing that differs there."""
    now = {
        (module.file, module.name): (module.key, module.unnoted)
        for module in effects.evaluator.index.modules.known.values()
    }
    nothing = ("", None)
    differing = [
        Read(name[0], base.modules.get(name, nothing)[1], now.get(name, nothing)[1])
        for name in base.modules.keys() | now.keys()
        if base.modules.get(name, nothing)[0] != now.get(name, nothing)[0]
    ]
    if len(differing) > MOST_CHANGED:
        return {}
    facts, moved = between(differing)
    facts |= between_classes(base.below, below(effects.evaluator))
    facts |= _rows_that_differ(base, effects)
    facts |= effects.may_block.now(base.part.named())
    if facts:
        facts.add(ANYTHING)
    stale = base.part.following_from(facts) | moved
    answers = base.part.answers
    return {name: value for name, (_, value) in answers.items() if name not in stale}


def _rows_that_differ(base: _Base, effects: RecordingEffects) -> set[Fact]:
    return {(ROW, name) for name, said in base.rows.items() if effects.answer_of(name) != said}
