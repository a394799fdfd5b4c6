"""Types of iterables and context managers, as async functions give and take them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["ASYNC_TYPES"]

_NAMES = ("Iterable", "Iterator", "Generator", "ContextManager")
ASYNC_TYPES: Mapping[str, str] = MappingProxyType(
    {
        f"{home}.{name}": f"{home}.Async{name}"
        for home in ("typing", "collections.abc", "typing_extensions")
        for name in _NAMES
    }
    | {"contextlib.AbstractContextManager": "contextlib.AbstractAsyncContextManager"}
)
"""Each type that only sync code can use, and its async counterpart."""
