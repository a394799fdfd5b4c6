"""What a function does, act by act, and what each act stands in: as it would read in sync."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from refactor_agent.verify.checks._sync_form import sync_form
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["GROWS", "LEAVES", "NO_EFFECT", "Act", "acts_of", "in_order", "plain", "sync_function"]

NO_EFFECT = frozenset(dir(builtins)) - {"open", "print", "input", "next", "exec", "eval"}
_NAMES_A_PATH = frozenset({"Path", "PurePath", "joinpath", "partial"})
GROWS = frozenset({"append", "add", "extend", "update", "insert", "setdefault"})
"""What comprehensions do as well."""
_REPEATS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp, ast.Lambda)
"""A function handed on in place is called for each of something more often than once."""
LEAVES = (ast.Raise, ast.Return, ast.Continue, ast.Break)


@dataclass(frozen=True)
class Act:
    """A call, a change of something, a `yield` or a `raise`."""

    text: str
    local: frozenset[str]
    """The names that it changes, when nobody outside sees it; empty for what others see."""
    names: frozenset[str]
    loops: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()
    """Its places in the `try` statements it stands in."""
    managers: frozenset[str] = frozenset()
    """The items of the `with` statements it stands in."""


@lru_cache(maxsize=64)
def sync_function(function: FunctionNode) -> ast.FunctionDef:
    """Give the function as it would read in sync: to read, since the checks share it."""
    found = ast.parse(sync_form(function)).body[0]
    if not isinstance(found, ast.FunctionDef):
        raise TypeError(f"the sync form of {function.name} is no function")
    return found


def plain(module: Module, node: ast.AST) -> str:
    """Give a sync node's text: what a module gives goes by its last name, `Async` left out."""
    return ast.unparse(_Plain(module).visit(ast.parse(ast.unparse(node))))


class _Plain(ast.NodeTransformer):
    def __init__(self, module: Module) -> None:
        self._imported = module.imported

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        root = (dotted(node) or "").partition(".")[0]
        name = node.attr.removeprefix("Async")
        return ast.Name(name) if root in self._imported else ast.Attribute(node.value, name)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(node.id.removeprefix("Async"))


def acts_of(module: Module, function: FunctionNode) -> list[Act]:
    """Give what ``function`` does in the order of evaluation; what it calls once stands there."""
    return list(_Walk(module, sync_function(function)).acts())


