"""All methods that override one another have one colour."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from refactor_agent.domain.place import Site
from refactor_agent.verify.checks._check import Check, Example, Objection
from refactor_agent.verify.checks._functions import turned_async
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import dotted

__all__ = ["CHECK"]


def _find(context: Context) -> Iterator[Objection]:
    turned = {(change.file, change.name) for change in turned_async(context)}
    if not turned:
        return
    yield from _in_one_file(context)
    located = context.located_after
    if located is None:
        return
    functions = located.graph.functions
    for function in functions.values():
        if not any(
            function.file == file and function.name.endswith("." + name) for file, name in turned
        ):
            continue
        for member in function.family:
            other = functions.get(member)
            if other is not None and not other.is_async and not other.is_property:
                yield Objection(
                    f"{function.name} is async now, and {member} is not: they override each other",
                    Site(other.file, other.span),
                )


def _in_one_file(context: Context) -> Iterator[Objection]:
    """By the names of base classes, for runs without a call graph."""
    for change in turned_async(context):
        owner, _, method = change.name.rpartition(".")
        module = change.module_after
        for relative in _relatives(module.tree, owner) if owner else ():
            other = module.functions.get(f"{relative}.{method}")
            if isinstance(other, ast.FunctionDef):
                yield Objection(
                    f"{change.name} is async now, and {relative}.{method} is not: they override "
                    "each other",
                    change.site(other),
                )


def _relatives(tree: ast.Module, owner: str) -> frozenset[str]:
    """Give the classes of the file above and below ``owner``."""
    bases = {
        node.name: {(dotted(base) or "").rpartition(".")[2] for base in node.bases}
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    above = _closure({owner}, lambda name: bases.get(name, set()))
    below = _closure(
        {owner}, lambda name: {child for child, parents in bases.items() if name in parents}
    )
    return frozenset((above | below) - {owner})


def _closure(start: set[str], step: Callable[[str], set[str]]) -> set[str]:
    found, pending = set(start), list(start)
    while pending:
        for name in step(pending.pop()) - found:
            found.add(name)
            pending.append(name)
    return found


def _classes(base: str, child: str) -> str:
    return (
        f"class Base:\n    {base}def hook(self):\n        return 1\n\n\n"
        f"class Child(Base):\n    {child}def hook(self):\n        return 2\n"
    )


CHECK = Check(
    name="half-coloured-family",
    hazards=("H-C7", "H-C8"),
    reason="A caller that awaits one of them fails on the other, or never runs it.",
    find=_find,
    examples=(
        Example("child only", _classes("", ""), _classes("", "async "), "Base.hook is not"),
        Example("base only", _classes("", ""), _classes("async ", ""), "Child.hook is not"),
        Example("both", _classes("", ""), _classes("async ", "async ")),
        Example("was so before", _classes("", "async "), _classes("", "async ") + "\n\nX = 1\n"),
    ),
)
