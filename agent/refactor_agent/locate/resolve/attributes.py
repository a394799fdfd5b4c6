"""Attributes of values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.resolve import names
from refactor_agent.locate.resolve.annotations import declared
from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.results import function_result
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    Instance,
    ModuleValue,
    Super,
    Value,
    Values,
    join,
)

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["attribute", "is_property", "properties"]

_PROPERTIES = ("property", "cached_property", "computed_field", "hybrid_property", "getter")


def is_property(function: ProjectFunction) -> bool:
    """Say whether reading the attribute runs the function."""
    return function.facts.owner >= 0 and function.has_decorator(*_PROPERTIES)


def attribute(  # noqa: PLR0911 - one for each kind of value
    evaluator: Evaluator, value: Value, name: str
) -> Values:
    """Give the attribute ``name`` of a value."""
    if isinstance(value, ModuleValue):
        module = evaluator.index.modules.get(value.name)
        found = names.module_name(evaluator, module, name) if module is not None else None
        if found is not None:
            return found
        submodule = f"{value.name}.{name}"
        return (ModuleValue(submodule),) if submodule in evaluator.index.packages else ()
    if isinstance(value, Instance | ClassObject):
        return _member(evaluator, value, name)
    if isinstance(value, Super):
        return _of_super(evaluator, value, name)
    if isinstance(value, External):
        settled = evaluator.libraries.settle(value)
        if settled != (value,) and not value.name.rpartition(".")[2][:1].isupper():
            return join(attribute(evaluator, part, name) for part in settled)
        return (External(f"{value.name}.{name}"),)
    if isinstance(value, ExternalMethod):
        settled = evaluator.libraries.settle(value)
        return join(attribute(evaluator, part, name) for part in settled)
    return ()


def _member(evaluator: Evaluator, value: Instance | ClassObject, name: str) -> Values:
    cls = evaluator.index.classes.get(value.cls)
    if cls is None:
        return (ExternalMethod(value, name),) if isinstance(value, Instance) else ()
    return _find(evaluator, linearise(evaluator, cls), value, name)


def _of_super(evaluator: Evaluator, value: Super, name: str) -> Values:
    cls = evaluator.index.classes[value.cls]
    receiver = value.receiver or Instance(value.cls)
    return _find(evaluator, linearise(evaluator, cls)[1:], receiver, name)


def _find(
    evaluator: Evaluator, order: tuple[ProjectClass | str, ...], receiver: Value, name: str
) -> Values:
    outside: list[Value] = []
    for base in order:
        if isinstance(base, str):
            if isinstance(receiver, Instance):
                outside.append(ExternalMethod(Instance(base), name))
            else:
                outside.append(External(f"{base}.{name}"))
            continue
        methods = base.methods(name)
        if methods:
            return _bound(evaluator, methods, receiver)
        found = _assigned(evaluator, base, name)
        if found:
            return found
    return tuple(outside)


def _bound(evaluator: Evaluator, methods: list[ProjectFunction], receiver: Value) -> Values:
    groups: list[Values] = []
    for method in methods:
        bound = FunctionValue(method.name, receiver)
        if is_property(method) and isinstance(receiver, Instance):
            groups.append(function_result(evaluator, bound))
        else:
            groups.append((bound,))
    return join(groups)


def _assigned(evaluator: Evaluator, cls: ProjectClass, name: str) -> Values:
    """Give what the class body and the methods of ``cls`` put into an attribute."""
    known = cls.members.get(name)
    if known is not None:
        return known
    cls.members[name] = ()
    stated: list[Values] = []
    seen: list[Values] = []
    for item in cls.facts.attributes.get(name, ()):
        function = cls.module.functions[item.function]
        stated.append(declared(evaluator, function, item.annotation))
        seen.append(evaluator.term(function, item.term))
    cls.members[name] = join(stated) or join(seen)
    return cls.members[name]


def properties(evaluator: Evaluator, value: Value, name: str) -> list[ProjectFunction]:
    """Give the functions that run when the attribute ``name`` of ``value`` is read."""
    if isinstance(value, Super):
        order = linearise(evaluator, evaluator.index.classes[value.cls])[1:]
    elif isinstance(value, Instance) and value.cls in evaluator.index.classes:
        order = linearise(evaluator, evaluator.index.classes[value.cls])
    else:
        return []
    for base in order:
        if isinstance(base, str):
            continue
        methods = base.methods(name)
        if methods:
            return [method for method in methods if is_property(method)]
        if name in base.facts.attributes:
            return []
    return []
