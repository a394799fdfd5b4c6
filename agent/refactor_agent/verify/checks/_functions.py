"""The functions a change touches, and walks over their own code."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from refactor_agent.domain.place import Site
from refactor_agent.verify.checks._check import Objection
from refactor_agent.verify.checks._faces import behind_faces
from refactor_agent.verify.context import Context
from refactor_agent.verify.syntax import FunctionNode, Module, span_of

__all__ = [
    "CLOSED",
    "Finding",
    "FunctionChange",
    "changed_by_model",
    "changed_functions",
    "fresh_decorations",
    "fresh_findings",
    "has_await",
    "nodes_within",
    "own_nodes",
    "turned_async",
]

CLOSED = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
"""What runs when it is called, and not where it stands."""


@dataclass(frozen=True)
class FunctionChange:
    """A function of a changed file that is new or not what it was."""

    file: str
    name: str
    """Inside its module: ``Class.method``."""
    before: FunctionNode | None
    after: FunctionNode
    module_before: Module | None
    module_after: Module

    @property
    def turned_async(self) -> bool:
        """It is async now, and was not, or was not there."""
        return isinstance(self.after, ast.AsyncFunctionDef) and not isinstance(
            self.before, ast.AsyncFunctionDef
        )

    def site(self, node: ast.expr | ast.stmt) -> Site:
        """Give the place of a node of the function as it becomes."""
        return Site(self.file, span_of(node))


@dataclass(frozen=True)
class Finding:
    """What a pattern matched: where, what to say, and what makes two of them the same."""

    node: ast.expr | ast.stmt
    message: str
    same: str


Finder = Callable[[Module, FunctionNode], Iterable[Finding]]


_CHANGED: WeakKeyDictionary[Context, tuple[FunctionChange, ...]] = WeakKeyDictionary()
"""Every other check asks, and comparing all functions of a large file takes a second."""


def changed_functions(context: Context) -> tuple[FunctionChange, ...]:
    """Give the functions, nested ones too, whose code differs; those of added files as well."""
    if context not in _CHANGED:
        _CHANGED[context] = tuple(_changed(context))
    return _CHANGED[context]


def _changed(context: Context) -> Iterator[FunctionChange]:
    for file in context.python_files:
        before, after = context.module_before(file), context.module_after(file)
        if after is None:
            continue
        known = before.functions if before else {}
        faces = behind_faces(context, file)
        for name, node in after.functions.items():
            if name in faces.values():
                continue
            old = known.get(faces.get(name, name))
            if old is not None and name in faces:
                old = _without_decorators(old, after.functions[faces[name]])
            if old is None or ast.dump(old) != ast.dump(node):
                yield FunctionChange(file, name, old, node, before, after)


def _without_decorators(old: FunctionNode, face: FunctionNode) -> FunctionNode:
    """Give a command as its coroutine takes it over: its decorators, where kept, are the face's."""
    if list(map(ast.dump, old.decorator_list)) != list(map(ast.dump, face.decorator_list)):
        return old
    bare = copy.copy(old)
    bare.decorator_list = []
    return bare


def changed_by_model(context: Context) -> Iterator[tuple[FunctionChange, FunctionNode, Module]]:
    """Give the functions that differ, with what they were and where, if a model wrote a change.

    What rules write is held to the statements as they were, by another check.
    """
    if any(change.by_model for change in context.changes):
        for change in changed_functions(context):
            if change.before is not None and change.module_before is not None:
                yield change, change.before, change.module_before


def turned_async(context: Context) -> tuple[FunctionChange, ...]:
    """Give the functions that are async only after the change."""
    return tuple(change for change in changed_functions(context) if change.turned_async)


def fresh_decorations(
    context: Context, why_not: Callable[[FunctionChange, ast.expr], str]
) -> Iterator[Objection]:
    """Object to decorators of what turned async; ``why_not`` is empty for one that may stay."""
    for change in turned_async(context):
        for decorator in change.after.decorator_list:
            why = why_not(change, decorator)
            if why:
                message = f"{change.name} is async now under @{ast.unparse(decorator)}: {why}"
                yield Objection(message, change.site(decorator))


def fresh_findings(context: Context, finder: Finder) -> Iterator[Objection]:
    """Object to what ``finder`` sees in a changed function and did not see before."""
    for change in changed_functions(context):
        known: Counter[str] = Counter()
        if change.before is not None and change.module_before is not None:
            known.update(found.same for found in finder(change.module_before, change.before))
        for found in finder(change.module_after, change.after):
            known[found.same] -= 1
            if known[found.same] < 0:
                yield Objection(f"{change.name}: {found.message}", change.site(found.node))


def own_nodes(root: ast.AST) -> Iterator[ast.AST]:
    """Give the nodes under ``root`` that run as part of it: no nested function, lambda, class.

    In source order, ``root`` left out.
    """
    for child in ast.iter_child_nodes(root):
        yield child
        if not isinstance(child, CLOSED):
            yield from own_nodes(child)


def nodes_within(
    nodes: Iterable[ast.AST],
    entered: Callable[[ast.AST, ast.AST], frozenset[str]],
    held: frozenset[str] = frozenset(),
) -> Iterator[tuple[ast.AST, frozenset[str]]]:
    """Give ``nodes`` and what runs as part of them, each with what it runs within.

    ``entered`` gives what a node enters for one of its children.
    """
    for node in nodes:
        yield node, held
        if not isinstance(node, CLOSED):
            for child in ast.iter_child_nodes(node):
                yield from nodes_within([child], entered, held | entered(node, child))


def has_await(nodes: Iterable[ast.AST]) -> bool:
    """Say whether the code under ``nodes`` gives way to other tasks."""
    return any(
        isinstance(part, ast.Await | ast.AsyncFor | ast.AsyncWith)
        or (isinstance(part, ast.comprehension) and bool(part.is_async))
        for node in nodes
        for part in (node, *own_nodes(node))
        if not isinstance(node, CLOSED)
    )
