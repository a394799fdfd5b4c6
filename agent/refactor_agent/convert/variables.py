"""Where a local variable is bound and used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import libcst as cst
import libcst.matchers as m

from refactor_agent.convert.source import Source

__all__ = ["Variable", "methods_on", "names_in", "variable"]


class Variable(NamedTuple):
    """A name in one function."""

    name: str
    function: cst.FunctionDef
    bindings: tuple[cst.CSTNode, ...]
    """Assignments, ``with`` items, and anything else that binds it."""
    uses: tuple[cst.Name, ...]
    """Where it is read, nested functions included."""


def variable(source: Source, function: cst.FunctionDef, name: str) -> Variable:
    """Look for ``name`` in ``function``."""
    bindings: list[cst.CSTNode] = []
    uses: list[cst.Name] = []
    for node in names_in(function):
        if node.value != name:
            continue
        parent = source.parents[node]
        if _is_label(parent, node):
            continue
        binder = _binder(source, parent, node)
        if binder is not None:
            bindings.append(binder)
        else:
            uses.append(node)
    return Variable(name, function, tuple(bindings), tuple(uses))


def names_in(node: cst.CSTNode) -> Iterator[cst.Name]:
    """Give the names in ``node``, in source order."""
    for child in node.children:
        if isinstance(child, cst.Name):
            yield child
        yield from names_in(child)


def methods_on(nodes: Sequence[cst.CSTNode], name: str) -> list[str]:
    """Give the attributes of the variable ``name`` that occur in ``nodes``."""
    pattern = m.Attribute(value=m.Name(name))
    found = [one for node in nodes for one in m.findall(node, pattern)]
    return [cst.ensure_type(one, cst.Attribute).attr.value for one in found]


def _is_label(parent: cst.CSTNode, node: cst.Name) -> bool:
    """Say whether the word is no name of a variable: an attribute or a keyword."""
    return (
        (isinstance(parent, cst.Attribute) and parent.attr is node)
        or (isinstance(parent, cst.Arg) and parent.keyword is node)
        or isinstance(parent, cst.NameItem)
    )


def _binder(source: Source, parent: cst.CSTNode, node: cst.Name) -> cst.CSTNode | None:
    if isinstance(parent, cst.AssignTarget):
        return source.parents[parent]
    if isinstance(parent, cst.AnnAssign | cst.AugAssign | cst.NamedExpr) and parent.target is node:
        return parent
    if isinstance(parent, cst.AsName):
        return source.parents[parent]
    if isinstance(parent, cst.For | cst.CompFor) and parent.target is node:
        return parent
    if isinstance(parent, cst.Param | cst.FunctionDef | cst.ClassDef) and parent.name is node:
        return parent
    return _unpacking(source, parent)


def _unpacking(source: Source, parent: cst.CSTNode) -> cst.CSTNode | None:
    below: cst.CSTNode = parent
    if not isinstance(parent, cst.Element | cst.StarredElement):
        return parent if isinstance(parent, cst.Del) else None
    for outer in source.ancestors(parent):
        if isinstance(outer, cst.AssignTarget | cst.AsName):
            return source.parents[outer]
        if isinstance(outer, cst.For | cst.CompFor):
            return outer if outer.target is below else None
        if isinstance(outer, cst.Del):
            return outer
        if not isinstance(outer, cst.Tuple | cst.List | cst.Element | cst.StarredElement):
            return None
        below = outer
    return None
