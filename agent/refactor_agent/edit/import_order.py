"""Where a new import belongs among the imports of a module."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from typing import NamedTuple

from refactor_agent.edit.source import SourceFile

__all__ = ["Spot", "find_spot", "header_imports", "is_docstring"]

Import = ast.Import | ast.ImportFrom
Key = tuple[int, bool, str]
Own = Callable[[str], bool]


class Spot(NamedTuple):
    """A line to insert before, and what sets the new import apart from its surroundings."""

    line: int
    blank_before: bool = False
    gap: int = 0
    """The least number of blank lines below."""


def header_imports(tree: ast.Module) -> tuple[Import, ...]:
    """Give the imports at module level that stand before the first function or class."""
    found: list[Import] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            break
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.append(node)
    return tuple(found)


def is_docstring(node: ast.stmt) -> bool:
    """Say whether ``node`` is a bare string."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def find_spot(source: SourceFile, module: str, is_own: Own, *, is_from: bool) -> Spot:
    """Say where an import of ``module`` goes: in its section, behind all that sort before it.

    Sections are ``__future__``, standard library, third party, first party (``is_own`` says
    which top-level modules are), relative. The place depends on the imports alone, so that
    several can be added in any order with one result.
    """
    key = _key(module, is_own, is_from=is_from)
    placed = [
        (_key(name, is_own, is_from=isinstance(node, ast.ImportFrom)), node)
        for node in header_imports(source.tree)
        if (name := _module(node)) is not None
    ]
    section = [(other, node) for other, node in placed if other[0] == key[0]]
    if section:
        smaller = [node for other, node in section if other < key]
        return Spot(_after(smaller[-1]) if smaller else section[0][1].lineno)
    lower = [node for other, node in placed if other[0] < key[0]]
    if lower:
        return _behind(source, lower[-1])
    return Spot(placed[0][1].lineno, gap=1) if placed else _first_spot(source)


def _key(module: str, is_own: Own, *, is_from: bool) -> Key:
    return _section(module, is_own), is_from, module.lower()


def _section(module: str, is_own: Own) -> int:
    top = module.partition(".")[0]
    if top == "__future__":
        return 0
    if module.startswith("."):
        return 4
    if is_own(top):
        return 3
    return 1 if top in sys.stdlib_module_names else 2


def _module(node: Import) -> str | None:
    if isinstance(node, ast.ImportFrom):
        return "." * node.level + (node.module or "")
    return node.names[0].name


def _after(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) + 1


def _behind(source: SourceFile, node: ast.stmt) -> Spot:
    """Open a section of its own below ``node``."""
    line = _after(node)
    return Spot(line, blank_before=True, gap=_gap(source.tree, line))


def _first_spot(source: SourceFile) -> Spot:
    """Place the module's first import: below the docstring, else below leading comments."""
    body = source.tree.body
    if body and is_docstring(body[0]):
        return _behind(source, body[0])
    line = 1
    while source.line(line).startswith("#"):
        line += 1
    if line > 1 and source.line(line).strip():
        # The comment may speak of the statement it touches.
        line = _coding_lines(source) + 1
    return Spot(line, blank_before=line > 1, gap=_gap(source.tree, line))


def _coding_lines(source: SourceFile) -> int:
    """Count the lines that must stay first: interpreter and encoding."""
    first, second = source.line(1), source.line(2)
    count = int(first.startswith("#!") or "coding" in first)
    return count + int(count == 1 and second.startswith("#") and "coding" in second)


def _gap(tree: ast.Module, line: int) -> int:
    following = next((node for node in tree.body if node.lineno >= line), None)
    if following is None:
        return 0
    is_definition = isinstance(following, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return 2 if is_definition else 1
