"""Whether a method takes the arguments of a call."""

from __future__ import annotations

from refactor_agent.locate.given import KEEPING
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import Instance, Value
from refactor_agent.locate.summary import CallFacts, Parameter

__all__ = ["takes"]


def takes(method: ProjectFunction, call: CallFacts, receiver: Value | None) -> bool:
    """Say whether ``call`` on ``receiver`` may run ``method``: else Python would raise `TypeError`.

    Of what stands behind ``*`` and ``**``, and of methods whose decorators may take other
    arguments, it may.
    """
    if call.starred or not isinstance(receiver, Instance):
        return True
    decorators = [text.rpartition(".")[2] for _, text in method.facts.decorators]
    if not KEEPING.issuperset(decorators):
        return True
    parameters = method.facts.parameters
    if "staticmethod" not in decorators:
        if not parameters or parameters[0].kind != "positional":
            return True
        parameters = parameters[1:]
    return _fits(parameters, len(call.args), {name for name, _ in call.keywords})


def _fits(parameters: tuple[Parameter, ...], number: int, keywords: set[str]) -> bool:
    kinds = {item.kind for item in parameters}
    names = [item.name for item in parameters if item.kind == "positional"]
    if number > len(names) and "varargs" not in kinds:
        return False
    known = {item.name for item in parameters if item.kind in {"positional", "keyword"}}
    if not keywords <= known and "kwargs" not in kinds:
        return False
    given = keywords.union(names[:number])
    return all(
        item.name in given or item.default is not None or item.kind in {"varargs", "kwargs"}
        for item in parameters
    )
