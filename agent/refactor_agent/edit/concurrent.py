"""A loop that gathers results, as the boundary module's ordered map runs it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.edit.conflict import SpliceConflictError
from refactor_agent.edit.source import SourceFile
from refactor_agent.independence import Loop, find_loop

__all__ = ["concurrent_loop"]

_STEP = "    "


def concurrent_loop(file: str, data: bytes, line: int, ordered_map: str, limit: int) -> bytes:
    """Give ``data`` with the loop on ``line`` made concurrent; ``ordered_map`` is what is called.

    The loop is one without `dependences`. Raises `SpliceConflictError` where there is none, or
    its layout leaves no room.
    """
    source = SourceFile.decode(file, data)
    loop = find_loop(source.tree, line)
    if loop is None or loop.result is None:
        raise SpliceConflictError(file, "moved", f"line {line} holds no loop that gathers results")
    return source.with_text(_concurrent(source, loop, ordered_map, limit)).encode()


def _concurrent(source: SourceFile, loop: Loop, ordered_map: str, limit: int) -> str:
    names = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)}
    names |= {node.name for node in ast.walk(source.tree) if isinstance(node, _DEFINED)}
    if isinstance(loop.node, ast.ListComp):
        return _replace(source, loop.node, _comprehension(source, loop, ordered_map, limit, names))
    indent = source.line(loop.node.lineno)[: loop.node.col_offset]
    if indent.strip():
        raise SpliceConflictError(source.file, "loop-on-a-line", "the loop shares its line")
    lines = _statement(source, loop, ordered_map, limit, names)
    text = source.newline.join(f"{indent}{line}" if line else line for line in lines)
    return _replace(source, loop.node, text.removeprefix(indent))


_DEFINED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _comprehension(
    source: SourceFile, loop: Loop, ordered_map: str, limit: int, names: set[str]
) -> str:
    called = _called(source, loop)
    if called is None:
        raise SpliceConflictError(
            source.file, "loop-expression", "the comprehension does more than await one call"
        )
    result, items = _free("result", names), _text(source, loop.iterable)
    return f"[{result} async for {result} in {ordered_map}({called}, {items}, limit={limit})]"


def _statement(
    source: SourceFile, loop: Loop, ordered_map: str, limit: int, names: set[str]
) -> Iterator[str]:
    called = _called(source, loop)
    if called is None:
        called = _free(f"{_bare_name(loop)}_one", names)
        yield f"async def {called}({_text(source, loop.target)}):"
        yield from _body(source, loop)
        yield ""
    result, items = _free("result", names), _text(source, loop.iterable)
    yield f"async for {result} in {ordered_map}({called}, {items}, limit={limit}):"
    yield f"{_STEP}{loop.results}.append({result})"


def _called(source: SourceFile, loop: Loop) -> str | None:
    """Give ``fetch`` where an iteration is no more than ``await fetch(item)``."""
    if loop.body or not isinstance(loop.target, ast.Name):
        return None
    match loop.result:
        case ast.Await(
            value=ast.Call(func=ast.Name() | ast.Attribute() as func, args=[ast.Name(id=name)],
                           keywords=[])
        ) if name == loop.target.id and _is_fixed(func, name):  # fmt: skip
            return _text(source, func)
    return None


def _is_fixed(func: ast.expr, item: str) -> bool:
    """Say whether the function is the same for every item."""
    return not any(
        isinstance(node, ast.Call | ast.Subscript)
        or (isinstance(node, ast.Name) and node.id == item)
        for node in ast.walk(func)
    )


def _bare_name(loop: Loop) -> str:
    for root in (*loop.body, loop.result):
        for node in ast.walk(root) if root is not None else ():
            match node:
                case ast.Await(value=ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name))):
                    return name.strip("_")
    return "load"


def _body(source: SourceFile, loop: Loop) -> Iterator[str]:
    """Give the lines before the append, less the loop's own indentation, and the return."""
    node = loop.node
    assert isinstance(node, ast.For)  # noqa: S101 - a comprehension has no body
    assert loop.result is not None  # noqa: S101 - or it would depend on something
    append = node.body[-1]
    outer = source.line(node.lineno)[: node.col_offset]
    inner = source.line(append.lineno)[: append.col_offset]
    kept = {
        number
        for part in ast.walk(node)
        if isinstance(part, ast.Constant | ast.JoinedStr)
        for number in range(part.lineno + 1, (part.end_lineno or part.lineno) + 1)
    }
    if kept:
        raise SpliceConflictError(source.file, "loop-text", "the loop holds text of several lines")
    first = (node.iter.end_lineno or node.lineno) + 1
    for number in range(first, append.lineno):
        line = source.line(number).rstrip("\r\n")
        yield line.removeprefix(outer)
    yield f"{inner.removeprefix(outer)}return {_text(source, loop.result)}"


def _text(source: SourceFile, node: ast.expr) -> str:
    start = source.offset(node.lineno, node.col_offset)
    end = source.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
    return source.text[start:end]


def _replace(source: SourceFile, node: ast.expr | ast.stmt, new: str) -> str:
    start = source.offset(node.lineno, node.col_offset)
    end = source.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
    return source.text[:start] + new + source.text[end:]


def _free(wanted: str, names: set[str]) -> str:
    free = wanted
    number = 2
    while free in names:
        free, number = f"{wanted}_{number}", number + 1
    return free
