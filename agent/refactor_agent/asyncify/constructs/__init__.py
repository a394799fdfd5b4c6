"""What can become asynchronous in a function's body, one construct a file, found by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeAlias

import libcst as cst

from refactor_agent.asyncify.site import Site, Unit

__all__ = ["find_sites"]

Finder: TypeAlias = Callable[[Unit, cst.CSTNode], Iterator[Site]]


def find_sites(unit: Unit) -> list[Site]:
    """Give every place of the function's own body that may become asynchronous."""
    found: list[Site] = []
    for node in own_nodes(unit.node):
        for finder in _finders():
            found.extend(finder(unit, node))
    return found


@cache
def _finders() -> tuple[Finder, ...]:
    names = sorted(item.name for item in iter_modules(__path__) if not item.name.startswith("_"))
    return tuple(import_module(f"{__name__}.{name}").find for name in names)


def own_nodes(function: cst.FunctionDef) -> Iterator[cst.CSTNode]:
    """Give the nodes that run when the body does: not those of nested functions and classes."""
    waiting: list[cst.CSTNode] = [function.body]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            continue
        waiting.extend(child for child in node.children if not isinstance(child, cst.Lambda))
