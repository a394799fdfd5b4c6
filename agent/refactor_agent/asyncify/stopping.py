"""The end of an async iterator: ``StopAsyncIteration`` where ``StopIteration`` stood."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from refactor_agent.asyncify.edit import Edit

__all__ = ["stop_names", "write_stops"]


def write_stops(edit: Edit, step: cst.CSTNode) -> None:
    """Let the handlers around a step catch how an async iterator ends."""
    inner = step
    for outer in edit.source.ancestors(step):
        if isinstance(outer, cst.FunctionDef | cst.Lambda):
            return
        if isinstance(outer, cst.Try) and outer.body is inner:
            for handler in outer.handlers:
                for name in stop_names(handler.type) if handler.type is not None else ():
                    if not edit.spelling.is_replaced(name):
                        edit.spelling.mark(name)
                        edit.change(name, lambda _: cst.Name("StopAsyncIteration"))
        inner = outer


def stop_names(node: cst.CSTNode) -> Iterator[cst.Name]:
    """Give every ``StopIteration`` in ``node``."""
    if isinstance(node, cst.Name) and node.value == "StopIteration":
        yield node
    for child in node.children:
        yield from stop_names(child)
