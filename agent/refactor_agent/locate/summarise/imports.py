"""Import statements."""

from __future__ import annotations

import ast

from refactor_agent.locate.summarise.walk import Walk

__all__ = ["import_from", "import_modules"]


def import_modules(walk: Walk, node: ast.Import) -> None:
    """Bind the modules of ``import a.b`` and ``import a.b as c``."""
    for alias in node.names:
        _note_loaded(walk, node, alias.name)
        top = alias.name.partition(".")[0]
        walk.imports[top] = None
        if alias.asname is not None:
            walk.scope.bind(alias.asname, ("m", alias.name))
        else:
            walk.scope.bind(top, ("m", top))


def import_from(walk: Walk, node: ast.ImportFrom) -> None:
    """Bind the names of ``from a import b``; ``*`` is kept for when all modules are known."""
    module = _absolute(walk, node)
    if module is None:
        for alias in node.names:
            walk.scope.bind(alias.asname or alias.name, None)
        return
    walk.imports[module.partition(".")[0]] = None
    for alias in node.names:
        _note_loaded(walk, node, module if alias.name == "*" else f"{module}.{alias.name}")
        if alias.name == "*":
            walk.stars.append(module)
        else:
            walk.scope.bind(alias.asname or alias.name, ("i", module, alias.name))


def _note_loaded(walk: Walk, node: ast.stmt, name: str) -> None:
    """Note what is imported whenever the module is."""
    if walk.scope.kind != "function" and not walk.body.is_doubtful(node):
        walk.loaded[name] = None


def _absolute(walk: Walk, node: ast.ImportFrom) -> str | None:
    """Give the module's full name; ``None`` when it points above the top package."""
    if not node.level:
        return node.module
    parts = walk.module.split(".")
    drop = node.level - (1 if walk.package else 0)
    if drop > len(parts) or (drop == len(parts) and node.module is None):
        return None
    kept = parts[: len(parts) - drop]
    return ".".join([*kept, node.module] if node.module else kept) or None
