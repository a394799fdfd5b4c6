"""Two changes of one file laid over one another, statement by statement."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit.blocks import (
    Block,
    Defining,
    Key,
    blocks_of,
    lines_of,
    members_of,
    same_head,
    top_of,
)
from refactor_agent.edit.conflict import SpliceConflictError
from refactor_agent.edit.exported import exported_names, with_export
from refactor_agent.edit.import_names import bound_name, is_used
from refactor_agent.edit.imports import edit_imports
from refactor_agent.edit.source import SourceFile

__all__ = ["joined", "restricted"]

Path = tuple[Key, ...]
"""A statement at the top of a file, or one of a class there."""
Takes = Callable[[Path], bool]


def joined(
    file: str, base: bytes, current: bytes, new: bytes, is_own: Callable[[str], bool]
) -> bytes:
    """Make of ``current`` what ``new`` makes of ``base``, from which both come.

    Definitions are replaced, added and removed by name, those of a class that both change within
    it; imports and ``__all__`` gain and lose names. Raises `SpliceConflictError` where both change
    one statement.
    """
    source = SourceFile.decode(file, current)
    text = "".join(_laid(file, base, source.text, new, bool))
    old, wanted = ast.parse(base).body, ast.parse(new).body
    adds = [edit for edit in _imports(file, wanted, "add") if edit not in
            set(_imports(file, old, "add"))]  # fmt: skip
    drops = [edit for edit in _imports(file, old, "drop_unused") if edit not in
             set(_imports(file, wanted, "drop_unused"))]  # fmt: skip
    laid = source.with_text(text)
    drops += _used_by_neither(
        file, [SourceFile.decode(file, d) for d in (base, current, new)], laid
    )
    data = edit_imports(laid, [*adds, *drops], is_own).encode()
    return _exported(data, old, wanted)


def restricted(
    file: str, base: bytes, new: bytes, takes: Takes, is_own: Callable[[str], bool]
) -> bytes:
    """Make of ``base`` what ``new`` makes of it, in those statements alone that ``takes`` names.

    Imports are gained that these use, and lost that nothing uses any more.
    """
    source = SourceFile.decode(file, base)
    laid = source.with_text("".join(_laid(file, base, source.text, new, takes)))
    old, wanted = ast.parse(base).body, ast.parse(new).body
    known = set(_imports(file, old, "add"))
    adds = [
        edit
        for edit in _imports(file, wanted, "add")
        if edit not in known and is_used(laid, bound_name(edit))
    ]
    there = {edit.model_copy(update={"action": "drop_unused"}) for edit in
             _imports(file, wanted, "add")}  # fmt: skip
    drops = [edit for edit in _imports(file, old, "drop_unused") if edit not in there]
    data = edit_imports(laid, [*adds, *drops], is_own).encode()
    defined = {node.name for node in ast.parse(data).body if isinstance(node, Defining)}
    return _exported(data, old, wanted, defined.__contains__)


def _used_by_neither(
    file: str, before: Sequence[SourceFile], laid: SourceFile
) -> Iterator[ImportEdit]:
    """Name what each of the changes left to the other to use, and what nothing uses now."""
    for edit in _imports(file, ast.parse(before[0].text).body, "drop_unused"):
        name = bound_name(edit)
        if not is_used(laid, name) and all(is_used(source, name) for source in before):
            yield edit


def _exported(
    data: bytes,
    old: Sequence[ast.stmt],
    wanted: Sequence[ast.stmt],
    takes: Callable[[str], bool] = bool,
) -> bytes:
    there, before = list(exported_names(wanted)), set(exported_names(old))
    for index, name in enumerate(there):
        known = set(exported_names(ast.parse(data).body))
        if name not in before and name not in known and takes(name):
            data = with_export(data, there[max(0, index - 1)], name, wanted)
    return data


class _Edit(NamedTuple):
    """Lines in the place of others; what stands at one place comes in ``order``."""

    start: int
    end: int
    order: tuple[int, ...]
    lines: Sequence[str]


class _Level(NamedTuple):
    """The statements of a file, or of a class, in the three states."""

    old: Mapping[Key, Block]
    now: Mapping[Key, Block]
    wanted: Mapping[Key, Block]
    path: Path = ()
    order: tuple[int, ...] = ()


def _laid(file: str, base: bytes, current: str, new: bytes, takes: Takes) -> list[str]:
    old, wanted = (SourceFile.decode(file, data).text for data in (base, new))
    level = _Level(blocks_of(old), blocks_of(current), blocks_of(wanted))
    lines = lines_of(current)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += "\n"
    first = _first(level.now, lines) if level.old else len(lines)
    for edit in sorted(_edits(file, level, first, takes), reverse=True):
        lines[edit.start : edit.end] = edit.lines
    return lines


def _edits(file: str, level: _Level, first: int, takes: Takes) -> Iterator[_Edit]:
    above: Key | None = None
    for number, (key, block) in enumerate(level.wanted.items()):
        order, path = (*level.order, number), (*level.path, key)
        there, before = level.now.get(key), level.old.get(key)
        if before is None and there is None:
            at = level.now[above].end if above is not None and above in level.now else first
            if takes(path):
                yield _Edit(at, at, order, block.lines)
        elif there is not None and (before is None or before.text != block.text):
            within = _within(level, key, order)
            whole = takes(path) and (before is None or before.text == there.text)
            if within is not None and not whole:
                top = min((one.start for one in within.now.values()), default=there.end)
                yield from _edits(file, within, top, takes)
            elif takes(path):
                yield from _replaced(file, key, (before, there, block), order)
        if key in level.now:
            above = key
    yield from _removed(file, level, takes)


def _within(level: _Level, key: Key, order: tuple[int, ...]) -> _Level | None:
    """Give the statements of a class that all three hold."""
    three = level.old.get(key), level.now[key], level.wanted[key]
    if not same_head(*three):
        return None
    old, now, wanted = (members_of(block) if block is not None else {} for block in three)
    return _Level(old, now, wanted, (*level.path, key), order)


def _replaced(
    file: str, key: Key, blocks: tuple[Block | None, Block, Block], order: tuple[int, ...]
) -> Iterator[_Edit]:
    before, there, wanted = blocks
    if there.text == wanted.text:
        return
    if before is not None and there.text == before.text:
        yield _Edit(there.start, there.end, order, wanted.lines)
        return
    if before is None and isinstance(there.node, ast.ClassDef):
        yield _Edit(there.start, there.end, order, _united(there, wanted))
        return
    raise SpliceConflictError(file, "changed-function", f"two change sets change {key[0]}")


def _united(there: Block, wanted: Block) -> list[str]:
    """Give a class that two changes add with the methods of both."""
    lines = list(there.lines)
    known = {node.name for node in _methods(there)}
    for node in _methods(wanted):
        if node.name not in known:
            top = top_of(node) - 1 - wanted.start
            lines.extend(["\n", *wanted.lines[top : (node.end_lineno or 0) - wanted.start]])
    return lines


def _methods(block: Block) -> Iterator[Defining]:
    body = block.node.body if isinstance(block.node, ast.ClassDef) else ()
    return (node for node in body if isinstance(node, Defining))


def _removed(file: str, level: _Level, takes: Takes) -> Iterator[_Edit]:
    for key, block in level.old.items():
        if key in level.wanted or key not in level.now or not takes((*level.path, key)):
            continue
        there = level.now[key]
        if there.text != block.text:
            raise SpliceConflictError(file, "changed-function", f"{key[0]} is changed and gone")
        yield _Edit(there.start, there.end, (-1,), ())


def _first(blocks: Mapping[Key, Block], lines: Sequence[str]) -> int:
    return min((block.start for block in blocks.values()), default=len(lines))


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
