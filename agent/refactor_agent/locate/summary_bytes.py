"""Summaries as bytes, to travel between processes and to lie in the cache.

Marshalled tuples: small, fast, and reading them runs no code. What most scans ask of few files is
marshalled in itself, and read when first asked for.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, ItemsView, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, overload

from refactor_agent.locate.outline import Outline
from refactor_agent.locate.summary import (
    Attribute,
    ClassFacts,
    FunctionFacts,
    Guard,
    ModuleSummary,
    Parameter,
)

__all__ = ["from_bytes", "to_bytes"]

V = TypeVar("V")

# Rows become named tuples by the hundred thousand: `_make` takes three times as long.
_PARAMETER = partial(tuple.__new__, Parameter)
_FUNCTION = partial(tuple.__new__, FunctionFacts)
_GUARD = partial(tuple.__new__, Guard)
_CLASS = partial(tuple.__new__, ClassFacts)


class _Later(Mapping[str, V]):
    """A dictionary that is decoded when first asked for: most scans ask few modules."""

    __slots__ = ("_data", "_known")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._known: dict[str, V] | None = None

    def __getitem__(self, name: str) -> V:
        return self._all()[name]

    def get(self, name: str, default: V | None = None, /) -> V | None:  # type: ignore[override]
        """Give what ``name`` stands for, or ``default``."""
        return self._all().get(name, default)

    def items(self) -> ItemsView[str, V]:
        """Give all of it; the inherited one looks up each name again."""
        return self._all().items()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, V]:
        if self._known is None:
            self._known = marshal.loads(self._data)  # noqa: S302 - see the module
        return self._known


class _Rows(Sequence[V]):
    """Functions or classes, each decoded when first asked for."""

    __slots__ = ("_decode", "_known", "_written")

    def __init__(self, written: Sequence[bytes], decode: Callable[[bytes], V]) -> None:
        self._written = written
        self._decode = decode
        self._known: dict[int, V] = {}

    @overload
    def __getitem__(self, number: int) -> V: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[V]: ...

    def __getitem__(self, number: int | slice) -> V | Sequence[V]:
        if isinstance(number, slice):
            return tuple(self)[number]
        known = self._known.get(number)
        if known is None:
            known = self._known[number] = self._decode(self._written[number])
        return known

    def __len__(self) -> int:
        return len(self._written)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self._written))


def to_bytes(summary: ModuleSummary) -> bytes:
    """Write a summary for another process or the cache."""
    functions = tuple(marshal.dumps(_function_row(facts)) for facts in summary.functions)
    classes = tuple(marshal.dumps(_class_row(facts)) for facts in summary.classes)
    names, callers = (marshal.dumps(dict(part)) for part in (summary.names, summary.callers))
    module, package, _, stars, exports, _, _, imports, _, ignores, reasons, at_import, outline = (
        summary
    )
    plain: tuple[Any, ...] = tuple(outline)
    return marshal.dumps(
        (module, package, names, stars, exports, functions, classes, imports, callers, ignores,
         reasons, at_import, plain)
    )  # fmt: skip


def from_bytes(data: bytes) -> ModuleSummary:
    """Read what `to_bytes` wrote."""
    plain = ModuleSummary._make(marshal.loads(data))  # noqa: S302 - see the module
    return plain._replace(
        names=_Later(plain.names),  # type: ignore[arg-type]
        functions=_Rows(plain.functions, _function),  # type: ignore[arg-type]
        classes=_Rows(plain.classes, _class),  # type: ignore[arg-type]
        callers=_Later(plain.callers),  # type: ignore[arg-type]
        outline=Outline._make(plain.outline),
    )


def _function_row(function: FunctionFacts) -> tuple[Any, ...]:
    parameters, guards = (tuple(map(tuple, part)) for part in (function[11], function.guards))
    return (*function[:11], parameters, *function[12:15], guards, *function[16:])


def _function(data: bytes) -> FunctionFacts:
    row = marshal.loads(data)  # noqa: S302 - see the module
    parameters, guards = tuple(map(_PARAMETER, row[11])), tuple(map(_GUARD, row[15]))
    return _FUNCTION((*row[:11], parameters, *row[12:15], guards, *row[16:]))


def _class_row(cls: ClassFacts) -> tuple[Any, ...]:
    groups = {name: tuple(map(tuple, group)) for name, group in cls.attributes.items()}
    return (*cls[:7], groups)


def _class(data: bytes) -> ClassFacts:
    row = marshal.loads(data)  # noqa: S302 - see the module
    groups = {name: tuple(map(Attribute._make, group)) for name, group in row[7].items()}
    return _CLASS((*row[:7], groups))
