"""Declarations that leave open what runs."""

from __future__ import annotations

from refactor_agent.locate.resolve.values import Instance, Value, join

__all__ = ["is_container", "is_vague"]

_CALLABLES = frozenset({"collections.abc.Callable", "typing.Callable"})
_ANYTHING = frozenset({"builtins.object", "builtins.type", "typing.Any", *_CALLABLES})
_CONTAINERS = frozenset(
    {
        *(f"builtins.{name}" for name in ("dict", "frozenset", "list", "set", "tuple")),
        *(
            f"{home}.{name}"
            for home in ("collections.abc", "typing")
            for name in ("Collection", "Iterable", "Iterator", "Mapping", "Sequence")
        ),
    }
)


def is_vague(value: Value) -> bool:
    """Say whether a declared value may be any: ``Any``, a callable, a list of who knows what."""
    if not isinstance(value, Instance):
        return False
    if value.cls in _ANYTHING:
        return True
    held = join(value.arguments)
    return all(map(is_vague, held)) if held else is_container(value)


def is_container(value: Value) -> bool:
    """Say whether a value is a dict, a list or the like."""
    return isinstance(value, Instance) and value.cls in _CONTAINERS
