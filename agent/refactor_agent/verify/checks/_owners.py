"""What a call is made of, told apart where a name has come to stand for another thing."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping

from refactor_agent.verify.checks._acts import plain, sync_function
from refactor_agent.verify.checks._functions import FunctionChange
from refactor_agent.verify.syntax import FunctionNode, Module

__all__ = ["Owners", "brings_library"]


class Owners:
    """The things whose methods a function calls, as it would read in sync."""

    def __init__(self, module: Module, function: FunctionNode) -> None:
        self._sync = sync_function(function)
        self._module = module
        self._values = _values(module, self._sync)

    def calls(self, *, kept: bool) -> Iterator[ast.Call]:
        """Give the calls; those of what an object keeps only where ``kept``."""
        for node in ast.walk(self._sync):
            if isinstance(node, ast.Call):
                of = node.func.value if isinstance(node.func, ast.Attribute) else None
                if kept or not isinstance(of, ast.Attribute):
                    yield node

    def of(self, called: ast.expr) -> str:
        """Give what a call goes to in plain text, with what its first name is bound to here."""
        root = called
        while isinstance(root, ast.Attribute):
            root = root.value
        value = self._values.get(root.id, "") if isinstance(root, ast.Name) else ""
        text = plain(self._module, called)
        return f"{text} ({value})" if value else text


def brings_library(change: FunctionChange) -> bool:
    """Say whether the file imports a library that it did not: its objects may be others now."""
    before = change.module_before
    return bool(_libraries(change.module_after) - (_libraries(before) if before else set()))


def _libraries(module: Module) -> set[str]:
    roots = {name.partition(".")[0] for name in module.imported.values()}
    return roots - sys.stdlib_module_names - {"", "anyio"}


def _values(module: Module, function: ast.FunctionDef) -> Mapping[str, str]:
    """What names are bound to in it, by assignment, by `with` or by a loop."""
    found: dict[str, str] = {}
    for node in ast.walk(function):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            pairs = [(node.optional_vars, node.context_expr)]
        elif isinstance(node, ast.For):
            pairs = [(node.target, node.iter)]
        for target, value in pairs:
            if isinstance(target, ast.Name):
                found[target.id] = plain(module, value)
    return found
