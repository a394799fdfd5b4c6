"""What runs when a value is called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from refactor_agent.locate.blocking import Blocker, Blockers
from refactor_agent.locate.overrides import overrides
from refactor_agent.locate.resolve.attributes import attribute
from refactor_agent.locate.resolve.classes import find_methods, linearise, metaclasses
from refactor_agent.locate.resolve.constructed import hooks
from refactor_agent.locate.resolve.decorators import decoration
from refactor_agent.locate.resolve.dispatched import default_factories, registered
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.signatures import takes
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    Instance,
    Partial,
    Value,
)
from refactor_agent.locate.summary import CallFacts

__all__ = ["Target", "Targets"]

Target: TypeAlias = tuple[str | Blocker, bool]
"""A function of the project or a blocking call, and whether it is certain that it runs."""

_RUN_TO_MAKE = ("__new__", "__init__", "__post_init__", "__attrs_post_init__", "model_post_init")
"""Methods that run when an object is made."""


class Targets:
    """Finds the functions and blocking calls behind callables."""

    def __init__(self, evaluator: Evaluator, blockers: Blockers) -> None:
        self.evaluator = evaluator
        self.blockers = blockers

    def of(
        self, value: Value, call: CallFacts | None, caller: ProjectFunction | None = None
    ) -> Iterator[Target]:
        """Give what runs when ``value`` is called, each with whether that is certain.

        ``call`` is ``None`` for calls that syntax makes; ``caller`` is the function around it.
        """
        if isinstance(value, FunctionValue):
            yield from self._function(value)
            yield from self._overrides(value, call, caller)
        elif isinstance(value, ClassObject):
            cls = self.evaluator.index.classes[value.cls]
            yield from self._constructor(cls, call)
            for factory in default_factories(self.evaluator, cls):
                if not isinstance(factory, ClassObject):  # their fields may hold each other
                    yield from self.of(factory, None)
        elif isinstance(value, External):
            yield from self._library(value.name, call)
        elif isinstance(value, ExternalMethod):
            yield from self._library(value.qualified, call)
        elif isinstance(value, Partial):
            for inner in value.inner:
                yield from self.of(inner, call)
        elif isinstance(value, Instance):
            yield from self._object(value, call)

    def _object(
        self, value: Instance, call: CallFacts | None
    ) -> Iterator[tuple[str | Blocker, bool]]:
        """Give what runs when an object is called as if it were a function."""
        if value.cls not in self.evaluator.index.classes:
            yield from self._library(f"{value.cls}.__call__", call)
            return
        for method in attribute(self.evaluator, value, "__call__"):
            if isinstance(method, FunctionValue):
                yield from self._function(method)

    def _library(self, name: str, call: CallFacts | None) -> Iterator[tuple[Blocker, bool]]:
        blocker = self.blockers.find(name, call)
        if blocker is not None:
            yield blocker, True

    def _function(self, value: FunctionValue) -> Iterator[tuple[str, bool]]:
        function = self.evaluator.index.functions[value.name]
        effect = decoration(self.evaluator, function)
        if effect.runs_elsewhere or not _runs_when_called(function):
            return
        yield function.name, True
        for wrapper in effect.wrappers:
            yield wrapper, True
        for name in registered(self.evaluator, function):
            yield name, False

    def _overrides(
        self, value: FunctionValue, call: CallFacts | None, caller: ProjectFunction | None
    ) -> Iterator[tuple[str, bool]]:
        func = call.func if call is not None else None
        for method in overrides(self.evaluator, value, caller, func):
            if _runs_when_called(method) and (
                caller is None or call is None or takes(method, call, value.receiver)
            ):
                yield method.name, False

    def _constructor(self, cls: ProjectClass, call: CallFacts | None) -> Iterator[Target]:
        for metaclass in metaclasses(self.evaluator, cls):
            for method in find_methods(self.evaluator, metaclass, "__call__"):
                yield method.name, True
        for name in _RUN_TO_MAKE:
            for method in find_methods(self.evaluator, cls, name):
                if _runs_when_called(method):
                    yield method.name, True
        yield from _validation(self.evaluator, cls, call)
        if not find_methods(self.evaluator, cls, "__init__"):
            for base in linearise(self.evaluator, cls):
                if isinstance(base, str):
                    yield from self._library(base, call)


def _validation(
    evaluator: Evaluator, cls: ProjectClass, call: CallFacts | None
) -> Iterator[tuple[str, bool]]:
    """Give the validators that making an object runs."""
    return ((hook.function, True) for hook in hooks(evaluator, cls) if hook.runs(call))


def _runs_when_called(function: ProjectFunction) -> bool:
    """Say whether a call runs the body: not of coroutines, nor of generators until consumed."""
    facts = function.facts
    return not facts.is_async and not facts.is_generator
