"""What planned functions use of the rest of the project: functions they call, types they name."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence

from refactor_agent.domain.callgraph import CallGraph, Function
from refactor_agent.llm.request import Callee, FunctionPart
from refactor_agent.llm.surroundings import class_header, names_in, text_of
from refactor_agent.tree import Tree

__all__ = ["callees_of", "types_used"]

_MOST_CALLEES = 12
_MOST_TYPES = 6


def callees_of(name: str, planned: Sequence[str], graph: CallGraph, tree: Tree) -> list[Callee]:
    """Give the project's functions that ``name`` calls and that are not in the task."""
    called = {callee for call in graph.calls_in(name) for callee in call.callees}
    known = sorted(called & graph.functions.keys() - set(planned))[:_MOST_CALLEES]
    return [_callee(graph.functions[each], tree) for each in known]


def _callee(function: Function, tree: Tree) -> Callee:
    return Callee(
        name=function.name, is_async=function.is_async, signature=_signature(function, tree)
    )


def _signature(function: Function, tree: Tree) -> str:
    """Give the parameters and the result; nothing where the file can't be read."""
    module = _parsed(tree, function.file)
    for node in ast.walk(module) if module else ():
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name == function.name.rpartition(".")[2] and _stands(node, function):
            result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
            return f"({ast.unparse(node.args)}){result}"
    return ""


def _stands(node: ast.FunctionDef | ast.AsyncFunctionDef, function: Function) -> bool:
    return function.span.line <= node.lineno <= function.span.end_line


def types_used(
    file: str, parts: Sequence[FunctionPart], modules: Mapping[str, str], tree: Tree
) -> str:
    """Give in brief the project's classes that functions of ``file`` name, from other files."""
    module = _parsed(tree, file)
    name = next((name for name, place in modules.items() if place == file), "")
    if module is None:
        return ""
    used = {word for part in parts for word in names_in(part.code)}
    found: dict[str, str] = {}
    for source, wanted in _imported(module, name, file, used):
        origin = modules.get(source)
        text = _header(tree, origin, wanted) if origin else ""
        if text:
            found[f"{source}.{wanted}"] = f"# {origin}\n{text}"
    return "\n\n".join(found[key] for key in sorted(found)[:_MOST_TYPES])


def _imported(
    module: ast.Module, name: str, file: str, used: set[str]
) -> Iterator[tuple[str, str]]:
    """Give module and name of each import of a used name."""
    package = name if file.endswith("__init__.py") else name.rpartition(".")[0]
    for node in module.body:
        if not isinstance(node, ast.ImportFrom):
            continue
        for alias in node.names:
            if (alias.asname or alias.name) in used:
                yield _absolute(package, node), alias.name


def _absolute(package: str, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    parents = package.split(".")
    base = ".".join(parents[: len(parents) - node.level + 1])
    return ".".join(filter(None, [base, node.module]))


def _header(tree: Tree, file: str, name: str) -> str:
    module = _parsed(tree, file)
    for node in module.body if module else ():
        if isinstance(node, ast.ClassDef) and node.name == name:
            return class_header(text_of(tree.read(file)), node, set())
    return ""


def _parsed(tree: Tree, file: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text_of(tree.read(file)))
    except (SyntaxError, UnicodeDecodeError, OSError):
        return None
