"""Functions that a queue's decorator made tasks: ``send_mail.delay(user)`` puts one into it.

A call of the function runs it, as it would without the decorator; what it has besides, the rules
say of what the decorator gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    External,
    ExternalMethod,
    FunctionValue,
    Instance,
    Values,
    join,
)

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["task_method"]


def task_method(evaluator: Evaluator, value: FunctionValue, name: str) -> Values:
    """Give the method ``name`` that a library's decorator gave a function, where rules know it."""
    function = evaluator.index.functions[value.name]
    if not function.facts.decorators:
        return ()
    question = ("made by decorators", function.name)
    nothing: Values = ()
    made = evaluator.memo.get(question, lambda: join(_made(evaluator, function)), nothing)
    methods = (ExternalMethod(task, name) for task in made if isinstance(task, Instance))
    return tuple(method for method in methods if evaluator.libraries.knows(method.qualified))


def _made(evaluator: Evaluator, function: ProjectFunction) -> Iterator[Values]:
    for term, _ in function.facts.decorators:
        target = term
        if term is not None and term[0] == "k":
            target = function.around.body.calls[term[1]].func
        for decorator in evaluator.term(function.around, target):
            if isinstance(decorator, External):
                yield evaluator.libraries.type_of(decorator.name)
            elif isinstance(decorator, ExternalMethod):
                yield evaluator.libraries.type_of(decorator.qualified)
