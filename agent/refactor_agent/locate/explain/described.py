"""Values in words."""

from __future__ import annotations

from refactor_agent.locate.naming import plain_name
from refactor_agent.locate.resolve.index import Index
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    GeneratorValue,
    Instance,
    ModuleValue,
    Offloaded,
    Partial,
    Super,
    Value,
    Values,
)

__all__ = ["described"]


def described(values: Values, index: Index) -> str:
    """Say what an expression is, as far as it is known."""
    if not values:
        return "is unknown"
    return "is " + " or ".join(dict.fromkeys(_described(value, index) for value in values))


def _described(  # noqa: C901, PLR0911 - one for each kind of value
    value: Value, index: Index
) -> str:
    match value:
        case Instance(cls):
            return f"an object of {plain_name(cls)}"
        case ClassObject(cls):
            return f"class {plain_name(cls)}"
        case FunctionValue(name):
            kind = "async function" if index.functions[name].facts.is_async else "function"
            return f"{kind} {plain_name(name)}"
        case ModuleValue(name):
            return f"module {name}"
        case External(name):
            return name
        case ExternalMethod():
            return value.qualified
        case Partial(inner):
            return f"a partial of what {described(inner, index)}"
        case Offloaded(inner):
            return f"an offload of what {described(inner, index)}"
        case Super(cls):
            return f"super() of {plain_name(cls)}"
        case GeneratorValue(function):
            return f"a generator of {plain_name(function)}"
        case _:
            return f"a {value.tag}"
