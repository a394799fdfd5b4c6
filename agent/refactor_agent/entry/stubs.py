"""Stub files beside what is async now: they say so, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

import libcst as cst

from refactor_agent.convert.async_types import ASYNC_TYPES
from refactor_agent.convert.scope import yields
from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit import with_imports
from refactor_agent.entry.names_after import new_names
from refactor_agent.entry.suite.bound import bound_names
from refactor_agent.tree import Tree

__all__ = ["async_stubs"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def async_stubs(tree: Tree, files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Give the ``.pyi`` beside each of ``files`` that turned async, as it has to read now."""
    for file, after in files.items():
        stub = f"{file}i"
        if not file.endswith(".py") or not tree.exists(file) or not tree.exists(stub):
            continue
        before = tree.read(file)
        was = {name for name, node in _functions(before) if isinstance(node, ast.AsyncFunctionDef)}
        names = new_names(before, after)
        now = dict(_functions(after))
        turned = {
            name: node
            for name, bare in names.items()
            if name not in was
            and isinstance(node := now.get(_beside(name, bare)), ast.AsyncFunctionDef)
        }
        if turned:
            yield stub, _written(tree, stub, turned)


def _beside(name: str, bare: str) -> str:
    owner, dot, _ = name.rpartition(".")
    return f"{owner}{dot}{bare}"


def _written(tree: Tree, stub: str, turned: Mapping[str, ast.AsyncFunctionDef]) -> bytes:
    data = tree.read(stub)
    module = cst.parse_module(data)
    writer = _Writer(turned, dict(bound_names(ast.parse(data))))
    made = module.visit(writer).bytes
    edits = [
        ImportEdit(file=stub, module=home, name=name, action=action)
        for old in sorted(writer.replaced)
        for home, name, action in (
            (old.rpartition(".")[0], ASYNC_TYPES[old].rpartition(".")[2], "add"),
            (old.rpartition(".")[0], old.rpartition(".")[2], "drop_unused"),
        )
    ]
    return with_imports(tree, stub, made, edits)


class _Writer(cst.CSTTransformer):
    def __init__(
        self, turned: Mapping[str, ast.AsyncFunctionDef], bound: Mapping[str, str]
    ) -> None:
        super().__init__()
        self._turned = turned
        self._bound = bound
        self._path: list[str] = []
        self.replaced: set[str] = set()

    def visit_ClassDef(self, node: cst.ClassDef) -> None:  # noqa: N802
        self._path.append(node.name.value)

    def leave_ClassDef(  # noqa: N802
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        del original_node
        self._path.pop()
        return updated_node

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        now = self._turned.get(".".join([*self._path, original_node.name.value]))
        if now is None:
            return updated_node
        named = updated_node.with_changes(name=cst.Name(now.name))
        if not yields(now):
            return named.with_changes(asynchronous=cst.Asynchronous())
        returns = named.returns
        if returns is None:
            return named
        return named.with_changes(returns=returns.visit(_Types(self._bound, self.replaced)))


class _Types(cst.CSTTransformer):
    def __init__(self, bound: Mapping[str, str], replaced: set[str]) -> None:
        super().__init__()
        self._bound = bound
        self._replaced = replaced

    def leave_Name(  # noqa: N802
        self, original_node: cst.Name, updated_node: cst.Name
    ) -> cst.Name:
        meant = self._bound.get(original_node.value, "")
        if meant not in ASYNC_TYPES:
            return updated_node
        self._replaced.add(meant)
        return cst.Name(ASYNC_TYPES[meant].rpartition(".")[2])


def _functions(data: bytes) -> Iterator[tuple[str, _Function]]:
    waiting: list[tuple[str, ast.AST]] = [("", ast.parse(data))]
    while waiting:
        path, node = waiting.pop()
        for child in ast.iter_child_nodes(node):
            inner = path
            if isinstance(child, _Function):
                yield f"{path}{child.name}", child
            if isinstance(child, _Function | ast.ClassDef):
                inner = f"{path}{child.name}."
            waiting.append((inner, child))
