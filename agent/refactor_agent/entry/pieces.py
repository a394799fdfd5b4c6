"""The statements that a conversion changes, and the names by which they know each other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from refactor_agent.edit import Block, Path, SourceFile, blocks_of, members_of, same_head

__all__ = ["Piece", "pieces_of"]

_Defining = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, eq=False)
class Piece:
    """A statement at the top of a file that differs, or one of a class of tests."""

    file: str
    path: Path
    """Empty: the whole file."""
    old: ast.stmt | None
    new: ast.stmt | None

    @property
    def is_definition(self) -> bool:
        """Whether it is a function or a class."""
        return isinstance(self.old or self.new, _Defining)

    @property
    def is_conftest(self) -> bool:
        """Whether tests of other files may ask for it by a parameter's name."""
        return PurePosixPath(self.file).name == "conftest.py"

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that it defines."""
        return frozenset(name for node in self._nodes for name in _bound(node))

    @cached_property
    def members(self) -> frozenset[str]:
        """What it sets on objects, and its functions that differ but stay plain."""
        old = {node.name: ast.dump(node) for node in self._functions(self.old)}
        new = {node.name: node for node in self._functions(self.new)}
        plain = {
            name
            for name, node in new.items()
            if isinstance(node, ast.FunctionDef) and old.get(name) != ast.dump(node)
        }
        return frozenset(plain | {*_stored(self.old), *_stored(self.new)})

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that it speaks of."""
        parts = [part for node in self._nodes for part in ast.walk(node)]
        names = {part.id for part in parts if isinstance(part, ast.Name)}
        return frozenset(names | {part.arg for part in parts if isinstance(part, ast.arg)})

    @cached_property
    def attributes(self) -> frozenset[str]:
        """The attributes that it speaks of."""
        parts = (part for node in self._nodes for part in ast.walk(node))
        return frozenset(part.attr for part in parts if isinstance(part, ast.Attribute))

    @cached_property
    def spelled(self) -> frozenset[str]:
        """The names in its strings: ``"shop.tools.load"``, ``"client"``; and in its examples."""
        parts = (part for node in self._nodes for part in ast.walk(node))
        texts = (part.value for part in parts if isinstance(part, ast.Constant))
        return frozenset(word for text in texts if isinstance(text, str) for word in _words(text))

    @property
    def _nodes(self) -> list[ast.stmt]:
        return [node for node in (self.old, self.new) if node is not None]

    def _functions(self, node: ast.stmt | None) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        body = node.body if isinstance(node, ast.ClassDef) else [node]
        return (n for n in body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def pieces_of(file: str, before: bytes, after: bytes, *, is_test: bool) -> tuple[Piece, ...]:
    """Give what differs; classes come whole, but those of tests method by method."""
    if not file.endswith((".py", ".pyi")) or not before:
        return (Piece(file, (), None, None),)
    old, new = (blocks_of(SourceFile.decode(file, data).text) for data in (before, after))
    found = tuple(_differing(file, (), old, new, is_test=is_test))
    return found or (Piece(file, (), None, ast.parse(after)),)  # type: ignore[arg-type]


def _differing(
    file: str,
    path: Path,
    old: Mapping[tuple[str, int], Block],
    new: Mapping[tuple[str, int], Block],
    *,
    is_test: bool,
) -> Iterator[Piece]:
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key), new.get(key)
        if one is not None and other is not None and one.text == other.text:
            continue
        if is_test and one is not None and other is not None and same_head(one, other):
            within = members_of(one), members_of(other)
            if within[0].keys() == within[1].keys():
                yield from _differing(file, (*path, key), *within, is_test=False)
                continue
        yield Piece(file, (*path, key), one and one.node, other and other.node)


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, _Defining):
        yield node.name
        return
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, ast.alias):
            yield part.asname or part.name.partition(".")[0]


def _stored(node: ast.stmt | None) -> Iterator[str]:
    for part in ast.walk(node) if node is not None else ():
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store):
            yield part.attr


def _words(text: str) -> list[str]:
    if ">>> " in text:
        return re.findall(r"\w+", text)
    words = text.split(".")
    return words if all(map(str.isidentifier, words)) else []
