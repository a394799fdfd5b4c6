"""Names that stand for an annotation: ``PathLike = str | Path``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.terms import Term

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["alias"]

_Place = tuple[ProjectFunction, Term]


def alias(evaluator: Evaluator, function: ProjectFunction, term: Term) -> _Place | None:
    """Give the annotation that a name stands for, and where it is written.

    ``None`` where it stands for none, or for itself: modules that import it from each other.
    """
    place: _Place | None = (function, term)
    seen: set[_Place] = set()
    while place is not None and place not in seen:
        seen.add(place)
        home, term = place
        if term is None or term[0] in "so":
            return place
        if term[0] == "A":
            return home, term[2]
        place = next(_behind(evaluator, home, term), None)
    return None


def _behind(evaluator: Evaluator, home: ProjectFunction, term: Term) -> Iterator[_Place]:
    """Give what the name ``term`` is bound to, where that may be an annotation."""
    home, bound = _bound(evaluator, home, term)
    for given in bound:
        part = _defined(home, given)
        if part is not None and (part[0] in "iso" or (part[0] == "A" and part[2] is not None)):
            yield home, part


def _bound(
    evaluator: Evaluator, home: ProjectFunction, term: Term
) -> tuple[ProjectFunction, tuple[Term, ...]]:
    if term is None or term[0] == "l":
        return home, (term,)
    module = home.module if term[0] == "g" else evaluator.index.modules.get(term[1])
    if module is None:
        return home, ()
    return module.functions[0], module.binding(term[-1]) or ()


def _defined(home: ProjectFunction, term: Term) -> Term:
    """Give what stands behind definitions of the body of ``home``."""
    seen: set[Term] = set()
    while term is not None and term[0] == "l" and term not in seen:
        seen.add(term)
        term = home.body.definitions[term[1]]
    return term
