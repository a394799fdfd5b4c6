"""The async twin that a project has beside a sync function: `acquire` and `aacquire`."""

from __future__ import annotations

from collections.abc import Iterator

from refactor_agent.domain.twins import TWIN_NAMES, beside
from refactor_agent.locate.resolve.classes import find_methods
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction

__all__ = ["twin_of"]

_SYNC_NAMES = (("sync_", ""), ("", "_sync"))
"""What is before or behind the name of a sync function whose async twin has the bare name."""


def twin_of(evaluator: Evaluator, function: ProjectFunction) -> ProjectFunction | None:
    """Give the async function of the same class, or module, that is named as the twin.

    One that only raises `NotImplementedError` is none, unless subclasses are to define it.
    """
    facts = function.facts
    if facts.is_async or facts.is_lambda or function.bare.startswith("__"):
        return None
    for name in _names(function.bare):
        for twin in _called(evaluator, function, name):
            if twin.facts.is_async and not _is_refused(twin):
                return twin
    return None


def _names(bare: str) -> Iterator[str]:
    yield from (beside(bare, convention) for convention in TWIN_NAMES)
    public = bare.lstrip("_")
    hidden = bare[: len(bare) - len(public)]
    for before, behind in _SYNC_NAMES:
        rest = public.removeprefix(before).removesuffix(behind)
        if rest and rest != public:
            yield hidden + rest


def _called(evaluator: Evaluator, function: ProjectFunction, name: str) -> list[ProjectFunction]:
    owner = function.owner
    if owner is not None:
        return find_methods(evaluator, owner, name)
    if function.facts.parent != 0:
        return []
    found = evaluator.index.functions.get(f"{function.module.name}.{name}")
    return [found] if found is not None else []


def _is_refused(twin: ProjectFunction) -> bool:
    return twin.facts.is_stub and not twin.has_decorator("abstractmethod")
