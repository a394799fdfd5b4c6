"""Special methods, constructors and properties stay sync."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import FunctionChange, turned_async
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import dotted

__all__ = ["CHECK"]

_ASYNC_DUNDERS = frozenset({"__aenter__", "__aexit__", "__anext__", "__call__", "__aiter__"})
_PROPERTIES = frozenset({"property", "cached_property", "abstractproperty"})
_ACCESSORS = frozenset({"setter", "getter", "deleter"})


def _find(context: Context) -> Iterator[Objection]:
    for change in turned_async(context):
        name = change.after.name
        in_class = isinstance(change.module_after.parents.get(change.after), ast.ClassDef)
        if in_class and _is_dunder(name) and name not in _ASYNC_DUNDERS:
            message = f"{change.name} can't be async: Python calls it and does not await it"
            yield Objection(message, change.site(change.after))
        for decorator in change.after.decorator_list:
            if _is_property(decorator):
                message = f"{change.name} is a property: reading it would give a coroutine"
                yield Objection(message, change.site(change.after))
        yield from _aiter(change)


def _aiter(change: FunctionChange) -> Iterator[Objection]:
    """``__aiter__`` may be an async generator, but not a coroutine."""
    if change.after.name != "__aiter__":
        return
    if not any(isinstance(node, ast.Yield) for node in ast.walk(change.after)):
        message = f"{change.name} must give an async iterator, not a coroutine"
        yield Objection(message, change.site(change.after))


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _is_property(decorator: ast.expr) -> bool:
    last = (dotted(decorator) or "").rpartition(".")[2]
    return last in _PROPERTIES or last in _ACCESSORS


def _method(name: str, *, decorator: str = "", colour: str = "async ") -> str:
    above = f"    {decorator}\n" if decorator else ""
    return f"class C:\n{above}    {colour}def {name}(self, *args):\n        return 1\n"


_SILENT = ("__init__", "__eq__", "__contains__", "__bool__", "__len__", "__exit__", "__del__")

CHECK = Check(
    name="async-protocol",
    hazards=("H-C1", "H-C2", "H-C3", "H-C4", "H-C5", "H-C6"),
    reason="Python never awaits these: the body does not run, or its truth value is always true.",
    find=_find,
    examples=(
        *(
            Example(name, _method(name, colour=""), _method(name), says="can't be async")
            for name in _SILENT
        ),
        *(
            Example(
                decorator,
                _method("size", decorator=decorator, colour=""),
                _method("size", decorator=decorator),
                says="is a property",
            )
            for decorator in ("@property", "@functools.cached_property", "@size.setter")
        ),
        Example(
            "async __aiter__ without yield",
            _method("__iter__", colour=""),
            _method("__aiter__"),
            says="must give an async iterator",
        ),
        Example("an ordinary method", _method("size", colour=""), _method("size")),
        Example("__call__", _method("__call__", colour=""), _method("__call__")),
        Example("__exit__ to __aexit__", _method("__exit__", colour=""), _method("__aexit__")),
        Example("a property that was async", _method("p", decorator="@property"),
                _method("p", decorator="@property").replace("1", "2")),
    ),
)  # fmt: skip
