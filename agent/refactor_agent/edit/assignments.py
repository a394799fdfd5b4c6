"""The one assignment to a name at the top of a module, replaced whole."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from refactor_agent.domain.proposal import AssignmentEdit
from refactor_agent.edit.conflict import SpliceConflictError
from refactor_agent.edit.source import SourceFile
from refactor_agent.tree import sha256

__all__ = ["AssignmentSource", "assignment_source", "with_assignments"]


class AssignmentSource(NamedTuple):
    """Where an assignment stands, as offsets into its file's text, and what it says."""

    start: int
    end: int
    code: str
    """Its whole lines, without the last newline."""


def assignment_source(source: SourceFile, name: str) -> AssignmentSource:
    """Give the one plain assignment to ``name``; raises `SpliceConflictError` for none or several.

    Nothing else stands on its lines but a comment.
    """
    body = source.tree.body
    found = [node for node in body if isinstance(node, ast.Assign) and _binds(node, name)]
    if len(found) != 1:
        message = f"{name} is assigned {len(found)} times"
        raise SpliceConflictError(source.file, "changed-assignment", message)
    first, last = found[0].lineno, found[0].end_lineno or found[0].lineno
    if any(n is not found[0] and n.lineno <= last and first <= (n.end_lineno or 0) for n in body):
        message = f"other statements stand on the line of {name}"
        raise SpliceConflictError(source.file, "changed-assignment", message)
    start = source.line_starts[first - 1]
    end = start + len(source.text[start : source.line_starts[last]].rstrip("\r\n"))
    return AssignmentSource(start, end, source.text[start:end])


def with_assignments(source: SourceFile, edits: Sequence[AssignmentEdit]) -> SourceFile:
    """Give ``source`` with the assignments replaced; raises `SpliceConflictError` if they differ.

    The same edit may come from several proposals, and is then there already.
    """
    for edit in edits:
        now = assignment_source(source, edit.name)
        if now.code == edit.code:
            continue
        if sha256(now.code.encode()) != edit.before:
            message = f"{edit.name} is not what the edit was made for"
            raise SpliceConflictError(source.file, "changed-assignment", message)
        text = source.text
        source = source.with_text(text[: now.start] + edit.code + text[now.end :])
    return source


def _binds(node: ast.Assign, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name
               for target in node.targets for part in ast.walk(target))  # fmt: skip
