"""Values as types in writing, the way rules say what a call gives."""

from __future__ import annotations

from collections.abc import Mapping

from refactor_agent.locate.resolve.values import (
    GeneratorValue,
    Instance,
    Record,
    TupleValue,
    Value,
    Values,
)

__all__ = ["type_text"]

_DEEPEST = 3
"""Nested generics after which a type says no more."""
_ANY = "typing.Any"
_NOT_TYPES = frozenset({"builtins.NoneType", "typing.Any", "builtins.object"})


def type_text(values: Values, public: Mapping[str, str]) -> str | None:
    """Write ``values`` as a type; ``None`` where that would say nothing.

    ``public`` gives classes the names that people import them by.
    """
    return _union(values, public, 0)


def _union(values: Values, public: Mapping[str, str], depth: int) -> str | None:
    if depth > _DEEPEST:
        return None
    parts = dict.fromkeys(text for value in values if (text := _one(value, public, depth)))
    return " | ".join(parts) or None


def _one(value: Value, public: Mapping[str, str], depth: int) -> str | None:
    if isinstance(value, Instance):
        return _instance(value, public, depth)
    if isinstance(value, GeneratorValue):
        kind = "typing.AsyncIterator" if value.is_async else "typing.Iterator"
        return f"{kind}[{_union(value.element, public, depth + 1) or _ANY}]"
    if isinstance(value, TupleValue):
        items = [_union(item, public, depth + 1) or _ANY for item in value.items]
        return f"builtins.tuple[{', '.join(items)}]" if items else "builtins.tuple"
    if isinstance(value, Record):
        held = _union(value.value, public, depth + 1) or _ANY
        return f"builtins.dict[builtins.str, {held}]"
    return None


def _instance(value: Instance, public: Mapping[str, str], depth: int) -> str | None:
    name = public.get(value.cls, value.cls)
    if name in _NOT_TYPES or "#" in name or not _names_a_type(name):
        return None
    if not value.arguments:
        return name
    arguments = [_union(part, public, depth + 1) or _ANY for part in value.arguments]
    return f"{name}[{', '.join(arguments)}]"


def _names_a_type(name: str) -> bool:
    """Say whether a name can be a class: a call that nothing is known of has its own name."""
    home, _, last = name.rpartition(".")
    return home in {"builtins", "typing"} or last.lstrip("_")[:1].isupper()
