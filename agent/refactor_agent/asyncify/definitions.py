"""What changes in the head of a function that becomes async."""

from __future__ import annotations

import libcst as cst

from refactor_agent.asyncify.annotations import asynchronous_types, awaitable_results
from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.site import Unit
from refactor_agent.asyncify.stopping import stop_names

__all__ = ["write_definition"]

_DECORATORS = {
    "contextlib.contextmanager": "contextlib.asynccontextmanager",
}


def write_definition(edit: Edit, unit: Unit, colours: Colours) -> None:
    """Write ``async def``, the new name, the decorators and the annotations of a function."""
    function, node = unit.function, unit.node
    is_coloured = function.name in colours.coloured
    name = colours.new_name(function)
    if name != node.name.value:
        edit.change(node.name, lambda _: cst.Name(name))
    if is_coloured:
        _write_async(edit, node)
        if name == "__anext__":
            _write_stops(edit, node)
    gives = (is_coloured and function.facts.is_generator) or name == "__aiter__"
    if node.returns is not None and (gives or colours.overloaded_iterator(function)):
        asynchronous_types(edit, node.returns.annotation)
    for parameter in _parameters(node):
        term = ("p", parameter.name.value)
        if parameter.annotation is None:
            continue
        if colours.read(function, term) is not None:
            asynchronous_types(edit, parameter.annotation.annotation)
        called = colours.called(function, term)
        if called is not None and called.awaited and not called.maybe:
            awaitable_results(edit, parameter.annotation.annotation)
    if node.returns is not None and colours.makes_async(function):
        awaitable_results(edit, node.returns.annotation)


def _write_async(edit: Edit, node: cst.FunctionDef) -> None:
    if node.asynchronous is None:
        edit.change(node, lambda n: n.with_changes(asynchronous=cst.Asynchronous()))
    for decorator in node.decorators:
        _decorator(edit, decorator)


def _write_stops(edit: Edit, node: cst.FunctionDef) -> None:
    for stop in stop_names(node.body):
        if not edit.spelling.is_replaced(stop):
            edit.spelling.mark(stop)
            edit.change(stop, lambda _: cst.Name("StopAsyncIteration"))


def _decorator(edit: Edit, decorator: cst.Decorator) -> None:
    target = _DECORATORS.get(edit.spelling.names.qualified(decorator.decorator) or "")
    if target is not None:
        edit.change(
            decorator.decorator, lambda _: edit.spelling.replace(decorator.decorator, target)
        )


def _parameters(node: cst.FunctionDef) -> list[cst.Param]:
    given = node.params
    return [*given.posonly_params, *given.params, *given.kwonly_params]