class _Walk:
    def __init__(self, module: Module, function: ast.FunctionDef) -> None:
        self._module = module
        self._function = function
        self._nested = {
            node.name: node
            for node in ast.walk(function)
            if isinstance(node, ast.FunctionDef) and node is not function
        }
        self._own = {
            part.id
            for node in ast.walk(function)
            if isinstance(node, ast.Assign | ast.AnnAssign) and _makes(node.value)
            for part in ast.walk(node)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        }
        """Names of containers that the function makes for itself."""

    def acts(self) -> Iterator[Act]:
        standing = Act("", frozenset(), frozenset())
        called = {
            node.func.id
            for node in ast.walk(self._function)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        self._pending = {name for name in self._nested if name in called}
        yield from self._all(self._function.body, standing)

    def _all(self, nodes: Iterable[ast.AST], standing: Act) -> Iterator[Act]:
        for node in nodes:
            yield from self._walk(node, standing)

    def _walk(self, node: ast.AST, standing: Act) -> Iterator[Act]:
        if isinstance(node, ast.FunctionDef):
            if node.name not in self._pending:
                yield from self._all(node.body, standing)
            return
        if isinstance(node, ast.Try):
            yield from self._try(node, standing)
            return
        if isinstance(node, ast.With):
            yield from self._with(node, standing)
            return
        inside = standing
        if isinstance(node, ast.For | ast.While):
            inside = replace(standing, loops=(*standing.loops, id(node)))
            yield from self._all([node.iter] if isinstance(node, ast.For) else [], standing)
            rest = [node.target] if isinstance(node, ast.For) else [node.test]
            yield from self._all([*rest, *node.body], inside)
            yield from self._all(node.orelse, standing)
            return
        parts = list(in_order(node))
        if isinstance(node, _REPEATS):
            inside = replace(standing, loops=(*standing.loops, id(node)))
            if isinstance(first := parts[0], ast.comprehension):  # what it runs over is asked once
                yield from self._walk(first.iter, standing)
                parts[:1] = [first.target, *first.ifs]
        yield from self._all(parts, inside)
        yield from self._act(node, standing)

    def _try(self, node: ast.Try, standing: Act) -> Iterator[Act]:
        roles: list[str] = []
        if node.finalbody:
            roles.append("guarded")
        if node.handlers:
            roles.append("try" if all(_leaves(h) for h in node.handlers) else "forgiven")
        body = replace(standing, roles=(*standing.roles, *roles))
        yield from self._all(node.body, body)
        outer = replace(standing, roles=(*standing.roles, *roles[: bool(node.finalbody)]))
        for handler in node.handlers:
            yield from self._all(handler.body, replace(outer, roles=(*outer.roles, "handler")))
        kept = outer
        if not all(_leaves(handler) for handler in node.handlers):
            kept = replace(outer, roles=(*outer.roles, "else"))
        yield from self._all(node.orelse, kept)
        final = replace(standing, roles=(*standing.roles, "finally"))
        yield from self._all(node.finalbody, final)

    def _with(self, node: ast.With, standing: Act) -> Iterator[Act]:
        for item in node.items:
            yield from self._walk(item.context_expr, standing)
            text = plain(self._module, item.context_expr)
            standing = replace(standing, managers=standing.managers | {text})
        yield from self._all(node.body, standing)

    def _act(self, node: ast.AST, standing: Act) -> Iterator[Act]:
        if isinstance(node, ast.Call):
            name = dotted(node.func) or ""
            if isinstance(node.func, ast.Name) and name in self._nested:
                if name in self._pending:
                    self._pending.discard(name)
                    yield from self._all(self._nested[name].body, standing)
                return
            last = node.func.attr if isinstance(node.func, ast.Attribute) else name
            if name in NO_EFFECT or last in _NAMES_A_PATH:
                return
            root = name.partition(".")[0]
            grows = last in GROWS and root in self._own
            yield self._made(node, standing, {root} if grows else set())
        elif isinstance(node, ast.AugAssign):
            name = node.target.id if isinstance(node.target, ast.Name) else ""
            yield self._made(node, standing, {name} if name else set())
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                root = (dotted(target) or "").partition(".")[0]
                if isinstance(target, ast.Attribute) and root not in self._own:
                    yield self._made(target, standing, set(), " =")
        elif isinstance(node, ast.Yield | ast.Raise):
            yield self._made(node, standing, set())

    def _made(self, node: ast.AST, standing: Act, local: set[str], more: str = "") -> Act:
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        text = plain(self._module, node) + more
        return replace(standing, text=text, local=frozenset(local), names=frozenset(names))


def in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Give the parts in the order of evaluation: values before targets, iterables before items."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from ([node.value] if node.value is not None else [])
        yield from targets
    elif isinstance(node, ast.For):
        yield from (node.iter, node.target, *node.body, *node.orelse)
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        yield from (*node.generators, node.elt)
    elif isinstance(node, ast.DictComp):
        yield from (*node.generators, node.key, node.value)
    elif isinstance(node, ast.comprehension):
        yield from (node.iter, node.target, *node.ifs)
    elif isinstance(node, ast.IfExp):
        yield from (node.test, node.body, node.orelse)
    else:
        yield from ast.iter_child_nodes(node)


def _leaves(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.body[-1], LEAVES)


def _makes(value: ast.expr | None) -> bool:
    if isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp):
        return True
    return isinstance(value, ast.Call) and dotted(value.func) in {"list", "dict", "set"}
