"""What syntax runs without naming it: properties, operators, iteration, ``with``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from refactor_agent.locate.may_block import MayBlock
from refactor_agent.locate.overrides import overrides
from refactor_agent.locate.resolve.attributes import accessors, attribute, properties
from refactor_agent.locate.resolve.delegated import run_by_access
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    External,
    ExternalMethod,
    FunctionValue,
    GeneratorValue,
    Instance,
    Value,
)
from refactor_agent.locate.summary import Operation, Store, WithFacts, may_hold_loop
from refactor_agent.locate.targets import Target, Targets
from refactor_agent.locate.terms import Place, Term, leaves

__all__ = ["SPECIAL_OF_BUILTINS", "Implicit"]

SPECIAL_OF_BUILTINS = {
    f"builtins.{name}": f"__{name}__"
    for name in (
        "abs", "bool", "bytes", "complex", "dir", "divmod", "float", "format", "hash", "int",
        "len", "repr", "reversed", "round", "str",
    )
}  # fmt: skip
"""Builtins to the special method of their first argument that they run."""

_INSTEAD = {"__bool__": "__len__", "__str__": "__repr__"}
"""Special methods that run where a class lacks the first."""


@cache
def _special_methods(method: str) -> tuple[str, ...]:
    """Give the special methods that may run instead, in order; last the reflected one."""
    plain = f"__{method[3:]}" if method.startswith("__i") and method != "__invert__" else method
    own = dict.fromkeys((method, plain, _INSTEAD.get(method, method)))
    return (*own, f"__r{plain[2:]}")


def _methods(operation: Operation) -> tuple[str, ...]:
    return _special_methods(operation.method)


def _reads_call(operation: Operation) -> bool:
    """Say whether it is looked for something in what a call gives, perhaps by a generator."""
    left = operation.left
    return operation.method == "__contains__" and left is not None and left[0] == "k"


def _read_attributes(function: ProjectFunction) -> Iterator[tuple[tuple[Any, ...], Place]]:
    """Give each attribute that a body reads, also to call it."""
    for load in function.body.loads:
        if load.term is not None and load.term[0] == "a" and may_hold_loop(load.frames):
            yield load.term, load.place
    for call in function.body.calls:
        if call.func is not None and call.func[0] == "a" and may_hold_loop(call.frames):
            yield call.func, call.place


class Implicit:
    """Finds the special methods and accessors behind syntax."""

    def __init__(self, evaluator: Evaluator, targets: Targets, may_block: MayBlock) -> None:
        self._evaluator = evaluator
        self._targets = targets
        self._has_descriptors = any(
            map(evaluator.index.classes_with, ("__get__", "__set__", "__delete__"))
        )
        self._may_block = may_block

    def may_be_property(self, name: str) -> bool:
        """Say whether an attribute of this name may run a function of the project."""
        index = self._evaluator.index
        return index.is_decorated_method(name) or (
            self._has_descriptors and bool(index.descriptors(name))
        )

    def of(self, function: ProjectFunction) -> Iterator[tuple[Target, Place]]:
        """Give what the syntax of a body runs, and where."""
        yield from self._accesses(function)
        for item in function.body.withs:
            for target in self._of_with(function, item) if may_hold_loop(item.frames) else ():
                yield target, item.place
        for term, frames, place in function.body.iterations:
            for target in self.of_iteration(function, term) if may_hold_loop(frames) else ():
                yield target, place
        for operation in function.body.operations:
            if _reads_call(operation) or any(map(self._may_block.special, _methods(operation))):
                for target in self._of_operation(function, operation):
                    yield target, operation.place

    def _accesses(self, function: ProjectFunction) -> Iterator[tuple[Target, Place]]:
        """Give what reading and setting attributes runs."""
        for term, place in _read_attributes(function):
            if self._runs_by_reading(term[2]):
                for target in self._of_load(function, term):
                    yield target, place
        if self._may_block.special("__getattr__"):
            yield from self._lacking(function)
        for store in function.body.stores:
            if self.may_be_property(store.name):
                for target in self._of_store(function, store):
                    yield target, store.place

    def _runs_by_reading(self, name: str) -> bool:
        """Say whether what reading an attribute of this name runs may block."""
        index = self._evaluator.index
        if index.is_decorated_method(name) and self._may_block.property(name):
            return True
        return (
            self._has_descriptors
            and bool(index.descriptors(name))
            and self._may_block.special("__get__")
        )

    def _lacking(self, function: ProjectFunction) -> Iterator[tuple[Target, Place]]:
        """Give each ``__getattr__`` that runs because an object lacks what is read of it."""
        for term, place in _read_attributes(function):
            for value in self._evaluator.term(function, term[1]):
                for method in run_by_access(self._evaluator, value, term[2]):
                    yield (method.name, True), place

    def _of_load(self, function: ProjectFunction, term: tuple[Any, ...]) -> Iterator[Target]:
        for value in self._evaluator.term(function, term[1]):
            for method in properties(self._evaluator, value, term[2]):
                yield method.name, True

    def _of_store(self, function: ProjectFunction, store: Store) -> Iterator[Target]:
        for value in self._evaluator.term(function, store.base):
            for method in accessors(
                self._evaluator, value, store.name, is_deleted=store.is_deleted
            ):
                yield method.name, True

    def _of_operation(self, function: ProjectFunction, operation: Operation) -> Iterator[Target]:
        """Give what the first special method runs that an operand has: its own, then reflected."""
        if operation.method == "__await__":
            yield from self._of_await(function, operation.left)
            return
        *own, reflected = _methods(operation)
        for method in own:
            found = list(self.special(function, operation.left, method))
            if found:
                yield from found
                return
        if operation.method == "__contains__":  # what can't be asked is read
            yield from self.of_iteration(function, operation.left)
        if operation.right is not None:
            yield from self.special(function, operation.right, reflected)

    def _of_await(self, function: ProjectFunction, term: Term) -> Iterator[Target]:
        """Give what ``await`` runs of an object: of a generator there, all of it."""
        for value in self._evaluator.term(function, term):
            if isinstance(value, Instance) and value.cls in self._evaluator.index.classes:
                for method in attribute(self._evaluator, value, "__await__"):
                    if isinstance(method, FunctionValue):
                        yield method.name, True

    def of_builtin(self, function: ProjectFunction, name: str, term: Term) -> Iterator[Target]:
        """Give what a builtin called ``name`` runs of its argument: ``len(a)``."""
        for method in _special_methods(SPECIAL_OF_BUILTINS[name])[:-1]:
            found = list(self.special(function, term, method))
            if found:
                yield from found
                return

    def special(self, function: ProjectFunction, term: Term, name: str) -> Iterator[Target]:
        """Give what the special method ``name`` of an object of the project runs."""
        if not self._may_block.special(name):
            return
        for value in self._evaluator.term(function, term):
            if isinstance(value, Instance) and value.cls in self._evaluator.index.classes:
                yield from self._method(value, name)

    def _of_with(self, function: ProjectFunction, item: WithFacts) -> Iterator[Target]:
        """Give what entering and leaving a ``with`` runs."""
        if not item.is_async:
            for value in self._objects(function, item.term):
                yield from self.entered(value)
            yield from self._overriding(function, item.term)

    def entered(self, value: Value) -> Iterator[Target]:
        """Give what entering and leaving a context manager runs."""
        if isinstance(value, GeneratorValue):
            if not value.is_async:
                yield value.function, True
            return
        for name in ("__enter__", "__exit__"):
            yield from self._method(value, name)

    def of_iteration(self, function: ProjectFunction, term: Term) -> Iterator[Target]:
        """Give what reading all of an iterable runs."""
        for value in self._objects(function, term):
            if isinstance(value, GeneratorValue):
                if not value.is_async:
                    yield value.function, True
                continue
            for name in ("__iter__", "__next__"):
                yield from self._method(value, name)
        yield from self._overriding(function, term)

    def _overriding(self, function: ProjectFunction, term: Term) -> Iterator[Target]:
        """Give the generators of other classes that a call in ``term`` may have made."""
        body = function.body
        for leaf in leaves(body.definitions, term):
            func = body.calls[leaf[1]].func if leaf[0] == "k" else None
            if func is None or func[0] != "a":
                continue
            for value in self._evaluator.term(function, func):
                if isinstance(value, FunctionValue):
                    for method in overrides(self._evaluator, value, function, func):
                        if method.facts.is_generator and not method.facts.is_async:
                            yield method.name, False

    def _objects(self, function: ProjectFunction, term: Term) -> Iterator[Value]:
        """Give the values of a term, what attributes of libraries hold in place of their names."""
        for value in self._evaluator.term(function, term):
            if isinstance(value, External | ExternalMethod):
                yield from self._evaluator.libraries.settle(value)
            else:
                yield value

    def _method(self, value: Value, name: str) -> Iterator[Target]:
        if isinstance(value, Instance):
            for method in attribute(self._evaluator, value, name):
                if isinstance(method, FunctionValue | ExternalMethod):
                    yield from self._targets.of(method, None)
