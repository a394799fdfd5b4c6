"""The statements of a file with what stands above them, by name."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from refactor_agent.edit.exported import exported_names

__all__ = ["Block", "Defining", "Key", "blocks_of", "lines_of", "members_of", "same_head", "top_of"]

Defining = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Key = tuple[str, int]
"""The name of a definition, or the text of another statement, and the how-manieth it is."""


_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


class Block(NamedTuple):
    """A statement, with the blank lines and comments above it."""

    start: int
    end: int
    lines: tuple[str, ...]
    node: ast.stmt

    @property
    def text(self) -> str:
        """Its source, without what is blank around it."""
        return "".join(self.lines).strip()


def blocks_of(text: str) -> Mapping[Key, Block]:
    """Give the statements of a file but its imports and its ``__all__``, in order."""
    return dict(_blocks(lines_of(text), ast.parse(text).body, 0))


def lines_of(text: str) -> list[str]:
    """Give the lines as Python counts them, with their endings: a form feed ends none."""
    return _LINE.findall(text)


def members_of(block: Block) -> Mapping[Key, Block]:
    """Give the statements of a class, in order, at the lines that they have in the file."""
    node = block.node
    if not isinstance(node, ast.ClassDef) or not _head(block):
        return {}
    lines = ["" for _ in range(block.start)] + list(block.lines)
    return dict(_blocks(lines, node.body, block.start + len(_head(block))))


def same_head(*blocks: Block | None) -> bool:
    """Say whether all are one class, whose name, bases and decorators are written alike."""
    heads = {_head(block) if block is not None else () for block in blocks}
    return len(heads) == 1 and () not in heads


def top_of(node: Defining) -> int:
    """Give the line of the first decorator, or of the definition."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _head(block: Block) -> tuple[str, ...]:
    """Give the lines of a class above its first statement; none where both share a line."""
    if not isinstance(block.node, ast.ClassDef):
        return ()
    first = block.node.body[0]
    top = top_of(first) if isinstance(first, Defining) else first.lineno
    if top == block.node.lineno:
        return ()
    lines = block.lines[: top - 1 - block.start]
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines = lines[:-1]
    return lines


def _blocks(
    lines: Sequence[str], body: Sequence[ast.stmt], above: int
) -> Iterator[tuple[Key, Block]]:
    seen: Counter[str] = Counter()
    for node in body:
        end = node.end_lineno or node.lineno
        if not isinstance(node, ast.Import | ast.ImportFrom) and not _is_exports(node):
            block = Block(above, end, tuple(lines[above:end]), node)
            name = node.name if isinstance(node, Defining) else block.text
            yield (name, seen[name]), block
            seen[name] += 1
        above = end


def _is_exports(node: ast.stmt) -> bool:
    return any(True for _ in exported_names([node]))
