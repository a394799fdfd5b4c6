"""What awaiting an object gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.classes import find_methods
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import AWAITABLE, Instance, Value, Values, join
from refactor_agent.locate.terms import leaves

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["awaited"]


def awaited(evaluator: Evaluator, value: Value) -> Values:
    """Give what ``await value`` gives."""
    if not isinstance(value, Instance):
        return ()
    if value.cls == AWAITABLE:
        return value.arguments[0] if value.arguments else ()
    cls = evaluator.index.classes.get(value.cls)
    methods = find_methods(evaluator, cls, "__await__") if cls is not None else ()
    return join(_given(evaluator, method) for method in methods)


def _given(evaluator: Evaluator, method: ProjectFunction) -> Values:
    """Give what a method ``__await__`` gives: what it returns, or awaits in its own place."""
    if method.facts.is_generator:
        return join(evaluator.term(method, term) for term in method.body.returns)
    return evaluator.guarded(("awaited", method.name), lambda: _handed_on(evaluator, method))


def _handed_on(evaluator: Evaluator, method: ProjectFunction) -> Values:
    """Give what awaiting ``x`` gives, of ``return x.__await__()``."""
    body = method.body
    called = (
        body.calls[leaf[1]].func
        for term in body.returns
        for leaf in leaves(body.definitions, term)
        if leaf[0] == "k"
    )
    return join(
        evaluator.term(method, ("y", func[1]))
        for func in called
        if func is not None and func[0] == "a" and func[2] == "__await__"
    )
