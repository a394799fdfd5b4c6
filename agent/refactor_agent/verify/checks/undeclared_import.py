"""New imports are used and declared, and declared dependencies are used."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import Module

__all__ = ["CHECK"]

_DECLARING = ("pyproject.toml", "requirements.txt", "requirements.in", "setup.cfg", "setup.py",
              "requirements/base.txt", "Pipfile")  # fmt: skip

_IMPORTS = (ast.Import, ast.ImportFrom)


def _find(context: Context) -> Iterator[Objection]:
    imported: set[str] = set()
    for file in context.python_files:
        before, after = context.module_before(file), context.module_after(file)
        if after is None:
            continue
        imported |= _roots(after)
        yield from _unused(file, before, after) if before else ()
        for root in sorted(_roots(after) - (_roots(before) if before else set())):
            if _is_foreign(context, root) and not _is_declared(context, root):
                yield Objection(f"{file} imports {root} now, which the project does not declare")
    yield from _idle(context, imported)


def _unused(file: str, before: Module, after: Module) -> Iterator[Objection]:
    used = {node.id for node in ast.walk(after.tree) if isinstance(node, ast.Name)}
    texts = {
        node.value
        for node in ast.walk(after.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for name in sorted(set(after.imported) - set(before.imported) - used - texts):
        yield Objection(f"{file}: the new import {name} is not used")


def _idle(context: Context, imported: set[str]) -> Iterator[Objection]:
    for change in context.changes:
        for dependency in change.proposal.dependencies:
            name = re.split(r"[\[<>=!~ ]", dependency.distribution)[0]
            is_plugin = bool(dependency.beside)  # tests ask for its fixtures
            if not is_plugin and _normal(name) not in {_normal(root) for root in imported}:
                yield Objection(f"{name} is declared by the proposal, and nothing here imports it")


def _roots(module: Module) -> set[str]:
    """The packages it imports when it runs; what only type checkers read does not count."""
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if _is_for_types(module, node):
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def _is_for_types(module: Module, node: ast.AST) -> bool:
    return any(
        isinstance(parent, ast.If) and ast.unparse(parent.test).endswith("TYPE_CHECKING")
        for parent in (module.ancestors(node) if isinstance(node, _IMPORTS) else ())
    )


def _is_foreign(context: Context, root: str) -> bool:
    """Neither Python's own nor the project's, as far as the call graph tells."""
    located = context.located_before
    if located is None or root in sys.stdlib_module_names or root.startswith("_"):
        return False
    graph = located.graph
    own = {part for name in graph.modules for part in name.split(".")}
    return root not in own and not any(root in roots for roots in graph.imports.values())


def _is_declared(context: Context, root: str) -> bool:
    declared = [name for name in _DECLARING if context.before.exists(name)]
    if not declared:
        return True  # nothing is declared anywhere
    given = [dep.distribution for change in context.changes for dep in change.proposal.dependencies]
    text = b"\n".join(context.before.read(name) for name in declared).decode(errors="replace")
    return _normal(root) in _normal(" ".join([text, *given]))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


_BEFORE = "import time\n\n\ndef f():\n    time.sleep(1)\n"
_AFTER = "import anyio\n\n\nasync def f():\n    await anyio.sleep(1)\n"

CHECK = Check(
    name="undeclared-import",
    hazards=("H-W5", "H-X5"),
    reason="It is there by chance, and is missing elsewhere.",
    level="doubtful",
    find=_find,
    examples=(
        Example("not used", _BEFORE, "import json\n" + _BEFORE, "json is not used"),
        Example("used", _BEFORE, _AFTER),
    ),
)
