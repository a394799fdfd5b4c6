"""Code behind a rollout flag, with one of its two paths taken out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit.imports import edit_imports
from refactor_agent.edit.source import SourceFile

__all__ = ["resolve_flag"]

_ASKS = "enabled"
_MODULE = "_async_adapters"


def resolve_flag(file: str, data: bytes, flag: str, *, on: bool) -> bytes:
    """Give ``data`` as it reads where ``flag`` is always on, or always off.

    Looks at ``if enabled("flag"):`` with the boundary module's function, whose import goes once it
    is unused; everything else stays as it is, byte for byte. Raises `SpliceConflictError` when the
    file can't be read as source.
    """
    if flag.encode() not in data:
        return data
    source = SourceFile.decode(file, data)
    imports = tuple(_imports(source))
    names = frozenset(found.alias or _ASKS for found in imports)
    text = source.text
    for node in sorted(_guards(source.tree, names, flag), key=lambda found: -found.lineno):
        start, end = source.line_starts[node.lineno - 1], source.line_starts[_last(node)]
        text = text[:start] + "".join(_branch(source, node, on=on)) + text[end:]
    if text == source.text:
        return data
    return edit_imports(source.with_text(text), imports, lambda _: False).encode()


def _imports(source: SourceFile) -> Iterator[ImportEdit]:
    """Give what drops the imports of the question, should nothing ask any more."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(_MODULE):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                if alias.name == _ASKS:
                    yield ImportEdit(
                        file=source.file,
                        module=module,
                        name=_ASKS,
                        alias=alias.asname,
                        action="drop_unused",
                    )


def _guards(tree: ast.Module, names: frozenset[str], flag: str) -> Iterator[ast.If]:
    for node in ast.walk(tree):
        match node:
            case ast.If(
                test=ast.Call(func=ast.Name(id=asked), args=[ast.Constant(value=named), *_])
            ):
                if asked in names and named == flag:
                    yield node


def _last(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _branch(source: SourceFile, node: ast.If, *, on: bool) -> Iterator[str]:
    """Give the lines of one branch, moved out to where the ``if`` stands."""
    divide = _else_line(source, node) if node.orelse else _last(node) + 1
    lines = range(node.lineno + 1, divide) if on else range(divide + 1, _last(node) + 1)
    if lines and not source.line(lines[0]).strip():
        lines = lines[1:]  # the gap before a function at the start of a block
    first = (node.body if on else node.orelse)[:1]
    inner = source.line(first[0].lineno)[: first[0].col_offset] if first else ""
    outer = source.line(node.lineno)[: node.col_offset]
    kept = _inside_strings(node)
    for number in lines:
        line = source.line(number)
        moves = number not in kept and line.startswith(inner)
        yield outer + line[len(inner) :] if moves else line


def _else_line(source: SourceFile, node: ast.If) -> int:
    """Find the ``else``: comments may stand on either side of it."""
    line = node.orelse[0].lineno - 1
    while not source.line(line).lstrip().startswith("else"):
        line -= 1
    return line


def _inside_strings(node: ast.If) -> frozenset[int]:
    """Give the lines that begin inside a string: they are text, not layout."""
    return frozenset(
        number
        for part in ast.walk(node)
        if isinstance(part, ast.Constant | ast.JoinedStr)
        for number in range(part.lineno + 1, (part.end_lineno or part.lineno) + 1)
    )
