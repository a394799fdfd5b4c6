"""Elements, items and entered values of objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.attributes import attribute
from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.index import ProjectClass
from refactor_agent.locate.resolve.outside import set_outside
from refactor_agent.locate.resolve.results import function_result
from refactor_agent.locate.resolve.values import (
    AWAITABLE,
    External,
    ExternalMethod,
    FunctionValue,
    GeneratorValue,
    Instance,
    Record,
    TupleValue,
    Value,
    Values,
    join,
)
from refactor_agent.locate.terms import Term

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = [
    "element", "entered", "is_mapping", "item", "item_values", "matched", "operated", "unpacked",
]  # fmt: skip

_MAPPINGS = frozenset(
    {
        "builtins.dict", "typing.Mapping", "typing.MutableMapping", "collections.OrderedDict",
        "collections.defaultdict", "weakref.WeakValueDictionary",
    }
)  # fmt: skip


def is_mapping(value: Value) -> bool:
    """Say whether iterating ``value`` gives keys."""
    return isinstance(value, Record) or (isinstance(value, Instance) and value.cls in _MAPPINGS)


def item_values(value: Value) -> Values:
    """Give the values of a mapping, or the items of a sequence."""
    if isinstance(value, Record):
        return value.value
    if isinstance(value, TupleValue):
        return join(value.items)
    if isinstance(value, Instance) and value.arguments:
        return value.arguments[-1] if is_mapping(value) else value.arguments[0]
    return ()


def element(evaluator: Evaluator, value: Value) -> Values:
    """Give what iterating over ``value`` gives."""
    if isinstance(value, GeneratorValue):
        return value.element
    if isinstance(value, Record):
        return (Instance("builtins.str"),)
    if isinstance(value, Instance) and is_mapping(value):
        return value.arguments[0] if value.arguments else ()
    if isinstance(value, ExternalMethod | External):
        settled = evaluator.libraries.settle(value)
        return join(element(evaluator, part) for part in settled if part != value)
    if isinstance(value, Instance) and not value.arguments:
        return _by_protocol(evaluator, value)
    return item_values(value)


def _by_protocol(evaluator: Evaluator, value: Instance) -> Values:
    for name in ("__iter__", "__aiter__"):
        iterator = _called(evaluator, value, name)
        if iterator and iterator != (value,):
            return join(element(evaluator, part) for part in iterator)
    stepped = _called(evaluator, value, "__next__") or _called(evaluator, value, "__anext__")
    return _unwrapped(stepped)


def _called(evaluator: Evaluator, value: Value, name: str) -> Values:
    """Give the result of calling the method ``name`` without arguments."""
    groups: list[Values] = []
    for method in attribute(evaluator, value, name):
        if isinstance(method, FunctionValue):
            groups.append(function_result(evaluator, method))
        elif isinstance(method, ExternalMethod):
            groups.append(evaluator.libraries.method_type(method))
    return join(groups)


def _unwrapped(values: Values) -> Values:
    return join(
        value.arguments[0]
        if isinstance(value, Instance) and value.cls == AWAITABLE and value.arguments
        else (value,)
        for value in values
    )


def item(  # noqa: PLR0911 - one for each kind of value
    evaluator: Evaluator, value: Value, key: Term
) -> Values:
    """Give ``value[key]``."""
    constant = key[1] if key is not None and key[0] == "#" else None
    if isinstance(value, Record):
        return _of_record(value, constant)
    if isinstance(value, TupleValue):
        if isinstance(constant, int) and -len(value.items) <= constant < len(value.items):
            return value.items[constant]
        return join(value.items)
    if isinstance(value, External):
        settled = evaluator.libraries.settle(value)
        return join(item(evaluator, part, key) for part in settled if part != value) or (value,)
    if isinstance(value, ExternalMethod):
        return join(item(evaluator, part, key) for part in evaluator.libraries.settle(value))
    if isinstance(value, Instance):
        if constant is None or value.arguments:
            return _item_of(evaluator, value, key, constant)
        return set_outside(evaluator, value, f"[{constant}]") or _item_of(
            evaluator, value, key, constant
        )
    return ()


def _of_record(value: Record, key: object) -> Values:
    """Give the item of a dict: a key that is not among the known ones may be added elsewhere."""
    if not isinstance(key, str):
        return value.value
    known = dict(value.items)
    if key in known:
        return known[key]
    said = {part for found in known.values() for part in found}
    return tuple(part for part in value.value if part not in said)


def _item_of(evaluator: Evaluator, value: Instance, key: Term, constant: object) -> Values:
    cls = evaluator.index.classes.get(value.cls)
    if cls is not None and isinstance(constant, str) and "__getitem__" not in cls.facts.methods:
        return attribute(evaluator, value, constant)
    if value.arguments and key != ("b", "slice"):
        return item_values(value)
    if key == ("b", "slice"):
        return (value,)
    return _called(evaluator, value, "__getitem__")


def unpacked(evaluator: Evaluator, value: Value, position: int) -> Values:
    """Give the item at ``position`` of an unpacked value."""
    if isinstance(value, TupleValue):
        return value.items[position] if position < len(value.items) else ()
    return element(evaluator, value)


def entered(  # noqa: PLR0911 - one for each kind of value
    evaluator: Evaluator, value: Value, method: str
) -> Values:
    """Give what ``with value as …`` binds."""
    if isinstance(value, GeneratorValue):
        return value.element
    if isinstance(value, ExternalMethod):
        return join(entered(evaluator, part, method) for part in evaluator.libraries.settle(value))
    if not isinstance(value, Instance):
        return ()
    if value.cls == AWAITABLE:
        return join(entered(evaluator, part, method) for part in _unwrapped((value,)))
    if value.cls in {"contextlib.closing", "contextlib.nullcontext", "contextlib.aclosing"}:
        return item_values(value)
    found = _unwrapped(_called(evaluator, value, method))
    if found or value.cls not in evaluator.index.classes:
        return found or (value,)
    return ()


def operated(evaluator: Evaluator, value: Value, method: str) -> Values:
    """Give what an operator gives, by the special method ``method`` of ``value``."""
    if isinstance(value, External | ExternalMethod):
        settled = evaluator.libraries.settle(value)
        return join(operated(evaluator, part, method) for part in settled if part != value)
    if not isinstance(value, Instance):
        return ()
    if method == "__rtruediv__":
        method = "__truediv__"
    return _called(evaluator, value, method)


def matched(evaluator: Evaluator, value: Value, position: int) -> Values:
    """Give what a class pattern captures at ``position``."""
    cls = evaluator.index.classes.get(value.cls) if isinstance(value, Instance) else None
    if cls is None:
        return ()
    names = _match_args(evaluator, cls)
    return attribute(evaluator, value, names[position]) if position < len(names) else ()


def _match_args(evaluator: Evaluator, cls: ProjectClass) -> list[str]:
    """Give ``__match_args__``, or the fields of a dataclass in order."""
    fields: dict[str, None] = {}
    for base in reversed(linearise(evaluator, cls)):
        if isinstance(base, str):
            continue
        for item in base.facts.attributes.get("__match_args__", ()):
            term = item.term
            while term is not None and term[0] == "l":
                term = base.module.functions[item.function].body.definitions[term[1]]
            if term is not None and term[0] == "t":
                return [part[1] for part in term[1] if part is not None and part[0] == "#"]
        fields.update(
            (name, None)
            for name, group in base.facts.attributes.items()
            if any(item.annotation is not None for item in group)
        )
    return list(fields)
