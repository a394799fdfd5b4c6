"""An async side and its originals: which belong together, and how one reads as the other."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping

from refactor_agent.verify.checks._functions import FunctionChange, changed_functions
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode

__all__ = ["as_original", "hand_made_original", "with_originals"]


def with_originals(context: Context) -> Iterator[tuple[FunctionChange, FunctionNode]]:
    """Give the changed functions, each with what it was, or what it was made beside."""
    for change in changed_functions(context):
        before = change.before or hand_made_original(change)
        if before is not None:
            yield change, before


def as_original(function: FunctionNode, twins: Mapping[str, str]) -> FunctionNode:
    """Give a copy of ``function`` in which each name of a twin is that of its original."""
    made = copy.deepcopy(function)
    for node in ast.walk(made):
        if isinstance(node, ast.Name):
            node.id = twins.get(node.id, node.id)
        elif isinstance(node, ast.Attribute):
            node.attr = twins.get(node.attr, node.attr)
        elif isinstance(node, ast.arg):
            node.arg = twins.get(node.arg, node.arg)
    return made


def hand_made_original(change: FunctionChange) -> FunctionNode | None:
    """Give the sync function that a new async one stands beside, by how people name the two."""
    if change.before is not None or not change.turned_async or change.module_before is None:
        return None
    owner, dot, bare = change.name.rpartition(".")
    names = (bare.removesuffix("_async"), bare.removeprefix("async_"), bare.removeprefix("a"))
    for name in names:
        original = change.module_before.functions.get(f"{owner}{dot}{name}")
        if name != bare and isinstance(original, ast.FunctionDef):
            return original
    return None
