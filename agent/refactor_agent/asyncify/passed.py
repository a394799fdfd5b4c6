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

__all__ = ["Given", "Passed"]

Given: TypeAlias = tuple[ProjectFunction, Term]
"""A term and the function in whose body it stands."""


class Passed:
    """Answers what the calls in some modules pass for a parameter."""

    def __init__(self, evaluator: Evaluator, callers: Iterable[ProjectFunction]) -> None:
        self._evaluator = evaluator
        self._callers = tuple(callers)

    def to(self, function: ProjectFunction, name: str) -> tuple[Given, ...]:
        """Give what is passed for the parameter ``name``, and its default."""
        found = self._named(function, name)
        parameter = next((p for p in function.facts.parameters if p.name == name), None)
        default = parameter.default if parameter is not None else None
        return (*found, (function.around, default)) if default is not None else tuple(found)

    def by_name(
        self, function: ProjectFunction, func: Term, args: Sequence[Term]
    ) -> tuple[Given, ...]:
        """Give what is passed for a keyword that the function takes out of its ``**kwargs``.

        ``func`` and ``args`` are those of ``kwargs.pop("client", None)``.
        """
        if func is None or func[0] != "a" or func[2] not in {"get", "pop"} or not args:
            return ()
        name = args[0]
        if name is None or name[0] != "#" or not _is_keywords(function, func[1]):
            return ()
        return tuple(self._named(function, str(name[1])))

    def _named(
        self, function: ProjectFunction, name: str, through: tuple[str, ...] = ()
    ) -> Iterator[Given]:
        """Give what is passed for ``name``, also by functions that hand on their ``**kwargs``."""
        yield from self._table.get((function.name, name), ())
        for caller, term in self._table.get((function.name, "**"), ()):
            is_own = any(item.name == name for item in caller.facts.parameters)
            if caller.name not in through and not is_own and _is_keywords(caller, term):
                yield from self._named(caller, name, (*through, function.name))

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


def _is_keywords(function: ProjectFunction, term: Term) -> bool:
    """Say whether ``term`` is what ``function`` takes as ``**kwargs``."""
    names = (item.name for item in function.facts.parameters if item.kind == "kwargs")
    return term in [("p", name) for name in names]
