"""What became a coroutine, an async generator or an async context manager, and who calls it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from refactor_agent.domain.place import Site, Span
from refactor_agent.verify.checks._functions import FunctionChange, own_nodes, turned_async
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, dotted, span_of

__all__ = ["Coloured", "Use", "calls_of", "coloured_functions", "names_function"]

Kind = Literal["coroutine", "generator", "context manager"]


@dataclass(frozen=True)
class Coloured:
    """A function that is async only after the change."""

    change: FunctionChange
    kind: Kind

    @property
    def name(self) -> str:
        """Its name inside the module."""
        return self.change.name

    @property
    def path(self) -> str:
        """File and name as one dotted path, from the project's root."""
        path = PurePosixPath(self.change.file).with_suffix("")
        parts = path.parts[:-1] if path.name == "__init__" else path.parts
        return ".".join((*parts, self.name))


@dataclass(frozen=True)
class Use:
    """A call of a coloured function, in the tree after the change."""

    coloured: Coloured
    module: Module
    call: ast.Call
    site: Site


def coloured_functions(context: Context) -> tuple[Coloured, ...]:
    """Give every function that the change makes async, and what calling it gives."""
    return tuple(Coloured(change, _kind(change.after)) for change in turned_async(context))


def calls_of(context: Context, coloured: tuple[Coloured, ...]) -> Iterator[Use]:
    """Give the calls that stand for a coloured function.

    In the changed files by name and import; in the whole program by the call graph, where there
    is a locator.
    """
    seen: set[tuple[Site, str]] = set()
    for use in (*_by_name(context, coloured), *_by_graph(context, coloured)):
        key = (use.site, use.coloured.path)
        if key not in seen:
            seen.add(key)
            yield use


def _kind(function: FunctionNode) -> Kind:
    decorators = {(dotted(node) or "").rpartition(".")[2] for node in function.decorator_list}
    if "asynccontextmanager" in decorators:
        return "context manager"
    if any(isinstance(node, ast.Yield) for node in own_nodes(function)):
        return "generator"
    return "coroutine"


def _by_name(context: Context, coloured: tuple[Coloured, ...]) -> Iterator[Use]:
    for file in context.python_files:
        module = context.module_after(file)
        if module is None:
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call):
                for one in coloured:
                    if names_function(module, file, node.func, one):
                        yield Use(one, module, node, Site(file, span_of(node)))


def names_function(module: Module, file: str, node: ast.expr, coloured: Coloured) -> bool:
    """Say whether an expression names the coloured function, as far as one file tells."""
    name = module.qualified(node)
    if name is None:
        return False
    if _is_parameter(module, node, (dotted(node) or "").partition(".")[0]):
        return False
    owner, _, bare = coloured.name.rpartition(".")
    if name.partition(".")[0] in {"self", "cls"}:
        return (
            file == coloured.change.file
            and name.partition(".")[2] == bare
            and (_class_of(module, node) == owner)
        )
    if file == coloured.change.file and name == coloured.name:
        return _is_visible(module, node, owner)
    plain = name.lstrip(".")
    return "." in name and (coloured.path == plain or coloured.path.endswith("." + plain))


def _is_parameter(module: Module, node: ast.expr, name: str) -> bool:
    """Say whether ``name`` is what a function around is given: a test its fixture's value."""
    if name in {"self", "cls"}:
        return False
    for outer in module.ancestors(node):
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            args = outer.args
            given = (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg)
            if any(arg is not None and arg.arg == name for arg in given):
                return True
    return False


def _is_visible(module: Module, node: ast.expr, owner: str) -> bool:
    """A name is a module's function, or a nested one seen from inside its owner."""
    return (
        not owner
        or any(
            module.names.get(parent) == owner or isinstance(parent, ast.ClassDef)
            for parent in module.ancestors(node)
        )
        or "." in (dotted(node) or "")
    )


def _class_of(module: Module, node: ast.AST) -> str:
    names = [parent.name for parent in module.ancestors(node) if isinstance(parent, ast.ClassDef)]
    return ".".join(reversed(names))


def _by_graph(context: Context, coloured: tuple[Coloured, ...]) -> Iterator[Use]:
    located = context.located_after
    if located is None:
        return
    for qualified, function in located.graph.functions.items():
        for one in coloured:
            if function.file != one.change.file or not _ends(qualified, one.name):
                continue
            for call in located.graph.calls_of(qualified):
                module = context.module_after(call.site.file)
                node = _call_at(module, call.site.span) if module else None
                if module is not None and node is not None:
                    yield Use(one, module, node, Site(call.site.file, span_of(node)))


def _ends(qualified: str, name: str) -> bool:
    return qualified == name or qualified.endswith("." + name)


def _call_at(module: Module, span: Span) -> ast.Call | None:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and span_of(node) == span:
            return node
    return None
