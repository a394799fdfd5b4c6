"""Which expressions stand for something that other tasks see too."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple
from weakref import WeakKeyDictionary

from refactor_agent.verify.checks._functions import own_nodes
from refactor_agent.verify.checks._units import Unit
from refactor_agent.verify.syntax import FunctionNode, Module, dotted

__all__ = ["Names"]

_REQUEST_TYPES = frozenset(
    {"Request", "Response", "WebSocket", "HTTPConnection", "BackgroundTasks", "UploadFile"}
)
_REQUEST_NAMES = frozenset({"request", "response", "req", "resp", "websocket"})


class Names:
    """The names of one function.

    A function inside, which runs as part of its ``outer``, sees the outer one's own names as the
    outer one does: they are nobody else's.
    """

    def __init__(self, unit: Unit, outer: Names | None = None) -> None:
        self._unit = unit
        self._outer = outer

    def shared(self, node: ast.expr) -> str | None:
        """Give the dotted name of what ``node`` is a part of, if it is shared."""
        while isinstance(node, ast.Subscript | ast.Starred):
            node = node.value
        if isinstance(node, ast.Attribute) and dotted(node) is None:
            return self.shared(node.value)
        name = dotted(node)
        if name is None:
            return None
        first, _, rest = name.partition(".")
        root = self._root(first, bare=not rest)
        return f"{root}.{rest}" if root and rest else root

    def receiver(self, node: ast.expr) -> str | None:
        """Give the name under which a method of ``node`` knows what it calls ``self``."""
        match node:
            case ast.Name(id="self" | "cls" as name):
                return name
            case ast.Name(id=name) if name in self._parameters:
                return self._root(name, bare=False)
            case ast.Call(func=ast.Name(id="super")):
                return "self"
        return self.shared(node) if dotted(node) else None

    def _root(self, name: str, *, bare: bool) -> str | None:
        if name in {"self", "cls"}:
            return None if bare else name
        if name in self._own or (name in self._parameters and (bare or name in self._private)):
            return None
        if name in self._parameters:
            return name
        if self._outer is not None:
            return self._outer._root(name, bare=bare)  # noqa: SLF001
        return self._from_outside(name, bare=bare)

    def _from_outside(self, name: str, *, bare: bool) -> str | None:
        top = _top_of(self._unit.module)
        if name in self._around or name in top.names:
            return name
        if bare and name in top.modules:
            return None
        return self._unit.module.imported.get(name)

    @cached_property
    def _parameters(self) -> frozenset[str]:
        arguments = self._unit.after.args
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        packed = (arguments.vararg, arguments.kwarg)
        return frozenset(one.arg for one in (*every, *packed) if one is not None)

    @cached_property
    def _private(self) -> frozenset[str]:
        """Parameters that are made anew for every call."""
        arguments = self._unit.after.args
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        packed = {one.arg for one in (arguments.vararg, arguments.kwarg) if one is not None}
        typed = {one.arg for one in every if _is_request(one)}
        return frozenset(packed | typed)

    @cached_property
    def _own(self) -> frozenset[str]:
        return _bound(self._unit.after, parameters=False)

    @cached_property
    def _around(self) -> frozenset[str]:
        """What the functions around this one make their own."""
        around = self._unit.module.ancestors(self._unit.after)
        functions = [_bound(node) for node in around if isinstance(node, FunctionNode)]
        return frozenset().union(*functions)


class _Top(NamedTuple):
    names: frozenset[str]
    """Assigned at the top level."""
    modules: frozenset[str]
    """Bound to modules by `import`."""


_known: WeakKeyDictionary[Module, _Top] = WeakKeyDictionary()


def _top_of(module: Module) -> _Top:
    if module not in _known:
        _known[module] = _Top(_top_level(module), _modules(module))
    return _known[module]


def _is_request(argument: ast.arg) -> bool:
    if argument.annotation is None:
        return argument.arg in _REQUEST_NAMES
    words = {
        part.id if isinstance(part, ast.Name) else part.attr
        for part in ast.walk(argument.annotation)
        if isinstance(part, ast.Name | ast.Attribute)
    }
    return bool(words & _REQUEST_TYPES)


def _bound(function: FunctionNode, *, parameters: bool = True) -> frozenset[str]:
    """Names that the function makes its own."""
    declared: set[str] = set()
    own: set[str] = set()
    for node in own_nodes(function):
        match node:
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                declared.update(names)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                own.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                own.add(name)
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                own.add(name)
            case ast.arg(arg=name) if parameters:
                own.add(name)
    return frozenset(own - declared)


def _top_level(module: Module) -> frozenset[str]:
    targets: list[ast.expr] = []
    for node in module.tree.body:
        if isinstance(node, ast.Assign):
            targets.extend(node.targets)
        elif isinstance(node, ast.AnnAssign):
            targets.append(node.target)
    return frozenset(_stored(targets))


def _stored(targets: Iterable[ast.expr]) -> Iterable[str]:
    for target in targets:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id


def _modules(module: Module) -> frozenset[str]:
    return frozenset(
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    )
