"""What changes in a class beside its methods: its bases, and second names of what it defines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from refactor_agent.asyncify.annotations import asynchronous_types
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.special import ASYNC_NAMES
from refactor_agent.asyncify.world import Module
from refactor_agent.convert.rewrite import Change

__all__ = ["write_classes"]

_ASYNC = frozenset(ASYNC_NAMES.values())


def write_classes(module: Module, edit: Edit, names: Mapping[cst.FunctionDef, str]) -> None:
    """Write bases and second names anew; ``names`` are those that methods have from now on."""
    for node in module.source.parents:
        if isinstance(node, cst.ClassDef):
            own = {part: names.get(part, part.name.value) for part in _methods(node)}
            _write_second_names(edit, node, {part.name.value: own[part] for part in own})
            anew = {name for part, name in own.items() if name != part.name.value}
            for base in node.bases if anew & _ASYNC else ():
                asynchronous_types(edit, base.value)
            if len(node.bases) > 1:
                edit.change(node, lambda n: _without_doubles(module, n))


def _methods(node: cst.ClassDef) -> Iterator[cst.FunctionDef]:
    return (part for part in node.body.body if isinstance(part, cst.FunctionDef))


def _write_second_names(edit: Edit, node: cst.ClassDef, names: Mapping[str, str]) -> None:
    """Write ``next = __anext__`` for ``next = __next__``, where the class defines that."""
    for value in _assigned(node):
        name = names.get(value.value, value.value)
        if name != value.value:
            edit.change(value, _to(name))


def _to(name: str) -> Change:
    return lambda _: cst.Name(name)


def _assigned(node: cst.ClassDef) -> Iterator[cst.Name]:
    """Give the names that stand alone on the right of the class's own assignments."""
    for line in node.body.body:
        for part in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            value = part.value if isinstance(part, cst.Assign | cst.AnnAssign) else None
            if isinstance(value, cst.Name):
                yield value


def _without_doubles(module: Module, node: cst.CSTNode) -> cst.CSTNode:
    assert isinstance(node, cst.ClassDef)  # noqa: S101 - a class stays one
    kept = {module.source.code(base.value): base for base in reversed(node.bases)}
    if len(kept) == len(node.bases):
        return node
    bases = list(reversed(kept.values()))
    bases[-1] = bases[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return node.with_changes(bases=bases)
