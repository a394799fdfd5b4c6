"""Examples in docstrings that call what is async now: they run it."""

from __future__ import annotations

import ast
import doctest
from collections.abc import Collection, Iterator

import libcst as cst

__all__ = ["with_async_doctests"]

_PROMPT = 4
"""Characters of ``>>> ``."""


def with_async_doctests(data: bytes, names: Collection[str]) -> bytes:
    """Give a file in whose doctests every call of ``names`` stands in ``asyncio.run(…)``.

    A docstring with escapes in it, and an example that does not parse, stay as they are.
    """
    if not names or b">>>" not in data:
        return data
    module = cst.parse_module(data)
    imported = any(
        isinstance(node, ast.Import) and any(alias.name == "asyncio" for alias in node.names)
        for node in ast.parse(data).body
    )
    made = module.visit(_Writer(names, imported=imported))
    return made.bytes


class _Writer(cst.CSTTransformer):
    def __init__(self, names: Collection[str], *, imported: bool) -> None:
        super().__init__()
        self._names = names
        self._imported = imported

    def leave_Expr(  # noqa: N802
        self, original_node: cst.Expr, updated_node: cst.Expr
    ) -> cst.Expr:
        del original_node
        value = updated_node.value
        if not isinstance(value, cst.SimpleString) or ">>>" not in value.value:
            return updated_node
        if value.raw_value != value.evaluated_value:
            return updated_node
        text = _written(value.raw_value, self._names, imported=self._imported)
        head = value.prefix + value.quote
        return updated_node.with_changes(
            value=value.with_changes(value=f"{head}{text}{value.quote}")
        )


def _written(text: str, names: Collection[str], *, imported: bool) -> str:
    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError:
        return text
    lines = text.split("\n")
    first = None
    for example in reversed(examples):
        places = list(_calls(example.source, names))
        for line, start, inserted in sorted(places, reverse=True):
            at = example.lineno + line
            column = start + example.indent + _PROMPT
            lines[at] = lines[at][:column] + inserted + lines[at][column:]
        first = example if places else first
    if first is not None and not imported:
        lines.insert(first.lineno, " " * first.indent + ">>> import asyncio")
    return "\n".join(lines)


def _calls(source: str, names: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Give where in an example, by line and column, what is to be put in."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not source.isascii():
            continue
        if isinstance(node.func, ast.Name) and node.func.id in names and node.end_lineno:
            yield node.lineno - 1, node.col_offset, "asyncio.run("
            yield node.end_lineno - 1, node.end_col_offset or 0, ")"
