"""Imports that nothing uses any more."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit.import_names import bindings, bound_name, is_used
from refactor_agent.edit.import_order import Import
from refactor_agent.edit.source import SourceFile

__all__ = ["drop_unused"]


def drop_unused(source: SourceFile, edit: ImportEdit) -> SourceFile:
    """Drop the import at module level unless it is used, re-exported or marked ``noqa``.

    Imports inside ``try`` or ``if`` stay: what they are there for can't be seen.
    """
    if PurePosixPath(source.file).name == "__init__.py" or _is_needed(source, edit):
        return source
    for node in source.tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for index, alias in enumerate(node.names):
                if _is_it(node, alias, edit):
                    return _remove(source, node, index)
    return source


def _is_it(node: Import, alias: ast.alias, edit: ImportEdit) -> bool:
    if isinstance(node, ast.Import):
        same = edit.name is None and alias.name == edit.module
    else:
        module = "." * node.level + (node.module or "")
        same = module == edit.module and alias.name == edit.name
    # `import x as x` is how a module says that it re-exports x.
    return same and alias.asname == edit.alias and alias.asname != alias.name


def _is_needed(source: SourceFile, edit: ImportEdit) -> bool:
    name = bound_name(edit)
    if edit.name is None and edit.alias is None and "." in edit.module:
        top_used = is_used(source, name)
        others = bindings(source.tree)[name] - {(edit.module, None)}
        return is_used(source, name, edit.module) or (top_used and not others)
    return is_used(source, name)


def _remove(source: SourceFile, node: Import, index: int) -> SourceFile:
    first, last = node.lineno, node.end_lineno or node.lineno
    lines = "".join(source.line(number) for number in range(first, last + 1))
    if "noqa" in lines or _shares_its_line(source, node):
        return source
    if len(node.names) == 1:
        return _remove_lines(source, first, last)
    if index + 1 < len(node.names):
        start = _start(source, node.names[index])
        end = _start(source, node.names[index + 1])
    else:
        start, end = _end(source, node.names[index - 1]), _end(source, node.names[index])
        if "#" in source.text[start:end]:
            return source
    return source.with_text(source.text[:start] + source.text[end:])


def _shares_its_line(source: SourceFile, node: Import) -> bool:
    last = node.end_lineno or node.lineno
    before = source.line(node.lineno).encode()[: node.col_offset]
    after = source.line(last).encode()[node.end_col_offset :].strip()
    return bool(before.strip()) or not (not after or after.startswith(b"#"))


def _remove_lines(source: SourceFile, first: int, last: int) -> SourceFile:
    """Take the lines out, and one of two blank lines that would meet."""
    blank_before = first == 1 or not source.line(first - 1).strip()
    while blank_before and source.line(last + 1) and not source.line(last + 1).strip():
        last += 1
        if first > 1:
            break
    start, end = source.line_starts[first - 1], source.line_starts[last]
    return source.with_text(source.text[:start] + source.text[end:])


def _start(source: SourceFile, alias: ast.alias) -> int:
    return source.offset(alias.lineno, alias.col_offset)


def _end(source: SourceFile, alias: ast.alias) -> int:
    return source.offset(alias.end_lineno or alias.lineno, alias.end_col_offset or 0)
