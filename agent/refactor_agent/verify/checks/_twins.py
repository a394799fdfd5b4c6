"""Code of an async side, as it reads when it speaks of the originals again."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping

from refactor_agent.verify.syntax import FunctionNode

__all__ = ["as_original"]


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
