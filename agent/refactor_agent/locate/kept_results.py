"""Results that are kept: what only the first call of a function runs, for all that call it."""

from __future__ import annotations

from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.resolve.decorators import decorator_names
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.stretches import covers
from refactor_agent.locate.terms import Place

__all__ = ["KeptResults"]

_KEEPING = frozenset({"functools.cache", "functools.lru_cache"})
_KEEPING_NAMES = tuple(name.rpartition(".")[2] for name in _KEEPING)


class KeptResults:
    """Knows functions that keep what they give, for all who call them.

    Those are functions under ``lru_cache`` that are called without arguments, and those that fill a
    variable of their module, or an attribute of their class, where that is unset. What is kept for
    each argument, or for each object, is run as often as there are new ones.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._known: dict[str, bool] = {}

    def keeper(self, function: ProjectFunction, place: Place, target: str | Blocker) -> str:
        """Name the function that keeps the result of what ``function`` runs at ``place``."""
        if isinstance(target, str) and self._keeps(target) and _called_bare(function, place):
            return target
        filling = function.facts.filling
        is_filling = filling and any(covers(stretch, place) for stretch in filling)
        return function.name if is_filling else ""

    def _keeps(self, name: str) -> bool:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._look_up(self._evaluator.index.functions[name])
        return known

    def _look_up(self, function: ProjectFunction) -> bool:
        if not function.has_decorator(*_KEEPING_NAMES) or function.facts.is_async:
            return False
        if function.facts.owner >= 0 and not function.has_decorator("staticmethod", "classmethod"):
            return False
        return not _KEEPING.isdisjoint(decorator_names(self._evaluator, function))


def _called_bare(function: ProjectFunction, place: Place) -> bool:
    """Say whether the call at ``place`` passes nothing."""
    calls = [call for call in function.body.calls if call.place == place]
    return bool(calls) and not any(call.args or call.keywords for call in calls)
