"""Imports added to a module, or dropped from it once unused."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit.conflict import SpliceConflictError
from refactor_agent.edit.import_drop import drop_unused
from refactor_agent.edit.import_names import bindings, bound_name
from refactor_agent.edit.import_order import find_spot, header_imports
from refactor_agent.edit.source import SourceFile

__all__ = ["edit_imports"]

_LINE_LENGTH = 88
"""Past this a merged import is put in parentheses; Black's default."""


def edit_imports(
    source: SourceFile, edits: Sequence[ImportEdit], is_own: Callable[[str], bool]
) -> SourceFile:
    """Add imports that are not there yet, then drop those that nothing uses any more.

    ``is_own`` says whether a top-level module is the target's, which decides on its section.
    Lines that hold none of these imports stay as they are. Raises `SpliceConflictError` when
    the module does not parse, or binds the name of a new import to something else.
    """
    source.tree  # noqa: B018 - a result that does not parse is refused even without edits
    for edit in edits:
        if edit.action == "add":
            source = _add(source, edit, is_own)
    for edit in edits:
        if edit.action == "drop_unused":
            source = drop_unused(source, edit)
    return source


def _add(source: SourceFile, edit: ImportEdit, is_own: Callable[[str], bool]) -> SourceFile:
    meanings = bindings(source.tree).get(bound_name(edit), set())
    meaning = (edit.module, edit.name)
    if meaning in meanings:
        return source
    if not all(_agrees(edit, other) for other in meanings):
        raise SpliceConflictError(
            source.file, "name-taken", f"{bound_name(edit)!r} already means something else there"
        )
    return _merge(source, edit) or _insert(source, edit, is_own)


def _agrees(edit: ImportEdit, other: tuple[str, str | None] | None) -> bool:
    """Say whether both bind the same package: ``import a.b`` beside ``import a.c``."""
    if other is None or edit.name is not None or edit.alias is not None:
        return False
    module, name = other
    return name is None and module.partition(".")[0] == edit.module.partition(".")[0]


def _merge(source: SourceFile, edit: ImportEdit) -> SourceFile | None:
    """Add the name to an import from the same module, where there is one."""
    if edit.name is None or edit.module == "__future__":
        return None
    for node in header_imports(source.tree):
        if isinstance(node, ast.ImportFrom) and _is_from(node, edit.module):
            return _add_name(source, node, _alias_text(edit), edit.name)
    return None


def _is_from(node: ast.ImportFrom, module: str) -> bool:
    is_star = any(alias.name == "*" for alias in node.names)
    return "." * node.level + (node.module or "") == module and not is_star


def _add_name(source: SourceFile, node: ast.ImportFrom, text: str, name: str) -> SourceFile:
    smaller = [alias for alias in node.names if _name_key(alias.name) < _name_key(name)]
    if not smaller:
        first = node.names[0]
        start = source.offset(first.lineno, first.col_offset)
        alone = _stands_alone(source, node, first)
        added = text + ("," + _line_break(source, first) if alone else ", ")
        changed = source.text[:start] + added + source.text[start:]
    else:
        last = smaller[-1]
        end = source.offset(last.end_lineno or 0, last.end_col_offset or 0)
        alone = _stands_alone(source, node, last) and source.text[end : end + 1] == ","
        if alone:
            end = source.line_starts[last.lineno]
            indent = " " * last.col_offset
            changed = f"{source.text[:end]}{indent}{text},{source.newline}{source.text[end:]}"
        else:
            changed = f"{source.text[:end]}, {text}{source.text[end:]}"
    return _wrapped(source.with_text(changed), node.lineno)


def _stands_alone(source: SourceFile, node: ast.ImportFrom, alias: ast.alias) -> bool:
    """Say whether each name of the import has a line of its own."""
    lines = [other.lineno for other in node.names]
    before = source.line(alias.lineno).encode()[: alias.col_offset]
    return len(set(lines)) == len(lines) and not before.strip()


def _line_break(source: SourceFile, alias: ast.alias) -> str:
    return source.newline + " " * alias.col_offset


def _wrapped(source: SourceFile, line: int) -> SourceFile:
    """Put an import that grew too long for its line in parentheses, one name a line."""
    text = source.line(line).rstrip("\r\n")
    if len(text) <= _LINE_LENGTH or any(mark in text for mark in "(#;\\"):
        return source
    head, _, names = text.partition(" import ")
    rows = (f"    {name.strip()},{source.newline}" for name in names.split(","))
    wrapped = f"{head} import ({source.newline}{''.join(rows)})"
    start = source.line_starts[line - 1]
    return source.with_text(source.text[:start] + wrapped + source.text[start + len(text) :])


def _insert(source: SourceFile, edit: ImportEdit, is_own: Callable[[str], bool]) -> SourceFile:
    spot = find_spot(source, edit.module, is_own, is_from=edit.name is not None)
    newline = source.newline
    at = source.line_starts[min(spot.line, len(source.line_starts)) - 1]
    head, tail = source.text[:at], source.text[at:]
    if head and not head.endswith(("\n", "\r")):
        head += newline
    lead = newline if spot.blank_before else ""
    gap = newline * max(0, spot.gap - _blank_lines(source, spot.line)) if tail.strip() else ""
    return source.with_text(f"{head}{lead}{_statement(edit)}{newline}{gap}{tail}")


def _blank_lines(source: SourceFile, line: int) -> int:
    count = 0
    while (text := source.line(line + count)) and not text.strip():
        count += 1
    return count


def _statement(edit: ImportEdit) -> str:
    if edit.name is None:
        return f"import {edit.module}" + (f" as {edit.alias}" if edit.alias else "")
    return f"from {edit.module} import {_alias_text(edit)}"


def _alias_text(edit: ImportEdit) -> str:
    """`X as X` says that a module exports it, and stays so."""
    return f"{edit.name} as {edit.alias}" if edit.alias is not None else f"{edit.name}"


def _name_key(name: str) -> tuple[int, str]:
    """Sort names as isort and ruff do by default: constants, classes, then the rest."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name.lower()
