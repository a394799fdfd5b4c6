"""What the names of a module mean, and which of them are used."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit.source import SourceFile

__all__ = ["Meaning", "bindings", "bound_name", "is_used"]

Meaning = tuple[str, str | None] | None
"""Module and name of an import; `None` for anything else."""


def bound_name(edit: ImportEdit | ast.alias, name: str | None = None) -> str:
    """Give the name that an import binds in the module."""
    if isinstance(edit, ast.alias):
        return edit.asname or (name or edit.name).partition(".")[0]
    return edit.alias or edit.name or edit.module.partition(".")[0]


def bindings(tree: ast.Module) -> Mapping[str, set[Meaning]]:
    """Give what each name is bound to at module level, on any branch that runs."""
    found: dict[str, set[Meaning]] = defaultdict(set)
    for node in _statements(tree):
        for name, meaning in _bound_by(node):
            found[name].add(meaning)
    return found


def is_used(source: SourceFile, name: str, module: str | None = None) -> bool:
    """Say whether anything but an import uses ``name``.

    With ``module`` (``a.b`` of ``import a.b``), uses of other submodules do not count. Names
    in ``__all__``, in annotations given as strings and in type comments do.
    """
    text = _quoted(source)
    if re.search(rf"\b{re.escape(name)}\b", text):
        return True
    uses = [
        chain
        for node in ast.walk(source.tree)
        if (chain := _chain(node)) is not None and chain.partition(".")[0] == name
    ]
    if module is None or "." not in module:
        return bool(uses)
    return any(not _names_other_submodule(chain, module, uses) for chain in uses)


def _names_other_submodule(chain: str, module: str, chains: list[str]) -> bool:
    """Say whether ``chain`` is ``a.c…``, or the ``a`` inside one, when ``module`` is ``a.b``."""
    inside_longer = any(other.startswith(f"{chain}.") for other in chains)
    if module.startswith(f"{chain}.") and inside_longer:
        return True
    return not (f"{chain}.".startswith(f"{module}.") or module.startswith(f"{chain}."))


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.stmt):
            yield child
        is_scope = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if isinstance(child, ast.stmt | ast.excepthandler) and not is_scope:
            yield from _statements(child)


def _bound_by(node: ast.stmt) -> Iterator[tuple[str, Meaning]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield bound_name(alias), (alias.name, None)
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            yield bound_name(alias), (module, alias.name)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name, None
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.For | ast.With):
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id, None


def _chain(node: ast.AST) -> str | None:
    """Spell ``a`` or ``a.b.c``; `None` for other expressions."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = _chain(node.value)
        return None if owner is None else f"{owner}.{node.attr}"
    return None


def _quoted(source: SourceFile) -> str:
    """Give the text in which names are used without being code."""
    parts = re.findall(r"#\s*type:.*", source.text)
    for node in ast.walk(source.tree):
        parts.extend(text for root in _quoting(node) for text in _strings(root))
    return "\n".join(parts)


def _quoting(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
        yield node.annotation
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
        yield node.returns
    elif isinstance(node, ast.Assign | ast.AugAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            yield node.value
    elif isinstance(node, ast.Call) and (_chain(node.func) or "").endswith("cast") and node.args:
        yield node.args[0]


def _strings(root: ast.expr) -> Iterator[str]:
    for node in ast.walk(root):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
