"""Project functions used as values."""

from __future__ import annotations

from collections.abc import Iterator

from refactor_agent.domain.callgraph import Reference
from refactor_agent.domain.place import Site, Span
from refactor_agent.locate.graph_calls import caller_of
from refactor_agent.locate.offloaded import PARTIALS, hands_over, runs_elsewhere
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    Values,
)
from refactor_agent.locate.summary import Load

__all__ = ["function_references"]


def function_references(evaluator: Evaluator, function: ProjectFunction) -> Iterator[Reference]:
    """Give every use of a project function as a value in the body of ``function``."""
    elsewhere = runs_elsewhere(evaluator, function)
    for load in function.body.loads:
        for value in evaluator.term(function, load.term):
            if isinstance(value, FunctionValue):
                yield _reference(evaluator, function, load, value.name, elsewhere=elsewhere)


def _reference(
    evaluator: Evaluator, function: ProjectFunction, load: Load, target: str, *, elsewhere: bool
) -> Reference:
    passed_to: str | None = None
    offloaded = elsewhere
    if load.passed_to >= 0:
        call = function.body.calls[load.passed_to]
        passed_to = _name(evaluator.term(function, call.func))
        offloaded = (
            offloaded
            or load.term in hands_over(evaluator, function, call)
            or (passed_to in PARTIALS and load.passed_to in _handed_over(evaluator, function))
        )
    return Reference(
        target=target,
        holder=caller_of(function),
        site=Site(function.module.file, Span(*load.place)),
        passed_to=passed_to,
        offloaded=offloaded,
    )


def _handed_over(evaluator: Evaluator, function: ProjectFunction) -> set[int]:
    """Give the calls in the body whose results an offload is given."""
    return {
        term[1]
        for call in function.body.calls
        for term in hands_over(evaluator, function, call)
        if term is not None and term[0] == "k"
    }


def _name(values: Values) -> str | None:
    if len(values) != 1:
        return None
    value = values[0]
    if isinstance(value, FunctionValue | External):
        return value.name
    if isinstance(value, ExternalMethod):
        return value.qualified
    return value.cls if isinstance(value, ClassObject) else None
