"""What is handed over: the arguments that a parameter may hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from refactor_agent.locate.resolve.classes import find_methods
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import ClassObject, FunctionValue, Value
from refactor_agent.locate.terms import Term

__all__ = ["Passed"]

Given: TypeAlias = tuple[ProjectFunction, Term]
"""A term and the function in whose body it stands."""


class Passed:
    """Answers what the calls in some modules pass for a parameter."""

    def __init__(self, evaluator: Evaluator, callers: Iterable[ProjectFunction]) -> None:
        self._evaluator = evaluator
        self._callers = tuple(callers)

    def to(self, function: ProjectFunction, name: str) -> tuple[Given, ...]:
        """Give what is passed for the parameter ``name``, and its default."""
        found = self._table.get((function.name, name), ())
        parameter = next((p for p in function.facts.parameters if p.name == name), None)
        default = parameter.default if parameter is not None else None
        return (*found, (function.around, default)) if default is not None else tuple(found)

    @cached_property
    def _table(self) -> Mapping[tuple[str, str], Sequence[Given]]:
        groups: dict[tuple[str, str], list[Given]] = defaultdict(list)
        for caller in self._callers:
            for func, given in _calls(caller):
                for value in self._evaluator.term(caller, func) if given else ():
                    for function, bound in self._runs(value):
                        for key, term in given:
                            name = _parameter(function, key, bound=bound)
                            if name is not None and term is not None:
                                groups[function.name, name].append((caller, term))
        return groups

    def _runs(self, value: Value) -> Iterator[tuple[ProjectFunction, bool]]:
        if isinstance(value, FunctionValue):
            function = self._evaluator.index.functions[value.name]
            yield (
                function,
                value.receiver is not None and not function.has_decorator("staticmethod"),
            )
        elif isinstance(value, ClassObject):
            cls = self._evaluator.index.classes[value.cls]
            for method in find_methods(self._evaluator, cls, "__init__"):
                yield method, True


def _calls(caller: ProjectFunction) -> Iterator[tuple[Term, list[tuple[int | str, Term]]]]:
    """Give each callee with what it is given; what a thread will call as well."""
    for call in caller.body.calls:
        yield call.func, [*enumerate(call.args), *call.keywords]
        words = dict(call.keywords)
        args = words.get("args")
        if words.get("target") is not None and args is not None and args[0] == "t":
            yield words["target"], [*enumerate(args[1])]


def _parameter(function: ProjectFunction, key: int | str, *, bound: bool) -> str | None:
    if isinstance(key, str):
        return key
    names = [item.name for item in function.facts.parameters if item.kind == "positional"]
    names = names[1:] if bound else names
    return names[key] if key < len(names) else None
