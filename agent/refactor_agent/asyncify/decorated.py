"""What the project's own decorators are given, and the wrappers that they put around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from refactor_agent.locate.resolve.attributes import attribute
from refactor_agent.locate.resolve.classes import find_methods
from refactor_agent.locate.resolve.decorators import wrappers_of
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    FunctionValue,
    Instance,
    Values,
)

__all__ = ["Decorated", "Wrapper"]

_ASKS = frozenset(
    f"{home}.{name}"
    for home in ("asyncio", "inspect")
    for name in ("iscoroutinefunction", "iscoroutine", "isawaitable")
)


class Wrapper(NamedTuple):
    """What runs in place of the functions that a decorator is given."""

    maker: ProjectFunction
    """The function that is given them: the decorator, or the ``__init__`` of its class."""
    parameter: str
    """The name by which it knows them."""
    is_method: bool
    """It is the ``__call__`` of a class, and so serves all that are given to it."""


class Decorated:
    """Answers what a decorator of the project may be given, wherever it is applied."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def given(self, function: ProjectFunction, parameter: str) -> Values:
        """Give the functions that ``parameter`` of a decorator holds."""
        return self._given.get((function.name, parameter), ())

    def wrapped_by(self, name: str) -> tuple[str, ...]:
        """Name the functions around which the wrapper ``name`` lies."""
        wrapper = self.wrappers.get(name)
        if wrapper is None:
            return ()
        given = self._given.get((wrapper.maker.name, wrapper.parameter), ())
        return tuple(value.name for value in given if isinstance(value, FunctionValue))

    @cached_property
    def wrappers(self) -> Mapping[str, Wrapper]:
        """Wrappers by their names; those of decorators that ask what they are given left out."""
        found: dict[str, Wrapper] = {}
        for name, parameter in self._given:
            maker = self._evaluator.index.functions[name]
            if maker.facts.bare == "__init__" and maker.owner is not None:
                for method in find_methods(self._evaluator, maker.owner, "__call__"):
                    found[method.name] = Wrapper(maker, parameter, is_method=True)
                continue
            for inner in wrappers_of(self._evaluator, maker):
                found[inner.name] = Wrapper(maker, parameter, is_method=False)
        return found

    @cached_property
    def _given(self) -> Mapping[tuple[str, str], Values]:
        found: dict[tuple[str, str], dict[FunctionValue, None]] = defaultdict(dict)
        for function in self._evaluator.index.functions.values():
            for term, _ in function.facts.decorators:
                for value in self._evaluator.term(function.around, term):
                    for maker, parameter in self._makers(value):
                        found[maker.name, parameter][FunctionValue(function.name)] = None
        return {key: tuple(values) for key, values in found.items() if not self._asks(key[0])}

    def _makers(self, value: object) -> Iterator[tuple[ProjectFunction, str]]:
        if isinstance(value, FunctionValue):
            maker = self._evaluator.index.functions[value.name]
            yield from _first(maker, bound=value.receiver is not None)
        elif isinstance(value, ClassObject) and value.cls in self._evaluator.index.classes:
            cls = self._evaluator.index.classes[value.cls]
            for method in find_methods(self._evaluator, cls, "__init__"):
                yield from _first(method, bound=True)
        elif isinstance(value, Instance):
            for called in attribute(self._evaluator, value, "__call__"):
                if isinstance(called, FunctionValue):
                    yield from _first(self._evaluator.index.functions[called.name], bound=True)

    def _asks(self, name: str) -> bool:
        """Say whether a decorator looks at what it is given, and treats coroutines apart."""
        maker = self._evaluator.index.functions[name]
        wrappers = wrappers_of(self._evaluator, maker)
        if any(wrapper.facts.is_async for wrapper in wrappers):
            return True
        return any(
            isinstance(value, External) and value.name in _ASKS
            for function in (maker, *wrappers)
            for call in function.body.calls
            for value in self._evaluator.term(function, call.func)
        )


def _first(function: ProjectFunction, *, bound: bool) -> Iterator[tuple[ProjectFunction, str]]:
    names = [item.name for item in function.facts.parameters if item.kind == "positional"]
    names = names[1:] if bound else names
    if names:
        yield function, names[0]
