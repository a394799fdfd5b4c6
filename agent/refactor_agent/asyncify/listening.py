"""Generators that care what is sent to them, or thrown into them, while they are delegated to."""

from __future__ import annotations

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.nodes import running
from refactor_agent.asyncify.site import Unit
from refactor_agent.asyncify.world import Module
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import GeneratorValue, Instance, Value
from refactor_agent.locate.terms import Term

__all__ = ["Listening", "ends_with_a_value"]

_ONLY_READ = frozenset({"Iterator", "Iterable"})
_DRIVEN = frozenset({"Generator", "Coroutine"})


class Listening:
    """Answers for one generator, ``unit``, that delegates."""

    def __init__(self, colours: Colours, unit: Unit) -> None:
        self._colours = colours
        self._said = _annotation(unit.node)
        self._is_managed = unit.function.has_decorator("contextmanager")
        self._unit = unit
        self._seen = {unit.function.name}

    def may(self, term: Term) -> bool:
        """Say whether what the generator delegates to may be driven through it."""
        if self._said in _ONLY_READ and not self._is_managed:
            return False
        return self._term(self._unit.function, term)

    def _term(self, function: ProjectFunction, term: Term) -> bool:
        values = self._colours.whence.values(function, term)
        if values:
            return any(map(self._value, values))
        member = self._colours.read(function, term)
        return member is None or member.gives != "iterator" or self._said in _DRIVEN

    def _value(self, value: Value) -> bool:
        if isinstance(value, Instance):
            return self._said in _DRIVEN or value.cls.rpartition(".")[2] in _DRIVEN
        if not isinstance(value, GeneratorValue):
            return True
        if value.function in self._seen:
            return False
        self._seen.add(value.function)
        found = self._colours.world.find(value.function)
        return self._said in _DRIVEN if found is None else self._uses_yields(*found)

    def _uses_yields(
        self, module: Module, node: cst.FunctionDef, function: ProjectFunction
    ) -> bool:
        """Say whether a generator does anything with what its ``yield`` gives or raises."""
        for part in running(node.body):
            if isinstance(part, cst.Expr) and isinstance(part.value, cst.Yield):
                continue
            if isinstance(part, cst.Yield) and isinstance(part.value, cst.From):
                read = module.term(part.value.item)
                if read is None or self._term(function, read.term):
                    return True
            if any(isinstance(child, cst.Yield) for child in part.children):
                return True
            if isinstance(part, cst.Try | cst.With) and self._guards(part):
                return True
        return False

    def _guards(self, node: cst.Try | cst.With) -> bool:
        """Say whether something would be done about an error that is thrown in."""
        catches = isinstance(node, cst.Try) and bool(node.handlers)
        inner = any(isinstance(part, cst.Yield) for part in running(node.body))
        return inner and (catches or self._is_managed)


def ends_with_a_value(unit: Unit) -> bool:
    """Say whether a generator returns what it delegates to, and that may give a value."""
    if _annotation(unit.node) in _ONLY_READ or _gives_none(unit.node):
        return False
    return any(
        isinstance(node, cst.Return)
        and isinstance(node.value, cst.Yield)
        and isinstance(node.value.value, cst.From)
        and _may_give(unit, node.value.value.item)
        for node in running(unit.node.body)
    )


def _may_give(unit: Unit, item: cst.BaseExpression) -> bool:
    read = unit.module.term(item)
    values = unit.module.evaluator.term(read.function, read.term) if read is not None else ()
    functions = unit.module.evaluator.index.functions
    return not values or not all(
        isinstance(value, Instance)
        or (isinstance(value, GeneratorValue) and not functions[value.function].body.returns)
        for value in values
    )


def _annotation(function: cst.FunctionDef) -> str:
    """Give the last name of what a function is annotated to give; empty where it says nothing."""
    node = function.returns.annotation if function.returns is not None else None
    if isinstance(node, cst.Subscript):
        node = node.value
    if isinstance(node, cst.Attribute):
        node = node.attr
    return node.value if isinstance(node, cst.Name) else ""


def _gives_none(function: cst.FunctionDef) -> bool:
    """Say whether a function is annotated as a generator without a result."""
    node = function.returns.annotation if function.returns is not None else None
    if _annotation(function) != "Generator" or not isinstance(node, cst.Subscript):
        return False
    last = node.slice[-1].slice
    result = last.value if isinstance(last, cst.Index) and len(node.slice) == 3 else None
    return len(node.slice) < 3 or (isinstance(result, cst.Name) and result.value == "None")
