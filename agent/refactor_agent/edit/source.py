"""A source file as text that goes back to the same bytes."""

from __future__ import annotations

import ast
import re
import tokenize
from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO

from refactor_agent.edit.conflict import SpliceConflictError

__all__ = ["SourceFile"]

_NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class SourceFile:
    """Decoded Python source; newlines are kept as they are in the file."""

    file: str
    text: str
    encoding: str
    """As `tokenize.detect_encoding` names it: ``utf-8-sig`` for a file with a BOM."""

    @staticmethod
    def decode(file: str, data: bytes) -> SourceFile:
        """Read ``data``; raises `SpliceConflictError` unless it goes back to the same bytes."""
        return _decoded(file, data)

    def with_text(self, text: str) -> SourceFile:
        """Give the same file with other text."""
        return SourceFile(self.file, text, self.encoding)

    def encode(self) -> bytes:
        """Give the bytes of the file; raises `SpliceConflictError` if its encoding lacks some."""
        try:
            return self.text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise SpliceConflictError(self.file, "encoding", str(error)) from error

    def encode_part(self, start: int, end: int) -> bytes:
        """Give the bytes of ``text[start:end]``, without a BOM."""
        encoding = "utf-8" if self.encoding == "utf-8-sig" else self.encoding
        return self.text[start:end].encode(encoding)

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed module; raises `SpliceConflictError` if it does not parse."""
        try:
            return ast.parse(self.text, filename=self.file)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise SpliceConflictError(self.file, "does-not-parse", str(error)) from error

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Offsets at which lines start, as the compiler counts lines; then the end of the text."""
        starts = [0, *(match.end() for match in _NEWLINE.finditer(self.text))]
        return (*starts, len(self.text)) if starts[-1] != len(self.text) else tuple(starts)

    def line(self, number: int) -> str:
        """Give line ``number`` (from 1) with its newline; empty past the end."""
        starts = self.line_starts
        return self.text[starts[number - 1] : starts[number]] if number < len(starts) else ""

    def offset(self, line: int, column: int) -> int:
        """Turn a line and a column in UTF-8 bytes into an offset into the text."""
        start = self.line_starts[line - 1]
        return start + len(self.line(line).encode()[:column].decode())

    @cached_property
    def newline(self) -> str:
        """The file's first newline; a line feed where there is none."""
        match = _NEWLINE.search(self.text)
        return match.group() if match else "\n"

    def match_newlines(self, new: str, start: int, end: int) -> str:
        """Give ``new`` with the newlines of ``text[start:end]``, which it is to replace.

        Where the replaced text mixes newlines, ``new`` knows best and keeps its own.
        """
        kinds = set(_NEWLINE.findall(self.text[start:end])) or {self.newline}
        return _NEWLINE.sub(lambda _: next(iter(kinds)), new) if len(kinds) == 1 else new


@lru_cache(maxsize=32)
def _decoded(file: str, data: bytes) -> SourceFile:
    """Give one object for the same bytes: each function of a file is looked up in it."""
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise SpliceConflictError(file, "encoding", str(error)) from error
    if text.encode(encoding) != data:
        raise SpliceConflictError(
            file, "encoding", f"decoding it as {encoding} and back changes its bytes"
        )
    return SourceFile(file, text, encoding)
