"""The blanket remedy: `asyncio.to_thread` around whatever an async function calls that blocks.

No look is taken at what the call touches. It is told where by this project's own scan, so it knows
more than who would do it by hand.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from refactor_agent.domain.place import Span
from refactor_agent.locate import locate
from refactor_agent.project import open_project
from refactor_agent.rulebook import load_rulebook

__all__ = ["in_threads", "wrap_in_threads"]


class _Edit(NamedTuple):
    """Bytes to be put at a place; of several at one place, in the order of their rank."""

    at: int
    rank: int
    text: bytes
    end: int


def wrap_in_threads(project: Path) -> None:
    """Edit the files of a project in place."""
    regions = locate(open_project(project), load_rulebook()).regions
    sites = sorted({region.hops[0].site for region in regions})
    for file, found in groupby(sites, key=lambda site: site.file):
        path = project / file
        spans = {site.span for site in found}
        path.write_bytes(in_threads(path.read_bytes(), spans))


def in_threads(source: bytes, spans: set[Span]) -> bytes:
    """Wrap the calls of ``source`` that stand at ``spans``, and import asyncio if any does."""
    tree = ast.parse(source)
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _span(node) in spans]
    edits = sorted(edit for call in calls for edit in _edits(call, source, starts))
    for edit in reversed(edits):
        source = source[: edit.at] + edit.text + source[edit.end :]
    return _with_import(source, tree, starts) if calls else source


def _span(node: ast.expr) -> Span:
    return Span(node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)


def _edits(call: ast.Call, source: bytes, starts: list[int]) -> Iterator[_Edit]:
    """``f(a)`` becomes ``(await asyncio.to_thread(f, a))``."""
    begin, end = starts[call.lineno - 1] + call.col_offset, _end(call, starts)
    name_end = _end(call.func, starts)
    bracket = source.index(b"(", name_end)
    comma = b", " if call.args or call.keywords else b""
    yield _Edit(begin, -end, b"(await asyncio.to_thread(", begin)
    yield _Edit(name_end, 0, comma, bracket + 1)
    yield _Edit(end, 0, b")", end)


def _end(node: ast.expr, starts: list[int]) -> int:
    return starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)


def _with_import(source: bytes, tree: ast.Module, starts: list[int]) -> bytes:
    """Put it where a person would: behind the docstring and the imports from the future."""
    at = 0
    for statement in tree.body:
        docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        if not (docstring or future):
            break
        at = starts[statement.end_lineno or 0]
    return source[:at] + b"import asyncio\n" + source[at:]
