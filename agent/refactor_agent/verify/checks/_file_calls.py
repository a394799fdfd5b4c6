"""Calls that look at a path, and calls that change what lies there."""

from __future__ import annotations

import ast
import re
from typing import Literal

from refactor_agent.verify.syntax import dotted

__all__ = ["FileUse", "file_uses"]

FileUse = Literal["looked at", "replaced"]

_LOOKS = re.compile(
    r"(^|_)(exists|lexists|isfile|isdir|is_file|is_dir|stat|getmtime|getsize|etag|mtime)(_|$)"
)
_READS = frozenset({"read_text", "read_bytes"})
_CHANGES = re.compile(r"(^|_)(write|remove|unlink|delete|rmdir|rmtree|rename|replace|move)(_|$)")
_PATH_CHANGES = frozenset(
    {"write_text", "write_bytes", "unlink", "rmdir", "rename", "replace", "touch"}
)
_MODULES = frozenset({"os", "os.path", "shutil"})
_WRITING = frozenset("wax+")


def file_uses(
    function: ast.expr, arguments: list[ast.expr], keywords: list[ast.keyword]
) -> list[tuple[str, FileUse]]:
    """Give the paths, as written, that calling ``function`` uses, and how."""
    last = (dotted(function) or "").rpartition(".")[2]
    if isinstance(function, ast.Attribute):
        last = function.attr
    if last == "open":
        return _opened(function, arguments, keywords)
    if isinstance(function, ast.Attribute) and dotted(function.value) not in _MODULES:
        if use := _of_method(last, arguments):
            return [(ast.unparse(function.value), use)]
        if not arguments or last in _PATH_CHANGES:
            return []
    if _LOOKS.search(last):
        return _of(arguments[:1], "looked at")
    return _of(arguments[:2], "replaced") if _CHANGES.search(last) else []


def _of_method(name: str, arguments: list[ast.expr]) -> FileUse | None:
    if name in _READS or (_LOOKS.search(name) and not arguments):
        return "looked at"
    if name in _PATH_CHANGES and (name != "replace" or len(arguments) == 1):
        return "replaced"
    return None


def _opened(
    function: ast.expr, arguments: list[ast.expr], keywords: list[ast.keyword]
) -> list[tuple[str, FileUse]]:
    is_method = isinstance(function, ast.Attribute) and dotted(function) != "io.open"
    path = function.value if isinstance(function, ast.Attribute) and is_method else None
    rest = arguments
    if path is None:
        path, rest = (arguments[0], arguments[1:]) if arguments else (None, [])
    if path is None:
        return []
    given = [*rest[:1], *(word.value for word in keywords if word.arg == "mode")]
    modes = [node.value for node in given if isinstance(node, ast.Constant)]
    if len(modes) != len(given):
        return []
    writes = any(isinstance(mode, str) and set(mode) & _WRITING for mode in modes)
    return [(ast.unparse(path), "replaced" if writes else "looked at")]


def _of(arguments: list[ast.expr], use: FileUse) -> list[tuple[str, FileUse]]:
    paths = (ast.Name, ast.Attribute, ast.Call, ast.BinOp, ast.Subscript)
    return [(ast.unparse(node), use) for node in arguments if isinstance(node, paths)]
