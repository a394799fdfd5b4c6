"""Puts converted functions in the places of those that people wrote.

Function by function: what exists only on the async side (its own helpers, its own constructor's
arguments) stays, as its tests need it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import libcst as cst
import libcst.matchers as m

__all__ = ["Lender", "functions", "graft", "without"]

Key = tuple[str, int]
"""Dotted name in the file, and which of several of that name (a property and its setter)."""
_DOTS = re.compile(r"from (\.+)")
_PROTOCOL = {
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
}
_OVERLOAD = m.Decorator(m.Name("overload") | m.Attribute(attr=m.Name("overload")))


class Lender(NamedTuple):
    """The sync side's module, which lives on beside the async one."""

    module: str
    package: str
    """What its relative imports start from."""


def without(code: str, names: Collection[str]) -> str:
    """Give ``code`` without the classes, functions and methods of these dotted names."""
    return cst.parse_module(code).visit(_Without(names)).code


def functions(module: cst.Module) -> dict[Key, cst.FunctionDef]:
    """Give functions and methods, but for overloads; those nested in functions belong to them."""
    found = _Functions()
    module.visit(found)
    return found.found


def graft(
    target: str,
    converted: str,
    sync: str,
    only: Collection[str] = (),
    lender: Lender | None = None,
) -> str:
    """Put every function of ``converted`` into ``target``.

    ``sync`` is what was converted: what is new since then at the top of the file comes along, and
    so do names that grafted functions use and the target lacks. ``only`` names the top-level
    classes and functions to replace, where the target holds the sync side, too. ``lender`` is the
    sync side's module, where it lives on: names that it has as before come from there.
    """
    base, made, old = (cst.parse_module(text) for text in (target, converted, sync))
    known = set(functions(old))
    pieces = {
        key: function
        for key, function in functions(made).items()
        if not only or key[0].partition(".")[0] in only or key not in known
    }
    placed = _Placed(pieces)
    grafted = base.visit(placed)
    extras = [
        function
        for (name, number), function in pieces.items()
        if "." not in name and (name, number) not in placed.used
    ]
    imports = list(_missing_imports(base, made, lender.package if lender else ""))
    helpers = list(_missing_names(base, made, list(pieces.values()) + extras))
    lent = {name for line in old.body for name in _bound_by(line)} if lender is not None else set()
    if lender is not None:
        names = {name for line in helpers for name in _bound_by(line)} & lent
        imports += [_guarded(f"from {lender.module} import {name}") for name in sorted(names)]
    helpers = [
        line
        for line in helpers
        if not lent & {*_bound_by(line)} and not isinstance(line, cst.FunctionDef)
    ]
    return _assembled(grafted, imports, helpers, extras).code


