"""Imports under a condition: what takes their place is imported under the same condition.

``if TYPE_CHECKING: from wires import Wire`` says that the library may be missing at run time; an
import of ``AsyncWire`` at the top of the file would need it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from refactor_agent.convert.names import Binding
from refactor_agent.edit.import_names import is_used
from refactor_agent.edit.source import SourceFile

__all__ = ["Guarded", "import_beside"]


class Guarded(NamedTuple):
    """A name of the async side, and where it comes from."""

    module: str
    name: str
    local: str


def import_beside(source: SourceFile, wanted: Mapping[Binding, Guarded]) -> SourceFile:
    """Import each wanted name wherever the import stands that it takes the place of.

    The old import goes where nothing uses it any more and it is a statement of its own.
    """
    for old, new in wanted.items():
        is_left = is_used(source, old.local)
        nodes = sorted(_imports(source.tree, old), key=lambda node: -node.lineno)
        for node in nodes:
            source = _beside(source, node, new, keeps_old=is_left or len(node.names) > 1)
    return source


def _imports(tree: ast.Module, old: Binding) -> Iterator[ast.ImportFrom]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            same = any((a.name, a.asname) == (old.name, old.alias) for a in node.names)
            if module == old.module and same:
                yield node


def _beside(
    source: SourceFile, node: ast.ImportFrom, new: Guarded, *, keeps_old: bool
) -> SourceFile:
    text = f"from {new.module} import {new.name}"
    if new.local != new.name:
        text += f" as {new.local}"
    start = source.offset(node.lineno, node.col_offset)
    end = source.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
    if keeps_old:
        text = f"{source.text[start:end]}{source.newline}{' ' * node.col_offset}{text}"
    return source.with_text(source.text[:start] + text + source.text[end:])
