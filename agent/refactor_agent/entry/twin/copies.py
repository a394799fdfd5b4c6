"""Async copies of the tests that exercise what gets a twin, in files of their own."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import libcst as cst

from refactor_agent.domain.proposal import ImportEdit, TestCopy
from refactor_agent.edit import with_imports
from refactor_agent.entry.twin.layout import test_beside
from refactor_agent.entry.twin.pieces import Pieces
from refactor_agent.entry.twin.renaming import Meanings, Renamer
from refactor_agent.entry.twin.table import Twins
from refactor_agent.tree import Tree

__all__ = ["Copied", "copied", "is_test_module"]


_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Copied(NamedTuple):
    """A new file of tests."""

    file: str
    data: bytes
    tests: tuple[TestCopy, ...]


def is_test_module(file: str) -> bool:
    """Say whether pytest looks for tests in ``file``."""
    name = PurePosixPath(file).name
    return name.startswith("test_") or name.endswith("_test.py")


def copied(
    tree: Tree,
    pieces: Pieces,
    module: str,
    names: tuple[Twins, Mapping[str, str]],
    only: Collection[str],
) -> Copied | None:
    """Give the tests that exercise what gets a twin, as tests of it; `None`: there are none.

    ``names`` are the twins, and fixtures of other files that have one, with its name; ``only`` the
    tests to copy.
    """
    twins, fixtures = names
    file = _new_file(tree, pieces)
    meanings = Meanings(twins, module, file, ast.parse(pieces.after))
    own = set(pieces.converted)
    renamer = Renamer(meanings, {name: to for name, to in fixtures.items() if name not in own})
    made = pieces.new.visit(renamer)
    wanted = _exercising(pieces, made, {*fixtures.values(), *pieces.changed}) & frozenset(only)
    if not wanted:
        return None
    made = made.with_changes(body=list(_kept(made.body, wanted)))
    used = [meanings.imports[name] for name in sorted(renamer.used) if name in meanings.imports]
    data = with_imports(tree, file, made.bytes, used)
    data = with_imports(tree, file, data, list(_unused(file, ast.parse(data))))
    tests = tuple(
        TestCopy(test=_id(file, name), of=_id(pieces.file, name)) for name in sorted(wanted)
    )
    return Copied(file, data, tests)


def _exercising(pieces: Pieces, made: cst.Module, asked: Collection[str]) -> frozenset[str]:
    """Name the tests that read otherwise than before, or that ask for one of ``asked``."""
    old = {name: ast.dump(node) for name, node in _tests(ast.parse(pieces.before))}
    return frozenset(
        name
        for name, node in _tests(ast.parse(made.bytes))
        if name in old
        and (old[name] != ast.dump(node) or any(arg.arg in asked for arg in node.args.args))
    )


def _new_file(tree: Tree, pieces: Pieces) -> str:
    aside = None if _imports_relatively(pieces) else test_beside(tree, pieces.file)
    if aside is not None and not tree.exists(aside):
        return aside
    path = PurePosixPath(aside or pieces.file)
    stem = path.stem
    base = f"{stem.removesuffix('_test')}_async_test" if stem.endswith("_test") else f"{stem}_async"
    name, number = base, 2
    while tree.exists(str(path.with_name(f"{name}.py"))):
        name, number = f"{base}_{number}", number + 1
    return str(path.with_name(f"{name}.py"))


def _imports_relatively(pieces: Pieces) -> bool:
    nodes = ast.walk(ast.parse(pieces.after))
    return any(isinstance(node, ast.ImportFrom) and node.level > 0 for node in nodes)


def _id(file: str, name: str) -> str:
    return f"{file}::{name.replace('.', '::')}"


def _tests(
    node: ast.Module | ast.ClassDef, path: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in node.body:
        if isinstance(child, ast.ClassDef):
            yield from _tests(child, f"{path}{child.name}.")
        elif isinstance(child, _Function) and child.name.startswith("test"):
            yield f"{path}{child.name}", child


def _kept(
    body: Sequence[cst.BaseStatement], wanted: frozenset[str], path: str = ""
) -> Iterator[cst.BaseStatement]:
    """Leave out the tests that are not ``wanted``, and classes that hold nothing else."""
    for node in body:
        if isinstance(node, cst.FunctionDef) and node.name.value.startswith("test"):
            if f"{path}{node.name.value}" in wanted:
                yield node
        elif isinstance(node, cst.ClassDef) and isinstance(node.body, cst.IndentedBlock):
            inner = f"{path}{node.name.value}."
            has_tests = any(_is_test(child) for child in node.body.body)
            if has_tests and not any(name.startswith(inner) for name in wanted):
                continue
            kept = list(_kept(node.body.body, wanted, inner)) if has_tests else node.body.body
            yield node.with_changes(body=node.body.with_changes(body=kept))
        else:
            yield node


def _is_test(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.FunctionDef) and node.name.value.startswith("test")


def _unused(file: str, tree: ast.Module) -> Iterator[ImportEdit]:
    """Drop the imports that the copy does not need."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                yield ImportEdit(
                    file=file, module=module, name=alias.name, alias=alias.asname,
                    action="drop_unused",
                )  # fmt: skip
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield ImportEdit(
                    file=file, module=alias.name, alias=alias.asname, action="drop_unused"
                )
