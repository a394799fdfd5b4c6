"""Twins are exported where their originals are: ``__init__`` imports, and ``__all__``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit import with_imports
from refactor_agent.entry.twin.table import Twins
from refactor_agent.tree import Tree

__all__ = ["with_exports"]


def with_exports(tree: Tree, file: str, data: bytes, module: str, twins: Twins) -> bytes:
    """Give ``data``, which is to be ``file``, with the twins of what it exports exported too."""
    parsed = ast.parse(data)
    exported = set(_exported(parsed))
    found: dict[str, str] = {}
    edits: list[ImportEdit] = []
    if twins.definitions.is_package(module):
        for node in parsed.body:
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if alias.name == "*":
                        found.update(_public(twins, twins.definitions.source(module, node)))
                        continue
                    known = twins.of(twins.definitions.source(module, node), alias.name)
                    if known is not None and not (alias.asname or alias.name).startswith("_"):
                        found[alias.asname or alias.name] = known[1]
                        edits.append(_edit(file, node, alias, known[1]))
    found.update(twins.defined_in(module))
    data = with_imports(tree, file, data, edits)
    for name, twin in found.items():
        if name in exported and twin not in exported:
            data = _with_export(data, name, twin)
    return data


def _public(twins: Twins, module: str) -> Iterator[tuple[str, str]]:
    """Give the twins that ``import *`` brings along."""
    return (pair for pair in twins.defined_in(module) if not pair[0].startswith("_"))


def _edit(file: str, node: ast.ImportFrom, alias: ast.alias, twin: str) -> ImportEdit:
    module = "." * node.level + (node.module or "")
    kept = twin if alias.asname == alias.name else None  # `X as X` says that it is exported
    return ImportEdit(file=file, module=module, name=twin, alias=kept)


def _exported(tree: ast.Module) -> Iterator[str]:
    listed = _list(tree)
    for item in listed.elts if listed is not None else ():
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield item.value


def _list(tree: ast.Module) -> ast.List | ast.Tuple | None:
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets):
            return value if isinstance(value, ast.List | ast.Tuple) else None
    return None


def _with_export(data: bytes, name: str, twin: str) -> bytes:
    """Put ``twin`` into ``__all__``: in order where it is in order, else behind ``name``."""
    listed = _list(ast.parse(data))
    if listed is None:
        return data
    items = [i for i in listed.elts if isinstance(i, ast.Constant) and isinstance(i.value, str)]
    values = [str(item.value) for item in items]
    lines = data.splitlines(keepends=True)
    for key in (_plainly, _as_isort):
        if values == sorted(values, key=key):
            after = [item for item in items if key(str(item.value)) < key(twin)]
            if not after:
                return _insert(lines, items[0], twin, before=True)
            return _insert(lines, after[-1], twin, before=False)
    at = next(item for item in items if item.value == name)
    return _insert(lines, at, twin, before=False)


def _plainly(name: str) -> tuple[int, str]:
    return 0, name


def _as_isort(name: str) -> tuple[int, str]:
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name


def _insert(lines: list[bytes], item: ast.Constant, twin: str, *, before: bool) -> bytes:
    row, start, end = item.lineno - 1, item.col_offset, item.end_col_offset or 0
    line = lines[row]
    quote = line[start : start + 1]
    written = quote + twin.encode() + quote
    alone = not line[:start].strip() and line[end:].strip() in {b",", b""}
    if alone:
        ending = line[len(line.rstrip(b"\r\n")) :]
        if not before and line[end:].strip() == b"":
            lines[row] = line[:end] + b"," + line[end:]
        lines.insert(row + (not before), line[:start] + written + b"," + ending)
    elif before:
        lines[row] = line[:start] + written + b", " + line[start:]
    else:
        lines[row] = line[:end] + b", " + written + line[end:]
    return b"".join(lines)
