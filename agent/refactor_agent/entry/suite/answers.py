"""Tests that answer for `requests`, made to answer for httpx by respx."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import libcst as cst
import libcst.matchers as m

from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit import with_imports
from refactor_agent.entry.suite.routes import (
    METHODS,
    UnlikeError,
    answer_of_requests_mock,
    answer_of_responses,
    route_of,
)
from refactor_agent.tree import Tree

__all__ = ["Answered", "answered_by_respx"]

_MODULES = ("responses", "requests_mock")
_WAITS = m.Await() | m.For(asynchronous=m.Asynchronous()) | m.With(asynchronous=m.Asynchronous())
_LOOPS = m.For() | m.While() | m.CompFor() | m.Lambda()


class Answered(NamedTuple):
    """A file of tests, and why it can't be converted: then it is as it was given."""

    data: bytes
    why: tuple[str, ...] = ()


def answered_by_respx(tree: Tree, file: str, data: bytes) -> Answered:
    """Let the tests in ``data`` that wait, and in ``tree`` did not, answer for httpx.

    They are those that exercise what has become async. Tests that stay sync keep what they have; a
    fixture or a helper that answers for several tests is refused, because it serves both.
    """
    module = cst.parse_module(data)
    names = _answering(module)
    if not names:
        return Answered(data)
    waited = {name for name, node in _outermost(cst.parse_module(tree.read(file))) if _waits(node)}
    changes: dict[cst.CSTNode, cst.FunctionDef] = {}
    why = list(_outside(module, names))
    for name, node in _outermost(module):
        used = _used(node, names)
        if not used or (_is_test(node) and not _waits(node)):
            continue
        try:
            changes[node] = _converted(node, used, waited=name in waited)
        except UnlikeError as unlike:
            why.append(f"{file}, {name}: {unlike}")
    if why or not changes:
        return Answered(data, tuple(why))
    made = cst.ensure_type(module.visit(_Replacing(changes)), cst.Module)
    return Answered(with_imports(tree, file, made.bytes, list(_imports(file, made))))


def _imports(file: str, made: cst.Module) -> Iterator[ImportEdit]:
    if m.findall(made, m.Name("respx")):
        yield ImportEdit(file=file, module="respx")
    yield ImportEdit(file=file, module="responses", action="drop_unused")


def _answering(module: cst.Module) -> frozenset[str]:
    """Name what answers in a file: a module that it imports, or the fixture its tests ask for."""
    found = {name for name in _MODULES if m.findall(module, m.Param(name=m.Name(name)))}
    for alias in m.findall(module, m.ImportAlias()):
        name = cst.ensure_type(alias, cst.ImportAlias).evaluated_name
        found.update({name} & set(_MODULES))
    for node in m.findall(module, m.ImportFrom()):
        source = cst.ensure_type(node, cst.ImportFrom).module
        found.update({source.value} & set(_MODULES) if isinstance(source, cst.Name) else ())
    return frozenset(found)


def _outside(module: cst.Module, names: frozenset[str]) -> Iterator[str]:
    """Say what answers that is no part of a function, so that it is not known for whom."""
    for node in (*m.findall(module, m.ImportFrom()), *m.findall(module, m.ImportAlias())):
        text = module.code_for_node(node)
        is_from = isinstance(node, cst.ImportFrom) and node.module is not None and not node.relative
        words = text.replace(".", " ").split()
        if (is_from and words[1] in names) or (" as " in text and words[0] in names):
            yield f"{text.strip()} gives it another name"
    for name in sorted(_used(cst.ensure_type(module.visit(_Without()), cst.Module), names)):
        yield f"{name} is used outside of tests"


