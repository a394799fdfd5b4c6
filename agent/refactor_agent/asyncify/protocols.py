"""Special methods that change together: ``__enter__`` with ``__exit__``, and what they become."""

from __future__ import annotations

from collections.abc import Iterator

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.site import Unit
from refactor_agent.locate.resolve.classes import find_methods
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.values import FunctionValue

__all__ = ["iterates", "partners"]

_PARTNERS = {"__enter__": "__exit__", "__exit__": "__enter__"}


def partners(unit: Unit, evaluator: Evaluator) -> Iterator[str]:
    """Name the methods that must become async because this one does."""
    other = _PARTNERS.get(unit.function.facts.bare)
    owner = unit.function.owner
    if other is not None and owner is not None:
        yield from (method.name for method in find_methods(evaluator, owner, other))
    if unit.function.facts.bare == "close" and owner is not None:
        for call in unit.function.body.calls:
            for value in evaluator.term(unit.function, call.func):
                if isinstance(value, FunctionValue) and value.name.endswith(".__exit__"):
                    yield value.name


def iterates(unit: Unit, colours: Colours) -> bool:
    """Say whether a plain ``__iter__`` becomes ``__aiter__`` though it waits for nothing itself."""
    function = unit.function
    if function.facts.bare != "__iter__" or function.name in colours.coloured:
        return False
    if function.facts.is_generator:
        return False
    if colours.gives_iterator(function.name) is not None:
        return True
    owner = function.owner
    return owner is not None and any(m.name in colours.coloured for m in owner.methods("__next__"))
