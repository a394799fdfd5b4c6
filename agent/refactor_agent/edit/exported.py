"""The names in ``__all__``, read and added to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

__all__ = ["exported_names", "with_export"]


def exported_names(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Name what ``__all__`` lists, where it is a plain list."""
    listed = _list(body)
    for item in listed.elts if listed is not None else ():
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield item.value


def _list(body: Sequence[ast.stmt]) -> ast.List | ast.Tuple | None:
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets):
            return value if isinstance(value, ast.List | ast.Tuple) else None
    return None


def with_export(data: bytes, name: str, twin: str, model: Sequence[ast.stmt]) -> bytes:
    """Put ``twin`` into ``__all__``: in order where it is in order, else behind ``name``.

    Where there is none, one is made like that of ``model``.
    """
    listed = _list(ast.parse(data).body)
    if listed is None:
        return _with_list(data, twin, is_tuple=isinstance(_list(model), ast.Tuple))
    items = [i for i in listed.elts if isinstance(i, ast.Constant) and isinstance(i.value, str)]
    values = [str(item.value) for item in items]
    lines = data.splitlines(keepends=True)
    for key in (_plainly, _as_isort):
        if values == sorted(values, key=key):
            after = [item for item in items if key(str(item.value)) < key(twin)]
            if not after:
                return _insert(lines, items[0], twin, before=True)
            return _insert(lines, after[-1], twin, before=False)
    at = next((item for item in items if item.value == name), items[-1])
    return _insert(lines, at, twin, before=False)


def _with_list(data: bytes, twin: str, *, is_tuple: bool) -> bytes:
    """Put an ``__all__`` behind the imports."""
    imports = [n for n in ast.parse(data).body if isinstance(n, ast.Import | ast.ImportFrom)]
    row = max((node.end_lineno or 0 for node in imports), default=0)
    lines = data.decode().splitlines(keepends=True)
    text = f'__all__ = ("{twin}",)' if is_tuple else f'__all__ = ["{twin}"]'
    behind = "".join(lines[row:])
    return "".join([*lines[:row], f"\n{text}\n", behind]).encode()


def _plainly(name: str) -> tuple[int, str]:
    return 0, name


def _as_isort(name: str) -> tuple[int, str]:
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name


def _insert(lines: list[bytes], item: ast.Constant, twin: str, *, before: bool) -> bytes:
    row, start, end = item.lineno - 1, item.col_offset, item.end_col_offset or 0
    line = lines[row]
    quote = line[start : start + 1]
    written = quote + twin.encode() + quote
    alone = not line[:start].strip() and line[end:].strip() in {b",", b""}
    if alone:
        ending = line[len(line.rstrip(b"\r\n")) :]
        if not before and line[end:].strip() == b"":
            lines[row] = line[:end] + b"," + line[end:]
        lines.insert(row + (not before), line[:start] + written + b"," + ending)
    elif before:
        lines[row] = line[:start] + written + b", " + line[start:]
    else:
        lines[row] = line[:end] + b", " + written + line[end:]
    return b"".join(lines)