class _Without(cst.CSTTransformer):
    """Takes out functions and imports."""

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802
        del node
        return False

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.BaseStatement:
        del original_node, updated_node
        return cst.SimpleStatementLine([cst.Pass()])

    def leave_Import(  # noqa: N802
        self, original_node: cst.Import, updated_node: cst.Import
    ) -> cst.Pass:
        del original_node, updated_node
        return cst.Pass()

    def leave_ImportFrom(  # noqa: N802
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.Pass:
        del original_node, updated_node
        return cst.Pass()


class _Replacing(cst.CSTTransformer):
    def __init__(self, changes: Mapping[cst.CSTNode, cst.FunctionDef]) -> None:
        super().__init__()
        self._changes = changes

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        return self._changes.get(original_node, updated_node)


def _converted(node: cst.FunctionDef, used: frozenset[str], *, waited: bool) -> cst.FunctionDef:
    if not _is_test(node):
        raise UnlikeError("it answers for more than one test")
    if waited:
        raise UnlikeError("it waited before, so that what it exercises may be as it was")
    if m.findall(node, m.Name("requests")):
        raise UnlikeError("it speaks of requests itself")
    if len(used) > 1:
        raise UnlikeError("it uses both responses and requests_mock")
    [name] = used
    if any(m.findall(loop, m.Name(name)) for loop in m.findall(node, _LOOPS)):
        raise UnlikeError("it answers in a loop")
    routes = _Routes(name)
    made = cst.ensure_type(node.visit(routes), cst.FunctionDef)
    if not routes.active:
        raise UnlikeError(f"{name} is started by neither a decorator nor a fixture")
    if m.findall(made, m.Name(name)):
        raise UnlikeError(f"{name} is used for more than answers and the number of calls")
    return made


class _Routes(cst.CSTTransformer):
    """Writes what one test registers as routes of respx."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.active = False
        self._router = "respx" if name == "responses" else "respx_mock"
        self._seen: set[tuple[str, str]] = set()

    def leave_Decorator(  # noqa: N802
        self, original_node: cst.Decorator, updated_node: cst.Decorator
    ) -> cst.Decorator:
        if self.name != "responses" or _dotted(original_node.decorator) != "responses.activate":
            return updated_node
        self.active = True
        return updated_node.with_changes(
            decorator=cst.Attribute(cst.Name("respx"), cst.Name("mock"))
        )

    def leave_Param(  # noqa: N802
        self, original_node: cst.Param, updated_node: cst.Param
    ) -> cst.Param:
        is_ours = original_node.name.value == self.name == "requests_mock"
        if not is_ours or original_node.annotation is not None:
            return updated_node
        self.active = True
        return updated_node.with_changes(name=cst.Name("respx_mock"))

    def leave_Expr(  # noqa: N802
        self, original_node: cst.Expr, updated_node: cst.Expr
    ) -> cst.Expr:
        call = original_node.value
        if not isinstance(call, cst.Call):
            return updated_node
        owner, _, verb = _dotted(call.func).partition(".")
        is_known = verb in METHODS or (verb == "add" and owner == "responses")
        if owner != self.name or not is_known:
            return updated_node
        method = "" if verb == "add" else verb
        reads = answer_of_responses if self.name == "responses" else answer_of_requests_mock
        answer = reads(call, method)
        if answer.key in self._seen:
            raise UnlikeError("answers to one URL in turn")
        self._seen.add(answer.key)
        return updated_node.with_changes(value=route_of(call, self._router, answer))

    def leave_Call(  # noqa: N802
        self, original_node: cst.Call, updated_node: cst.Call
    ) -> cst.Call:
        """Count the calls where they are counted: ``len(responses.calls)``."""
        counts = m.Call(func=m.Name("len"), args=[m.Arg(m.Attribute(
            value=m.Name("responses"), attr=m.Name("calls")))])  # fmt: skip
        if self.name != "responses" or not m.matches(original_node, counts):
            return updated_node
        arg = updated_node.args[0]
        calls = cst.Attribute(cst.Name("respx"), cst.Name("calls"))
        return updated_node.with_changes(args=[arg.with_changes(value=calls)])


def _outermost(module: cst.Module) -> Iterator[tuple[str, cst.FunctionDef]]:
    """Give the functions of a module and of its classes, each with its name."""
    waiting: list[tuple[str, cst.CSTNode]] = [("", module)]
    while waiting:
        path, node = waiting.pop()
        for child in node.children:
            if isinstance(child, cst.FunctionDef):
                yield f"{path}{child.name.value}", child
            else:
                is_class = isinstance(child, cst.ClassDef)
                own = f"{path}{child.name.value}." if isinstance(child, cst.ClassDef) else path
                waiting.append((own if is_class else path, child))


def _is_test(node: cst.FunctionDef) -> bool:
    return node.name.value.startswith("test")


def _waits(node: cst.FunctionDef) -> bool:
    return bool(m.findall(node, _WAITS))


def _used(node: cst.CSTNode, names: frozenset[str]) -> frozenset[str]:
    found = (cst.ensure_type(one, cst.Name).value for one in m.findall(node, m.Name()))
    return names.intersection(found)


def _dotted(node: cst.BaseExpression) -> str:
    if m.matches(node, m.Attribute(value=m.Name())):
        attribute = cst.ensure_type(node, cst.Attribute)
        return f"{cst.ensure_type(attribute.value, cst.Name).value}.{attribute.attr.value}"
    return ""
