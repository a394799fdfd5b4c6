"""New functions laid over old ones, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from refactor_agent.domain.proposal import FunctionEdit
from refactor_agent.edit.conflict import SpliceConflictError
from refactor_agent.edit.functions import Block, find_block
from refactor_agent.edit.source import SourceFile
from refactor_agent.tree import sha256

__all__ = ["splice"]


class _Change(NamedTuple):
    start: int
    end: int
    text: str


def splice(source: SourceFile, edits: Sequence[FunctionEdit]) -> SourceFile:
    """Give ``source`` with whole functions replaced; everything else stays as it was.

    Raises `SpliceConflictError` when an edit was made for other source than this.
    """
    text = source.text
    changes = sorted((_change(source, edit) for edit in edits), reverse=True)
    for later, earlier in pairwise(changes):
        if earlier.end > later.start:
            raise SpliceConflictError(
                source.file, "changed-function", "two edits are for the same function"
            )
    for change in changes:
        text = text[: change.start] + change.text + text[change.end :]
    return source.with_text(text)


def _change(source: SourceFile, edit: FunctionEdit) -> _Change:
    block = _unchanged_block(source, edit)
    if edit.removed:
        return _Change(block.start, _next_line(source.text, block.end), "")
    code = edit.code.rstrip("\r\n")
    if not _fits(code, block.indent):
        raise SpliceConflictError(
            source.file, "indentation", f"{edit.function.name} is not at its own indentation"
        )
    return _Change(block.start, block.end, source.match_newlines(code, block.start, block.end))


def _next_line(text: str, end: int) -> int:
    """Go on over the blank lines that follow, to what comes next."""
    after = re.match(r"\s*?\r?\n(?:[ \t]*\r?\n)*", text[end:])
    return end + after.end() if after is not None else end


def _unchanged_block(source: SourceFile, edit: FunctionEdit) -> Block:
    """Find what the edit replaces; among definitions of one name, its hash says which."""
    _, blocks = find_block(source, edit.function)
    hashed = [
        block
        for block in blocks
        if sha256(source.encode_part(block.start, block.end)) == edit.before
    ]
    if not hashed:
        raise SpliceConflictError(
            source.file,
            "changed-function",
            f"{edit.function.name} is not what the edit was made for",
        )
    if len(hashed) > 1:
        raise SpliceConflictError(
            source.file, "ambiguous-function", f"{edit.function.name} is there twice, both alike"
        )
    return hashed[0]


def _fits(code: str, indent: str) -> bool:
    first = code.lstrip("\r\n")
    return first.startswith(indent) and first[len(indent) :][:1] not in {"", " ", "\t"}