class _Without(cst.CSTTransformer):
    def __init__(self, names: Collection[str]) -> None:
        super().__init__()
        self._names = names
        self._scope: list[str] = []

    def visit_ClassDef(self, node: cst.ClassDef) -> None:  # noqa: N802 - libcst's name
        self._scope.append(node.name.value)

    def leave_ClassDef(  # noqa: N802 - libcst's name
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        del original_node
        return self._left(updated_node)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:  # noqa: N802 - libcst's name
        self._scope.append(node.name.value)

    def leave_FunctionDef(  # noqa: N802 - libcst's name
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        del original_node
        return self._left(updated_node)

    def _left(
        self, node: cst.ClassDef | cst.FunctionDef
    ) -> cst.BaseStatement | cst.RemovalSentinel:
        name = ".".join(self._scope)
        self._scope.pop()
        return cst.RemoveFromParent() if name in self._names else node


class _Scoped(cst.CSTTransformer):
    """Keeps the dotted name of where it is, and counts functions of one name."""

    def __init__(self) -> None:
        super().__init__()
        self.scope: list[str] = []
        self.counts: Counter[str] = Counter()
        self.depth = 0

    def visit_ClassDef(self, node: cst.ClassDef) -> bool:  # noqa: N802 - libcst's name
        self.scope.append(node.name.value)
        return self.depth == 0

    def leave_ClassDef(  # noqa: N802 - libcst's name
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.BaseStatement:
        name = ".".join(self.scope)
        self.scope.pop()
        return self.in_class(name, updated_node) if self.depth == 0 else original_node

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802 - libcst's name
        del node
        self.depth += 1
        return False

    def leave_FunctionDef(  # noqa: N802 - libcst's name
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.BaseStatement:
        del updated_node
        self.depth -= 1
        if any(m.matches(decorator, _OVERLOAD) for decorator in original_node.decorators):
            return original_node
        name = ".".join([*self.scope, original_node.name.value])
        number = self.counts[name]
        self.counts[name] += 1
        return self.at_function((name, number), original_node)

    def at_function(self, key: Key, node: cst.FunctionDef) -> cst.FunctionDef:
        raise NotImplementedError

    def in_class(self, name: str, node: cst.ClassDef) -> cst.ClassDef:
        del name
        return node


class _Functions(_Scoped):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[Key, cst.FunctionDef] = {}

    def at_function(self, key: Key, node: cst.FunctionDef) -> cst.FunctionDef:
        self.found[key] = node
        return node


class _Placed(_Scoped):
    def __init__(self, pieces: Mapping[Key, cst.FunctionDef]) -> None:
        super().__init__()
        self._pieces = pieces
        self.used: set[Key] = set()

    def at_function(self, key: Key, node: cst.FunctionDef) -> cst.FunctionDef:
        found = next((k for k in (key, _as_sync(key)) if k in self._pieces), None)
        if found is None:
            return node
        self.used.add(found)
        return self._pieces[found].with_changes(leading_lines=node.leading_lines)

    def in_class(self, name: str, node: cst.ClassDef) -> cst.ClassDef:
        new = [
            function
            for key, function in self._pieces.items()
            if key[0].rpartition(".")[0] == name and key not in self.used
        ]
        self.used |= {key for key in self._pieces if key[0].rpartition(".")[0] == name}
        if not isinstance(node.body, cst.IndentedBlock):
            return node
        return node.with_changes(body=node.body.with_changes(body=[*node.body.body, *new]))


def _as_sync(key: Key) -> Key:
    """An `__enter__` that was left as it is takes the place of `__aenter__`, and fails there."""
    scope, dot, name = key[0].rpartition(".")
    return f"{scope}{dot}{_PROTOCOL.get(name, name)}", key[1]


def _missing_imports(
    target: cst.Module, converted: cst.Module, package: str
) -> Iterator[cst.BaseStatement]:
    """Guard each: the target's own imports come after, and win.

    What is relative to ``package`` is so no longer, as the target may lie elsewhere.
    """
    known = {target.code_for_node(node) for node in _imports(target)}
    for node in _imports(converted):
        text = converted.code_for_node(node).strip()
        if text not in {one.strip() for one in known} and "__future__" not in text:
            dots = _DOTS.match(text) if package else None
            home = package.rsplit(".", len(dots[1]) - 1)[0] if dots else ""
            yield _guarded(f"from {home}{_after(text, dots)}" if dots else text)


def _after(text: str, dots: re.Match[str]) -> str:
    rest = text[dots.end() :]
    return rest if rest.startswith(" ") else f".{rest}"


def _guarded(text: str) -> cst.BaseStatement:
    parsed = cst.parse_statement(f"try:\n    {text}\nexcept ImportError:\n    pass\n")
    return cst.ensure_type(parsed, cst.Try)


def _imports(module: cst.Module) -> Iterator[cst.CSTNode]:
    for line in module.body:
        if isinstance(line, cst.SimpleStatementLine):
            for node in line.body:
                if isinstance(node, cst.Import | cst.ImportFrom):
                    yield node


def _missing_names(
    target: cst.Module, converted: cst.Module, grafted: Sequence[cst.FunctionDef]
) -> Iterator[cst.BaseStatement]:
    """Give what the converted file binds at its top and only grafted functions need."""
    bound = set(_bound(target))
    used = {node.value for function in grafted for node in m.findall(function, m.Name())}  # type: ignore[attr-defined]
    for statement in converted.body:
        names = set(_bound_by(statement))
        if names & used and not names & bound:
            yield statement


def _bound(module: cst.Module) -> Iterator[str]:
    for statement in module.body:
        yield from _bound_by(statement)
    for node in _imports(module):
        assert isinstance(node, cst.Import | cst.ImportFrom)  # noqa: S101 - as found
        for alias in [] if isinstance(node.names, cst.ImportStar) else node.names:
            yield alias.evaluated_alias or alias.evaluated_name.partition(".")[0]


def _bound_by(statement: cst.CSTNode) -> Iterator[str]:
    if isinstance(statement, cst.ClassDef | cst.FunctionDef):
        yield statement.name.value
    elif isinstance(statement, cst.Try | cst.If):
        yield from _bound_on_condition(statement.body)
    elif isinstance(statement, cst.SimpleStatementLine):
        for node in statement.body:
            targets = [node.target] if isinstance(node, cst.AnnAssign) else []
            targets += [one.target for one in node.targets] if isinstance(node, cst.Assign) else []
            yield from (one.value for one in targets if isinstance(one, cst.Name))


def _bound_on_condition(suite: cst.BaseSuite) -> Iterator[str]:
    """Give what a branch at the top binds: ``try: from enum import Enum``."""
    for statement in suite.body if isinstance(suite, cst.IndentedBlock) else []:
        yield from _bound_by(statement)
        for node in m.findall(statement, m.ImportAlias()):
            assert isinstance(node, cst.ImportAlias)  # noqa: S101 - as found
            yield node.evaluated_alias or node.evaluated_name.partition(".")[0]


def _assembled(
    module: cst.Module,
    imports: Sequence[cst.BaseStatement],
    helpers: Sequence[cst.BaseStatement],
    extras: Sequence[cst.BaseStatement],
) -> cst.Module:
    body = list(module.body)
    lines = [n for n, line in enumerate(body) if m.matches(line, _IMPORT_LINE)]
    future = [n for n, line in enumerate(body) if m.matches(line, _FUTURE_LINE)]
    first = future[-1] + 1 if future else (lines[0] if lines else 0)
    last = lines[-1] + 1 if lines else first
    return module.with_changes(
        body=[*body[:first], *imports, *body[first:last], *helpers, *body[last:], *extras]
    )


_IMPORT_LINE = m.SimpleStatementLine(
    body=[m.ZeroOrMore(), m.Import() | m.ImportFrom(), m.ZeroOrMore()]
)
_FUTURE_LINE = m.SimpleStatementLine(body=[m.ImportFrom(module=m.Name("__future__"))])
