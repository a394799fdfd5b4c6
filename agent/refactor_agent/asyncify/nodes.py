"""Walks over syntax."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

__all__ = ["running", "within"]


def within(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Give ``node`` and everything that is in it, outer nodes first."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(found.children)


def running(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Give ``node`` and what runs when it does: nothing that is in functions, classes, lambdas."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        if not isinstance(found, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            waiting.extend(found.children)
