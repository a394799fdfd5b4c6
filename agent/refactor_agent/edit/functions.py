"""The functions of a file that can be replaced whole."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

from refactor_agent.domain.naming import plain_name
from refactor_agent.domain.place import Span
from refactor_agent.domain.plan import FunctionRef
from refactor_agent.edit.conflict import SpliceConflictError
from refactor_agent.edit.source import SourceFile
from refactor_agent.tree import Tree, sha256

__all__ = ["Block", "FunctionSource", "find_block", "function_source"]

_Def = ast.FunctionDef | ast.AsyncFunctionDef


class FunctionSource(NamedTuple):
    """The source of one outermost function or method, as an edit replaces it."""

    function: FunctionRef
    """The outermost function: for a nested one, the function that holds it."""
    code: str
    """Whole lines from the first decorator on, with the file's newlines but for the last one.

    Comments that follow the last statement at the body's indentation belong to it.
    """
    before_hash: str
    """What `FunctionEdit.before` must be."""
    indent: str
    span: Span


class Block(NamedTuple):
    """Where an outermost function stands: offsets into the text of its file."""

    name: str
    """Within the file: ``Class.method``; a second definition is ``Class.method#2``."""
    start: int
    end: int
    indent: str
    span: Span


def function_source(tree: Tree, ref: FunctionRef) -> FunctionSource:
    """Give the source of ``ref``, or of the outermost function around it.

    Raises `SpliceConflictError` when the file can't be read as source, or has no such function,
    or more than one of that name (``@overload`` stubs do not count).
    """
    source = SourceFile.decode(ref.file, _read(tree, ref.file))
    module, blocks = find_block(source, ref)
    if len(blocks) > 1:
        raise SpliceConflictError(
            ref.file, "ambiguous-function", f"{ref.name} is defined {len(blocks)} times"
        )
    block = blocks[0]
    return FunctionSource(
        FunctionRef(file=ref.file, name=f"{module}{block.name}"),
        source.text[block.start : block.end],
        sha256(source.encode_part(block.start, block.end)),
        block.indent,
        block.span,
    )


def find_block(source: SourceFile, ref: FunctionRef) -> tuple[str, tuple[Block, ...]]:
    """Give the module prefix of ``ref`` and its outermost definitions, usually one."""
    blocks = _blocks(source)
    for prefix in _module_prefixes(ref):
        parts = ref.name.removeprefix(prefix).split(".")
        for length in range(len(parts), 0, -1):
            name = ".".join(parts[:length])
            found = tuple(block for block in blocks if name in (block.name, plain_name(block.name)))
            exact = tuple(block for block in found if "#" in name and block.name == name)
            if found:
                return prefix, exact or found
    raise SpliceConflictError(ref.file, "no-such-function", f"there is no function {ref.name}")


def _read(tree: Tree, file: str) -> bytes:
    try:
        return tree.read(file)
    except FileNotFoundError as error:
        raise SpliceConflictError(file, "missing-file", "the file is gone") from error


def _module_prefixes(ref: FunctionRef) -> Iterator[str]:
    """Give what of the qualified name may be its module, longest first."""
    path = PurePosixPath(ref.file).with_suffix("")
    parts = path.parent.parts if path.name == "__init__" and path.parent.parts else path.parts
    for start in range(len(parts)):
        prefix = ".".join(parts[start:]) + "."
        if ref.name.startswith(prefix):
            yield prefix


@lru_cache(maxsize=32)
def _blocks(source: SourceFile) -> tuple[Block, ...]:
    outermost = _outermost(source.tree, "", Counter())
    return tuple(_block(source, name, node) for name, node in outermost)


def _outermost(node: ast.AST, prefix: str, taken: Counter[str]) -> Iterator[tuple[str, _Def]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Def | ast.ClassDef):
            if not isinstance(child, ast.ClassDef) and _is_overload(child):
                continue
            name = prefix + child.name
            taken[name] += 1
            name = name if taken[name] == 1 else f"{name}#{taken[name]}"
            if isinstance(child, ast.ClassDef):
                yield from _outermost(child, f"{name}.", taken)
            else:
                yield name, child
        elif isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield from _outermost(child, prefix, taken)


def _is_overload(node: _Def) -> bool:
    return any(
        (isinstance(item, ast.Name) and item.id == "overload")
        or (isinstance(item, ast.Attribute) and item.attr == "overload")
        for item in node.decorator_list
    )


def _block(source: SourceFile, name: str, node: _Def) -> Block:
    first = _first_line(source, node)
    start = source.line_starts[first - 1]
    blank = len(source.line(first)) - len(source.line(first).lstrip())
    form_feed = source.line(first)[:blank].rfind("\f") + 1
    start, indent = start + form_feed, source.line(first)[form_feed:blank]
    last = _last_line(source, node.end_lineno or node.lineno, indent)
    code = source.line(last).rstrip("\r\n")
    end = source.line_starts[last - 1] + len(code)
    span = Span(first, len(indent) + form_feed, last, len(code.encode()))
    return Block(name, start, end, indent, span)


def _first_line(source: SourceFile, node: _Def) -> int:
    """Find the line of the first ``@``; the compiler gives that of the expression after it."""
    if not node.decorator_list:
        return node.lineno
    line = node.decorator_list[0].lineno
    while not source.line(line).lstrip().startswith("@"):
        line -= 1
    return line


def _last_line(source: SourceFile, last: int, indent: str) -> int:
    """Go on over comments that are indented like the body."""
    line = last
    while text := source.line(line + 1):
        line += 1
        stripped = text.strip()
        if not stripped:
            continue
        deeper = text.startswith((indent + " ", indent + "\t"))
        if not (deeper and stripped.startswith("#")):
            break
        last = line
    return last
