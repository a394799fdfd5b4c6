"""A file with twins beside its definitions, whose bytes stay as they are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import libcst as cst

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit import with_imports
from refactor_agent.entry.twin.pieces import Defining, Pieces
from refactor_agent.entry.twin.renaming import Meanings, Renamer
from refactor_agent.entry.twin.table import Twins
from refactor_agent.tree import Tree

__all__ = ["bound", "new_imports", "spliced"]


def spliced(
    tree: Tree, pieces: Pieces, module: str, twins: Twins, fixtures: Mapping[str, str]
) -> bytes:
    """Give the file with every twin behind its original, and the imports that twins need."""
    meanings = Meanings(twins, module, pieces.file, ast.parse(pieces.before))
    renamer = Renamer(meanings, fixtures)
    wanted = dict(twins.written_in(module))
    text = pieces.before.decode()
    newline = pieces.new.default_newline
    ends = _ends(ast.parse(pieces.before))
    lines = text.splitlines(keepends=True)
    inserts: list[tuple[int, str]] = []
    helpers = [_written(pieces, pieces.converted[name], "", renamer) for name in pieces.added]
    for name, twin in wanted.items():
        made = _written(pieces, pieces.converted[name], twin, renamer)
        inserts.append((ends[name], made))
    if helpers and inserts:
        first = min(inserts)
        inserts[inserts.index(first)] = (first[0], (newline * 3).join([*helpers, first[1]]))
    for line, code in sorted(inserts, reverse=True):
        if line and not lines[line - 1].endswith(("\n", "\r")):
            lines[line - 1] += newline
        lines.insert(line, f"{newline}{newline}{code}{newline}")
    used = _read_in([*helpers, *(code for _, code in inserts)])
    edits = [
        *(edit for edit in new_imports(pieces) if bound(edit) in used),
        *(meanings.imports[name] for name in sorted(renamer.used) if name in meanings.imports),
    ]
    return with_imports(tree, pieces.file, "".join(lines).encode(), edits)


def _read_in(codes: Iterable[str]) -> set[str]:
    """Give the words that codes hold: what no code speaks of needs no import."""
    return {word for code in codes for word in re.findall(r"\w+", code)}


def bound(edit: ImportEdit) -> str:
    """Give the name that an import binds."""
    return edit.alias or edit.name or edit.module.partition(".")[0]


def new_imports(pieces: Pieces) -> tuple[ImportEdit, ...]:
    """Give the imports that the conversion in place added."""
    old = set(_imported(pieces.file, ast.parse(pieces.before)))
    return tuple(
        edit for edit in _imported(pieces.file, ast.parse(pieces.after)) if edit not in old
    )


def _imported(file: str, tree: ast.Module) -> Iterator[ImportEdit]:
    for node in _with_blocks(tree.body):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield ImportEdit(file=file, module=alias.name, alias=alias.asname)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                yield ImportEdit(file=file, module=module, name=alias.name, alias=alias.asname)


def _with_blocks(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try):
            yield from _with_blocks(node.body)


def _ends(tree: ast.Module) -> Mapping[str, int]:
    """Give the last line of each definition at the top, the last of several with one name."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {n.name: n.end_lineno or n.lineno for n in tree.body if isinstance(n, kinds)}


def _written(pieces: Pieces, nodes: Sequence[Defining], name: str, renamer: Renamer) -> str:
    """Give the code of a twin called ``name``, or of a helper that keeps its own."""
    newline = pieces.new.default_newline
    parts = []
    for node in nodes:
        made = node.visit(renamer)
        assert isinstance(made, Defining)  # noqa: S101 - the renamer removes nothing
        if name:
            made = made.with_changes(name=cst.Name(name))
        made = made.with_changes(leading_lines=_comments(made), body=_without_footer(made.body))
        parts.append(pieces.new.code_for_node(made).strip("\r\n"))
    return (newline * 3).join(parts)


def _comments(node: Defining) -> Sequence[cst.EmptyLine]:
    """Keep comments right above a definition, and no blank lines."""
    lines = list(node.leading_lines)
    while lines and lines[0].comment is None:
        lines.pop(0)
    return lines


def _without_footer(body: cst.BaseSuite) -> cst.BaseSuite:
    """Drop comments behind the body: the original has them."""
    return body.with_changes(footer=()) if isinstance(body, cst.IndentedBlock) else body
