"""Clients at the top of a module, and whether all that uses one is in sight.

An async client belongs to one event loop (H-L2 in the catalogue of hazards), so there is one for
each: what stands in the sync client's place makes them. All users change with it, so the name must
be its module's own.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import PurePosixPath

from refactor_agent.domain.callgraph import Call
from refactor_agent.plan.sources import Sources

__all__ = ["SharedClients"]


class SharedClients:
    """Which clients of modules may become async."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._is_own = cache(self._judge)

    def key(self, call: Call) -> str | None:
        """Name the client behind ``call``, by file and variable, if it may become async."""
        if call.receiver_origin not in {"module", "result"}:  # of the client, or of what it gives
            return None
        file, name = call.site.file, self._root(call)
        return f"{file}:{name}" if name is not None and self._is_own(file, name) else None

    def _root(self, call: Call) -> str | None:
        """Give the variable that a chain starts with: ``client`` of ``client.chat.create(…)``."""
        tree = self._sources.trees.get(call.site.file)
        place = tuple(call.site.span)
        for node in ast.walk(tree) if tree is not None else ():
            if not isinstance(node, ast.Call):
                continue
            if (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset) == place:
                root: ast.AST = node
                while isinstance(root, ast.Attribute | ast.Call):
                    root = root.value if isinstance(root, ast.Attribute) else root.func
                return root.id if isinstance(root, ast.Name) else None
        return None

    def _judge(self, file: str, name: str) -> bool:
        """Say whether the module binds ``name`` once, to a call, and uses it in functions alone.

        Nothing else in the project may mean it: by import, by dot, or in a string.
        """
        quoted = re.compile(rb"""["'](?:\w+\.)*""" + re.escape(name.encode()) + rb"""["']""")
        if any(quoted.search(data) for data in self._sources.texts.values()):
            return False
        others = (tree for other, tree in self._sources.trees.items() if other != file)
        if any(_may_mean(node, name, file) for tree in others for node in ast.walk(tree)):
            return False
        return _is_plain(self._sources.trees[file], name)


def _may_mean(node: ast.AST, name: str, file: str) -> bool:
    """Find an import of ``name``, everything that ``file`` has, or ``.name`` of some module."""
    if isinstance(node, ast.ImportFrom):
        last = (node.module or "").rpartition(".")[2]
        of_file = last in {"", PurePosixPath(file).stem, PurePosixPath(file).parent.name}
        return any(alias.name == name or (alias.name == "*" and of_file) for alias in node.names)
    if isinstance(node, ast.Attribute) and node.attr == name:
        return not (isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"})
    return False


def _is_plain(tree: ast.Module, name: str) -> bool:
    bound = [node for node in ast.walk(tree) if _binds(node, name)]
    made = [
        node
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and [ast.unparse(target) for target in node.targets] == [name]
    ]
    used = {id(node) for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name}
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in function.body
        for node in ast.walk(statement)
    }
    return len(bound) == 1 and len(made) == 1 and len(used - inside) == 1


def _binds(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Name):
        return node.id == name and not isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Global | ast.Nonlocal):
        return name in node.names
    if isinstance(node, ast.alias):
        return (node.asname or node.name.partition(".")[0]) == name
    named = getattr(node, "arg" if isinstance(node, ast.arg) else "name", None)
    return not isinstance(node, ast.keyword) and named == name
