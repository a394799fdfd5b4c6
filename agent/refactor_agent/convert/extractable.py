"""What may be moved into a nested function that another thread runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NoReturn

import libcst as cst

from refactor_agent.convert.job import FileWork
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.scope import (
    Function,
    Lines,
    always_leaves,
    bodies,
    own_nodes,
    statements_on,
)
from refactor_agent.domain.place import Site

__all__ = ["check_block", "ends_function"]

_WAITS = ast.Await | ast.AsyncFor | ast.AsyncWith
_OF_THE_FRAME = {"dir", "eval", "exec", "locals", "super", "vars"}
"""Builtins that mean something else in a nested function."""


def check_block(
    work: FileWork, function: Function, statements: Sequence[cst.BaseStatement], lines: Lines
) -> None:
    """Raise `Refused` unless the statements mean the same in a function of their own."""
    site = work.source.site(statements[0])
    for statement in statements:
        if any(work.edits[call].action != "offload" for call in work.edited_in(statement)):
            refuse("block-awaits", "the block holds calls that are awaited", site)
    body = statements_on(function, lines)
    for node in own_nodes(body):
        _check_node(node, site)
    _check_jumps(body, site)
    _check_names(function, body, site)
    _check_writes(function, body, site)
    _check_context(work.source.tree, body, site)


def ends_function(function: Function, lines: Lines, site: Site) -> bool:
    """Say whether the block returns from the function; refuse where it only may do so."""
    body = statements_on(function, lines)
    if not any(isinstance(node, ast.Return) for node in own_nodes(body)):
        return False
    if not (function.body[-1] is body[-1] or always_leaves(body)):
        refuse("returns-midway", "the block may return from the function, or go on", site)
    return True


def _check_node(node: ast.AST, site: Site) -> None:
    if isinstance(node, _WAITS) or (isinstance(node, ast.comprehension) and node.is_async):
        refuse("block-awaits", "the block that blocks also awaits", site)
    if isinstance(node, ast.Yield | ast.YieldFrom):
        refuse("block-yields", "the block that blocks also yields", site)
    if isinstance(node, ast.Global | ast.Nonlocal):
        refuse("rebinding", "the block declares names of an outer scope", site)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        bare = node.func.id not in {"dir", "vars"} or not node.args
        if node.func.id in _OF_THE_FRAME and bare:
            refuse("frame", f"{node.func.id}() means something else in a nested function", site)
    if isinstance(node, ast.Name) and (isinstance(node.ctx, ast.Del) or node.id == "__class__"):
        refuse("frame", f"{node.id} means something else in a nested function", site)


def _check_jumps(body: Sequence[ast.stmt], site: Site) -> None:
    """Refuse ``break`` and ``continue`` of a loop that is not part of the block."""
    for statement in body:
        if isinstance(statement, ast.Break | ast.Continue):
            refuse("jumps-out", "the block jumps out of itself", site)
        if isinstance(statement, ast.For | ast.While):
            _check_jumps(statement.orelse, site)
        elif not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for inner in bodies(statement):
                _check_jumps(inner, site)


def _check_names(function: Function, body: Sequence[ast.stmt], site: Site) -> None:
    outer = {
        name
        for node in own_nodes(function.body)
        if isinstance(node, ast.Global | ast.Nonlocal)
        for name in node.names
    }
    for node in own_nodes(body):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in outer:
            refuse("rebinding", f"the block rebinds {node.id} of an outer scope", site)


def _check_writes(function: Function, body: Sequence[ast.stmt], site: Site) -> None:
    """Refuse writes to objects that other tasks may be reading on the loop's thread."""
    local = _locals(function) - {"self", "cls"}
    last = _last(body)
    for node in own_nodes(body):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            if last is not None and any(node is part for part in _targets(last)):
                continue  # it becomes an assignment of the returned value, outside the block
            root = _root(node)
            if root not in local:
                _refuse_write(node, site)


def _check_context(module: ast.Module, body: Sequence[ast.stmt], site: Site) -> None:
    """Refuse to set a context variable: the change would stay in the thread (H-T5)."""
    variables = {
        target.id
        for node in module.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func).endswith("ContextVar")
        for target in _targets(node)
        if isinstance(target, ast.Name)
    }  # fmt: skip
    for node in own_nodes(body):
        if not isinstance(node, ast.Attribute) or node.attr not in {"set", "reset"}:
            continue
        if isinstance(node.value, ast.Name) and node.value.id in variables:
            refuse("context-lost", f"{node.value.id} would be set in the thread only", site)


def _refuse_write(node: ast.expr, site: Site) -> NoReturn:
    message = f"another thread would change {ast.unparse(node)}, which others may use"
    refuse("shared-write", message, site)


def _locals(function: Function) -> set[str]:
    names = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    stored = (n for n in own_nodes(function.body) if isinstance(n, ast.Name))
    return names | {node.id for node in stored if isinstance(node.ctx, ast.Store)}


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _last(body: Sequence[ast.stmt]) -> ast.stmt | None:
    last = body[-1]
    return _last(last.body) if isinstance(last, ast.With) else last


def _targets(statement: ast.stmt) -> Iterator[ast.expr]:
    if isinstance(statement, ast.Assign):
        yield from statement.targets
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        yield statement.target
