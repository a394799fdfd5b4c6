"""Two changes of one file laid over one another, statement by statement."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit.conflict import SpliceConflictError
from refactor_agent.edit.exported import exported_names, with_export
from refactor_agent.edit.imports import edit_imports
from refactor_agent.edit.source import SourceFile

__all__ = ["joined"]

_Defining = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Key = tuple[str, int]


class _Block(NamedTuple):
    """A statement, with the blank lines and comments above it."""

    start: int
    end: int
    lines: tuple[str, ...]
    node: ast.stmt

    @property
    def text(self) -> str:
        """Its source, without what is blank around it."""
        return "".join(self.lines).strip()


def joined(
    file: str, base: bytes, current: bytes, new: bytes, is_own: Callable[[str], bool]
) -> bytes:
    """Make of ``current`` what ``new`` makes of ``base``, from which both come.

    Definitions are replaced, added and removed by name; imports and ``__all__`` gain and lose
    names. Raises `SpliceConflictError` where both change one statement.
    """
    old, wanted = ast.parse(base).body, ast.parse(new).body
    source = SourceFile.decode(file, current)
    text = "".join(_laid(file, base, source.text, new))
    adds = [edit for edit in _imports(file, wanted, "add") if edit not in
            set(_imports(file, old, "add"))]  # fmt: skip
    drops = [edit for edit in _imports(file, old, "drop_unused") if edit not in
             set(_imports(file, wanted, "drop_unused"))]  # fmt: skip
    data = edit_imports(source.with_text(text), [*adds, *drops], is_own).encode()
    return _exported(data, old, wanted)


def _exported(data: bytes, old: Sequence[ast.stmt], wanted: Sequence[ast.stmt]) -> bytes:
    there, before = list(exported_names(wanted)), set(exported_names(old))
    for index, name in enumerate(there):
        known = set(exported_names(ast.parse(data).body))
        if name not in before and name not in known:
            data = with_export(data, there[max(0, index - 1)], name, wanted)
    return data


def _laid(file: str, base: bytes, current: str, new: bytes) -> list[str]:
    old, now, wanted = (_blocks(text) for text in (base.decode(), current, new.decode()))
    lines = current.splitlines(keepends=True)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += "\n"
    edits: list[tuple[int, int, int, list[str]]] = []
    above: Key | None = None
    for order, (key, block) in enumerate(wanted.items()):
        there, before = now.get(key), old.get(key)
        if before is None and there is None:
            first = _first(now, lines) if old else len(lines)
            at = now[above].end if above is not None and above in now else first
            edits.append((at, at, order, list(block.lines)))
        elif there is not None and (before is None or before.text != block.text):
            edits.extend(_replaced(file, key, (before, there, block), order))
        if key in now:
            above = key
    edits.extend(_removed(file, old, now, wanted))
    for start, end, _, text in sorted(edits, reverse=True):
        lines[start:end] = text
    return lines


def _replaced(
    file: str, key: Key, blocks: tuple[_Block | None, _Block, _Block], order: int
) -> Iterator[tuple[int, int, int, list[str]]]:
    before, there, wanted = blocks
    if there.text == wanted.text:
        return
    if before is not None and there.text == before.text:
        yield there.start, there.end, order, list(wanted.lines)
        return
    if before is None and isinstance(there.node, ast.ClassDef):
        yield there.start, there.end, order, _united(there, wanted)
        return
    raise SpliceConflictError(file, "changed-function", f"two change sets change {key[0]}")


def _united(there: _Block, wanted: _Block) -> list[str]:
    """Give a class that two changes add with the methods of both."""
    lines = list(there.lines)
    known = {node.name for node in _members(there)}
    for node in _members(wanted):
        if node.name not in known:
            top = _top(node) - 1 - wanted.start
            lines.extend(["\n", *wanted.lines[top : (node.end_lineno or 0) - wanted.start]])
    return lines


def _members(block: _Block) -> Iterator[_Defining]:
    body = block.node.body if isinstance(block.node, ast.ClassDef) else ()
    return (node for node in body if isinstance(node, _Defining))


def _removed(
    file: str, old: Mapping[Key, _Block], now: Mapping[Key, _Block], wanted: Mapping[Key, _Block]
) -> Iterator[tuple[int, int, int, list[str]]]:
    for key, block in old.items():
        if key not in wanted and key in now:
            if now[key].text != block.text:
                raise SpliceConflictError(file, "changed-function", f"{key[0]} is changed and gone")
            yield now[key].start, now[key].end, -1, []


def _first(blocks: Mapping[Key, _Block], lines: Sequence[str]) -> int:
    return min((block.start for block in blocks.values()), default=len(lines))


def _blocks(text: str) -> Mapping[Key, _Block]:
    """Give the statements of a file but its imports and its ``__all__``, in order."""
    found: dict[Key, _Block] = {}
    seen: Counter[str] = Counter()
    lines = text.splitlines(keepends=True)
    above = 0
    for node in ast.parse(text).body:
        end = node.end_lineno or node.lineno
        if not isinstance(node, ast.Import | ast.ImportFrom) and not _is_exports(node):
            block = _Block(above, end, tuple(lines[above:end]), node)
            name = node.name if isinstance(node, _Defining) else block.text
            found[name, seen[name]] = block
            seen[name] += 1
        above = end
    return found


def _is_exports(node: ast.stmt) -> bool:
    return any(True for _ in exported_names([node]))


def _top(node: _Defining) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _imports(
    file: str, body: Sequence[ast.stmt], action: Literal["add", "drop_unused"]
) -> Iterator[ImportEdit]:
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield ImportEdit(file=file, module=alias.name, alias=alias.asname, action=action)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                yield ImportEdit(
                    file=file, module=module, name=alias.name, alias=alias.asname, action=action
                )
