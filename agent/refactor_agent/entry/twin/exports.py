"""Twins are exported where their originals are: ``__init__`` imports, and ``__all__``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit import exported_names, with_export, with_imports
from refactor_agent.entry.twin.pointing import named_from
from refactor_agent.entry.twin.table import Twins
from refactor_agent.tree import Tree

__all__ = ["with_exports"]


def with_exports(tree: Tree, data: bytes, module: str, twins: Twins) -> bytes:
    """Give ``data`` with the twins of what ``module`` exports exported too.

    ``data`` is to be the file in which the twins of ``module`` stand: its own, or one beside it.
    """
    file, moves = twins.layout.file(module), twins.layout.moves(module)
    body = twins.definitions.top(module)
    found: dict[str, str] = {}
    edits: list[ImportEdit] = []
    for node in body if twins.definitions.is_package(module) else ():
        if isinstance(node, ast.ImportFrom):
            for name, twin, edit in _passed_on(node, module, twins):
                if moves or twin != name:
                    found[name] = twin
                    edits.extend([edit] if edit is not None else [])
    found.update(twins.written_in(module))
    data = with_imports(tree, file, data, edits)
    exported = set(exported_names(body))
    named = set(exported_names(ast.parse(data).body))
    for name, twin in found.items():
        if name in exported and twin not in named:
            data = with_export(data, name, twin, body)
    return data


def _passed_on(
    node: ast.ImportFrom, module: str, twins: Twins
) -> Iterator[tuple[str, str, ImportEdit | None]]:
    """Give what an import brings in that has a twin: both names, and the twin's import."""
    source = twins.definitions.source(module, node)
    layout = twins.layout
    home = layout.place(source)
    place = layout.place(module)
    path = "." * node.level + (node.module or "")
    if home != source or place != module:
        is_package, relative = layout.is_package(module), bool(node.level)
        path = named_from(place, home, is_package=is_package, relative=relative)
    for alias in node.names:
        name = alias.asname or alias.name
        if alias.name == "*":
            for own, twin in _public(twins, source):
                edit = ImportEdit(file=layout.file(module), module=path, name=twin)
                yield own, twin, edit if home != source else None
            continue
        known = twins.of_written(source, alias.name)
        if known is not None and not name.startswith("_"):
            twin = known[1]
            kept = twin if alias.asname == alias.name else None  # `X as X` says that it is exported
            file = layout.file(module)
            yield name, twin, ImportEdit(file=file, module=path, name=twin, alias=kept)


def _public(twins: Twins, module: str) -> Iterator[tuple[str, str]]:
    """Give the twins that ``import *`` brings along."""
    return (pair for pair in twins.written_in(module) if not pair[0].startswith("_"))
