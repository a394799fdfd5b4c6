"""Attributes of values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.resolve import delegated, names
from refactor_agent.locate.resolve.annotations import stated
from refactor_agent.locate.resolve.classes import (
    find_methods,
    is_protocol,
    linearise,
    metaclasses,
)
from refactor_agent.locate.resolve.generics import (
    bindings_in,
    grounded,
    mentions_variables,
    substituted,
    with_self,
)
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.outside import set_outside
from refactor_agent.locate.resolve.protocols import implementers
from refactor_agent.locate.resolve.results import function_result
from refactor_agent.locate.resolve.tasks import task_method
from refactor_agent.locate.resolve.vague import is_container, is_vague
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    Instance,
    ModuleValue,
    Record,
    Super,
    Value,
    Values,
    join,
)
from refactor_agent.locate.summary import Attribute

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["accessors", "attribute", "is_property", "properties"]

_ENUMS = frozenset(
    f"enum.{name}" for name in ("Enum", "Flag", "IntEnum", "IntFlag", "ReprEnum", "StrEnum")
)
_MOST_BELOW = 8
"""Subclasses that define what their base class calls; with more, it may be any of them."""
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
            return found or set_outside(evaluator, value, name)
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
    return task_method(evaluator, value, name) if isinstance(value, FunctionValue) else ()


def _member(evaluator: Evaluator, value: Instance | ClassObject, name: str) -> Values:
    cls = evaluator.index.classes.get(value.cls)
    if cls is not None:
        return _find(evaluator, linearise(evaluator, cls), value, name)
    if not isinstance(value, Instance):
        return ()
    method = ExternalMethod(value, name)
    if not evaluator.index.setters(name) or evaluator.libraries.type_of(method.qualified):
        return (method,)
    return set_outside(evaluator, value, name) or (method,)


def _of_super(evaluator: Evaluator, value: Super, name: str) -> Values:
    cls = evaluator.index.classes[value.cls]
    receiver = value.receiver or Instance(value.cls)
    if isinstance(receiver, Instance | ClassObject):
        receiver = receiver._replace(is_open=False)
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
        if found and isinstance(receiver, ClassObject) and not _ENUMS.isdisjoint(order):
            return (Instance(receiver.cls),)
        found = found or _nested(evaluator, base, name)
        if found:
            found = join((found, _filled(evaluator, found, receiver, name)))
            return _of_receiver(evaluator, _got(evaluator, found, receiver), receiver, base)
    return (
        set_outside(evaluator, receiver, name)
        or _of_metaclass(evaluator, receiver, name)
        or delegated.delegated(evaluator, receiver, order, name)
        or (*outside, *_below(evaluator, receiver, name))
    )


def _of_metaclass(evaluator: Evaluator, receiver: Value, name: str) -> Values:
    """Give the methods that a class itself has by its metaclass."""
    cls = evaluator.index.classes.get(receiver.cls) if isinstance(receiver, ClassObject) else None
    found = [
        method
        for metaclass in (metaclasses(evaluator, cls) if cls is not None else ())
        for method in find_methods(evaluator, metaclass, name)
        if not is_property(method)
    ]
    return _bound(evaluator, found, receiver)


def _below(evaluator: Evaluator, receiver: Value, name: str) -> Values:
    """Give the methods that subclasses have where the class itself, a mixin say, calls them."""
    if not isinstance(receiver, Instance | ClassObject) or not receiver.is_open:
        return ()
    cls = evaluator.index.classes.get(receiver.cls)
    if cls is None or not evaluator.index.classes_with(name):
        return ()
    found = [
        method
        for below in (*evaluator.index.subclasses(cls), *_as_protocol(evaluator, cls))
        if not below.module.is_test
        for method in below.methods(name)
    ]
    return _bound(evaluator, found, receiver) if len(found) <= _MOST_BELOW else ()


def _as_protocol(evaluator: Evaluator, cls: ProjectClass) -> list[ProjectClass]:
    """Give the classes that are what a protocol says, for what only some of them have."""
    return implementers(evaluator, cls) if is_protocol(evaluator, cls) else []


def _filled(evaluator: Evaluator, found: Values, receiver: Value, name: str) -> Values:
    """Give what subclasses put into a container that the class itself leaves empty."""
    if not all(map(_is_empty, found)) or not isinstance(receiver, Instance) or not receiver.is_open:
        return ()
    cls = evaluator.index.classes.get(receiver.cls)
    below = list(evaluator.index.subclasses(cls)) if cls is not None else []
    groups = [_assigned(evaluator, sub, name) for sub in below if not sub.module.is_test]
    return join(groups) if len(groups) <= _MOST_BELOW else ()


def _is_empty(value: Value) -> bool:
    if isinstance(value, Record):
        return not value.items and not value.value
    held = value.arguments if isinstance(value, Instance) else ()
    return is_container(value) and not any(held)


def _nested(evaluator: Evaluator, cls: ProjectClass, name: str) -> Values:
    """Give the class that is defined under ``name`` in the body of ``cls``."""
    inner = f"{cls.name}.{name}"
    return (ClassObject(inner),) if inner in evaluator.index.classes else ()


def _got(evaluator: Evaluator, found: Values, receiver: Value) -> Values:
    """Give what descriptors among class attributes give when they are read on an object."""
    if not isinstance(receiver, Instance) or not evaluator.index.classes_with("__get__"):
        return found
    return join(
        join(
            function_result(evaluator, FunctionValue(method.name, value))
            for method in _special(evaluator, value, "__get__")
        )
        or (value,)
        for value in found
    )


def _special(evaluator: Evaluator, value: Value, name: str) -> list[ProjectFunction]:
    """Give the definitions of a special method for an object of the project."""
    if not isinstance(value, Instance) or value.cls not in evaluator.index.classes:
        return []
    return find_methods(evaluator, evaluator.index.classes[value.cls], name)


def _of_receiver(
    evaluator: Evaluator, found: Values, receiver: Value, home: ProjectClass
) -> Values:
    """Put what the receiver is of in the place of ``Self`` and the type variables of ``home``."""
    if isinstance(receiver, Instance | ClassObject):
        own = Instance(receiver.cls, (), receiver.variables, is_open=receiver.is_open)
        found = with_self(found, own)
    if not mentions_variables(found):
        return found
    if not isinstance(receiver, Instance | ClassObject):
        return grounded(evaluator, found)
    return substituted(evaluator, found, bindings_in(evaluator, receiver, home))


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
    items = cls.attributes(name)
    if not items:
        return ()
    return evaluator.guarded(
        ("attribute", cls.name, name), lambda: _all_assigned(evaluator, cls, items)
    )


def _all_assigned(evaluator: Evaluator, cls: ProjectClass, items: tuple[Attribute, ...]) -> Values:
    said: list[Values] = []
    seen: list[Values] = []
    for item in items:
        function = cls.module.functions[item.function]
        said.append(_declared(evaluator, function, item))
        seen.append(evaluator.term(function, item.term))
    told = join(said)
    return join(seen) if not told else join((told, *seen)) if all(map(is_vague, told)) else told


def _declared(evaluator: Evaluator, function: ProjectFunction, item: Attribute) -> Values:
    """Give what is declared of an attribute: by itself, or by the generic parameter it holds."""
    found = stated(evaluator, function, item.annotation)
    if found or item.term is None or item.term[0] not in "ph":
        return found
    for parameter in function.facts.parameters:
        if parameter.name == item.term[-1] and parameter.annotation is not None:
            given = stated(evaluator, function.around, parameter.annotation)
            return given if mentions_variables(given) else ()
    return ()


def properties(evaluator: Evaluator, value: Value, name: str) -> list[ProjectFunction]:
    """Give the functions that run when the attribute ``name`` of ``value`` is read."""
    for base in _order(evaluator, value):
        if isinstance(base, str):
            continue
        methods = base.methods(name)
        if methods:
            return [method for method in methods if is_property(method)]
        if base.attributes(name):
            return _of_descriptor(evaluator, base, name, "__get__")
    return []


def accessors(
    evaluator: Evaluator, value: Value, name: str, *, is_deleted: bool
) -> list[ProjectFunction]:
    """Give the functions that run when the attribute ``name`` of ``value`` is set or deleted."""
    decorator = "deleter" if is_deleted else "setter"
    for base in _order(evaluator, value):
        if isinstance(base, str):
            continue
        if base.methods(name):
            return [
                function for function in base.accessors(name) if function.has_decorator(decorator)
            ]
        if base.attributes(name):
            method = "__delete__" if is_deleted else "__set__"
            return _of_descriptor(evaluator, base, name, method)
    return []


def _order(evaluator: Evaluator, value: Value) -> tuple[ProjectClass | str, ...]:
    classes = evaluator.index.classes
    if isinstance(value, Super):
        return linearise(evaluator, classes[value.cls])[1:]
    if isinstance(value, Instance) and value.cls in classes:
        return linearise(evaluator, classes[value.cls])
    return ()


def _of_descriptor(
    evaluator: Evaluator, cls: ProjectClass, name: str, method: str
) -> list[ProjectFunction]:
    if not evaluator.index.classes_with(method):
        return []
    return [
        function
        for value in _assigned(evaluator, cls, name)
        for function in _special(evaluator, value, method)
    ]
