"""Names that nobody else can have, as a part of them is made up for the occasion."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refactor_agent.verify.checks._functions import own_nodes
from refactor_agent.verify.syntax import FunctionNode, dotted

__all__ = ["is_made_up"]

_UNIQUE = frozenset(
    {"NamedTemporaryFile", "TemporaryDirectory", "TemporaryFile", "mkdtemp", "mkstemp",
     "token_hex", "token_urlsafe", "uuid1", "uuid4", "get_ident", "time_ns"}
)  # fmt: skip


def is_made_up(function: FunctionNode, path: ast.expr) -> bool:
    """Say whether nobody else can have this path, as far as ``function`` tells."""
    seen: set[str] = set()
    waiting: list[ast.AST] = [path]
    while waiting:
        for part in ast.walk(waiting.pop()):
            if (
                isinstance(part, ast.Call)
                and (dotted(part.func) or "").rpartition(".")[2] in _UNIQUE
            ):
                return True
            if isinstance(part, ast.Name) and part.id not in seen:
                seen.add(part.id)
                waiting.extend(_given(function, part.id))
    return False


def _given(function: FunctionNode, name: str) -> Iterator[ast.AST]:
    """Give what a name of the function is bound to."""
    for node in own_nodes(function):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr):
            targets = [node.target]
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            targets = [node.optional_vars]
        bound = (part for target in targets for part in ast.walk(target))
        if any(isinstance(part, ast.Name) and part.id == name for part in bound):
            yield node
