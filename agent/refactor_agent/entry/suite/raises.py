"""Assertions that call what they are given, opened: what turns async can be awaited in them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.tree import Tree

__all__ = ["opened", "with_open_assertions"]

_FIRST = {
    "assertRaises": 1, "assertWarns": 1, "assertRaisesRegex": 2, "assertWarnsRegex": 2,
}  # fmt: skip
"""Methods of `unittest.TestCase`, and how many arguments stand before the callable."""


def with_open_assertions(
    tree: Tree, graph: CallGraph, functions: Collection[str]
) -> Mapping[str, bytes]:
    """Give the files of tests whose assertions were handed one of ``functions``, opened."""
    handed: dict[str, set[str]] = {}
    for name in functions:
        for reference in graph.references_to(name):
            holder = graph.functions.get(reference.holder)
            if holder is not None and holder.is_test:
                handed.setdefault(holder.file, set()).add(name.rpartition(".")[2])
    found = {file: (tree.read(file), names) for file, names in handed.items()}
    made = {file: opened(data, names) for file, (data, names) in found.items()}
    return {file: data for file, data in made.items() if data != found[file][0]}


def opened(data: bytes, names: Collection[str]) -> bytes:
    """Give ``data`` with ``x.assertRaises(E, f, a)`` as ``with x.assertRaises(E): f(a)``.

    That is the same where ``f`` is one of ``names`` (their last part), the call is a statement of
    its own, and what ``f`` is given can't raise while it is worked out: names, attributes,
    constants, and displays of these. All else stays as it is.
    """
    lines = data.splitlines(keepends=True)
    statements = [node for node in ast.walk(ast.parse(data)) if isinstance(node, ast.Expr)]
    for node in sorted(statements, key=lambda one: one.lineno, reverse=True):
        call, last = node.value, (node.end_lineno or node.lineno)
        head, tail = lines[node.lineno - 1][: node.col_offset], lines[last - 1]
        alone = not head.strip() and not tail[node.end_col_offset or 0 :].strip()
        if isinstance(call, ast.Call) and alone and _can_open(call, names):
            source = b"".join(lines[node.lineno - 1 : last])
            if b"#" not in source:
                lines[node.lineno - 1 : last] = _opened(call, data.decode(), head, _end(tail))
    return b"".join(lines)


def _can_open(call: ast.Call, names: Collection[str]) -> bool:
    function = call.func
    at = _FIRST.get(function.attr) if isinstance(function, ast.Attribute) else None
    if at is None or len(call.args) <= at:
        return False
    called = call.args[at]
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    given = [*call.args[at + 1 :], *(word.value for word in call.keywords)]
    named = all(word.arg is not None for word in call.keywords)
    return name in names and named and _is_dotted(called) and all(map(_is_plain, given))


def _is_dotted(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _is_plain(node: ast.expr) -> bool:
    parts: Iterator[ast.expr | None]
    match node:
        case ast.Tuple(elts=parts_of) | ast.List(elts=parts_of):
            parts = iter(parts_of)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=int() | float())):
            parts = iter(())
        case ast.Dict():
            parts = iter([*node.keys, *node.values])
        case _:
            return isinstance(node, ast.Constant) or _is_dotted(node)
    return all(part is not None and _is_plain(part) for part in parts)


def _opened(call: ast.Call, source: str, head: bytes, end: bytes) -> list[bytes]:
    at = _FIRST[getattr(call.func, "attr", "")]
    texts = [ast.get_source_segment(source, part) or "" for part in call.args]
    words = [
        f"{word.arg}={ast.get_source_segment(source, word.value) or ''}" for word in call.keywords
    ]
    function = ast.get_source_segment(source, call.func) or ""
    step = b"\t" if b"\t" in head else b"    "
    first = f"with {function}({', '.join(texts[:at])}):".encode()
    second = f"{texts[at]}({', '.join([*texts[at + 1 :], *words])})".encode()
    return [head + first + (end or b"\n"), head + step + second + end]


def _end(line: bytes) -> bytes:
    return line[len(line.rstrip(b"\r\n")) :]
