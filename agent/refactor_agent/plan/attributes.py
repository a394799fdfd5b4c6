"""Who uses an attribute of a class, read from the project's sources.

The call graph knows the types of receivers, and not by which attribute they were reached.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from refactor_agent.domain.callgraph import Call
from refactor_agent.plan.sources import Sources

__all__ = ["Attributes"]

_HARMLESS_BASES = frozenset({"object", "ABC", "Protocol", "Generic"})


class Attributes:
    """Looks for attributes in the project's files."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def called_on(self, call: Call) -> str | None:
        """Give the attribute that a chain starts with: ``client`` of ``self.client.get(…)``."""
        tree = self._sources.trees.get(call.site.file)
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.Call) and _stands_at(node, call):
                return _first_attribute(node)
        return None

    def is_own(self, owner: str, attribute: str) -> bool:
        """Say whether only the class called ``owner`` can mean its ``attribute``.

        By dot or in a string. The class must be the only one of its name, with no kin in the
        project: a ``self.attribute`` of another class is then another attribute.
        """
        if not self._stands_alone(owner):
            return False
        quoted = re.compile(rb"""["'](?:\w+\.)*""" + re.escape(attribute.encode()) + rb"""["']""")
        return not any(
            quoted.search(data) or _is_named_elsewhere(self._sources.trees[file], attribute)
            for file, data in self._sources.texts.items()
            if attribute.encode() in data
        )

    def users(self, owner: str, attribute: str) -> Iterator[tuple[str | None, bool]]:
        """Give what in the class names the attribute: a method and whether it is async.

        `None` stands for anything else in the class's body.
        """
        (node,) = self._classes[owner]
        for member in node.body:
            if not _mentions(member, attribute):
                continue
            is_async = isinstance(member, ast.AsyncFunctionDef)
            if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
                yield member.name, is_async
            else:
                yield None, is_async

    def _stands_alone(self, owner: str) -> bool:
        found = self._classes.get(owner, [])
        return (
            len(found) == 1
            and owner not in self._bases
            and all(base in _HARMLESS_BASES for base in _bases(found[0]))
        )

    @cached_property
    def _classes(self) -> Mapping[str, list[ast.ClassDef]]:
        found: dict[str, list[ast.ClassDef]] = defaultdict(list)
        for tree in self._sources.trees.values():
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    found[node.name].append(node)
        return found

    @cached_property
    def _bases(self) -> frozenset[str]:
        classes = (node for group in self._classes.values() for node in group)
        return frozenset(base for node in classes for base in _bases(node))


def _is_named_elsewhere(tree: ast.Module, attribute: str) -> bool:
    """Find ``.attribute`` of an object that may be of any class: not ``self``, nor a module."""
    modules = {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    return any(
        not (isinstance(node.value, ast.Name) and node.value.id in {"self", *modules})
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == attribute
    )


def _first_attribute(node: ast.AST) -> str | None:
    found = None
    while isinstance(node, ast.Attribute | ast.Call):
        found = node
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return found.attr if isinstance(node, ast.Name) and isinstance(found, ast.Attribute) else None


def _mentions(member: ast.AST, attribute: str) -> bool:
    names = (
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(member)
        if isinstance(node, ast.Attribute)
        or (isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
    )
    return attribute in names


def _bases(node: ast.ClassDef) -> list[str]:
    bases = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
    return [base.attr if isinstance(base, ast.Attribute) else ast.unparse(base) for base in bases]


def _stands_at(node: ast.Call, call: Call) -> bool:
    place = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
    return place == tuple(call.site.span)
