"""Mocks of what is awaited now: they must be awaitable, and be asserted to be awaited."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

import libcst as cst

from refactor_agent.convert.arguments import TIGHT
from refactor_agent.domain.proposal import ImportEdit
from refactor_agent.edit import with_imports
from refactor_agent.entry.suite.stand_ins import with_async_stand_ins
from refactor_agent.tree import Tree

__all__ = ["with_async_mocks"]

_MOCKS = frozenset({"Mock", "MagicMock", "NonCallableMock", "NonCallableMagicMock"})
_AWAITED = {
    "assert_called": "assert_awaited",
    "assert_called_once": "assert_awaited_once",
    "assert_called_with": "assert_awaited_with",
    "assert_called_once_with": "assert_awaited_once_with",
    "assert_any_call": "assert_any_await",
    "assert_has_calls": "assert_has_awaits",
    "assert_not_called": "assert_not_awaited",
}
_TARGET = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


def with_async_mocks(
    tree: Tree,
    file: str,
    data: bytes,
    awaited: Collection[str],
    moved: Callable[[str], str | None],
) -> bytes:
    """Give a file of tests, converted, with mocks that fit the converted code.

    ``awaited`` are the bare names of functions and methods that are coroutine functions now;
    ``moved`` gives what is patched in place of something. Mocks with a spec, and what `patch` puts
    in the place of a coroutine function, are awaitable by themselves.
    """
    module = cst.parse_module(data)
    mocker = _Mocker(frozenset(awaited), moved)
    made = with_async_stand_ins(module.visit(mocker), awaited)
    edits = []
    if mocker.home is not None:
        edits.append(ImportEdit(file=file, module=mocker.home, name="AsyncMock"))
    if mocker.plain is not None:
        edits.append(ImportEdit(file=file, module=mocker.plain, name="MagicMock"))
    return with_imports(tree, file, made.bytes, edits) if made.code != module.code else data


class _Mocker(cst.CSTTransformer):
    def __init__(self, awaited: frozenset[str], moved: Callable[[str], str | None]) -> None:
        super().__init__()
        self._awaited = awaited
        self._moved = moved
        self._modules: set[str] = set()
        """Local names of the module `unittest.mock`."""
        self._named: set[str] = set()
        self._scopes: list[tuple[set[str], dict[str, set[str]]]] = []
        """For each function: mocks of coroutine functions, and names that mocks are asked for."""
        self.home: str | None = None
        """Where `AsyncMock` must be imported from."""
        self.plain: str | None = None
        """Where `MagicMock` must be."""

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:  # noqa: N802
        if isinstance(node.names, cst.ImportStar):
            return False
        source = _dotted(node.module) if node.module is not None else ""
        for alias in node.names:
            name = _dotted(alias.name)
            if source in {"unittest.mock", "mock"}:
                self._named.add(name)
            elif source == "unittest" and name == "mock":
                self._modules.add("mock")
        return False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:  # noqa: N802
        self._scopes.append((set(self._patched(node)), {}))
        asked = self._scopes[-1][1]
        for inner in _nodes(node.body):
            if not isinstance(inner, cst.Attribute) or inner.attr.value not in self._awaited:
                continue
            if isinstance(inner.value, cst.Name):
                asked.setdefault(inner.value.value, set()).add(inner.attr.value)

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        del original_node
        self._scopes.pop()
        return updated_node

    def leave_Assign(  # noqa: N802
        self, original_node: cst.Assign, updated_node: cst.Assign
    ) -> cst.Assign:
        """Give ``store = Mock()`` the methods that the test speaks of and that are awaited."""
        target = original_node.targets[0].target
        if not self._scopes or len(original_node.targets) != 1:
            return updated_node
        value = updated_node.value
        if not isinstance(value, cst.Call) or not self._is_mock(value.func):
            return updated_node
        if isinstance(target, cst.Name):
            wanted = self._scopes[-1][1].get(target.value, set())
            return updated_node.with_changes(value=self._with_methods(value, wanted))
        if isinstance(target, cst.Attribute) and target.attr.value in self._awaited:
            return updated_node.with_changes(value=value.with_changes(func=self._spelled(value)))
        return updated_node

    def _with_methods(self, call: cst.Call, wanted: set[str]) -> cst.Call:
        given = {arg.keyword.value for arg in call.args if arg.keyword is not None}
        if given & {"spec", "spec_set", "wraps"} or any(arg.keyword is None for arg in call.args):
            return call
        new = [
            cst.Arg(
                cst.Call(self._spelled(call)),
                keyword=cst.Name(name),
                equal=TIGHT,
            )
            for name in sorted(wanted - given)
        ]
        return call.with_changes(args=[*call.args, *new]) if new else call

    def leave_Arg(  # noqa: N802
        self, original_node: cst.Arg, updated_node: cst.Arg
    ) -> cst.Arg:
        """Make ``Mock(read=Mock(return_value=1))`` awaitable inside."""
        value = updated_node.value
        name = original_node.keyword.value if original_node.keyword is not None else ""
        if name in self._awaited and isinstance(value, cst.Call) and self._is_mock(value.func):
            return updated_node.with_changes(value=value.with_changes(func=self._spelled(value)))
        return updated_node

    def leave_Call(  # noqa: N802
        self, original_node: cst.Call, updated_node: cst.Call
    ) -> cst.Call:
        func = original_node.func
        if _is_patch(func) and updated_node.args:
            first = updated_node.args[0]
            new = self._new_target(first.value)
            if new is not None:
                args = [first.with_changes(value=new), *updated_node.args[1:]]
                given = {arg.keyword.value for arg in args if arg.keyword is not None}
                if _is_method(new) and len(args) == 1 and not given:
                    args.append(self._plain_result(func))
                return updated_node.with_changes(args=args)
        if not isinstance(func, cst.Attribute) or func.attr.value not in _AWAITED:
            return updated_node
        if not self._is_awaited(func.value):
            return updated_node
        new_func = cst.ensure_type(updated_node.func, cst.Attribute)
        named = new_func.with_changes(attr=cst.Name(_AWAITED[func.attr.value]))
        return updated_node.with_changes(func=named)

    def _plain_result(self, patch: cst.BaseExpression) -> cst.Arg:
        """Let what is awaited give a mock whose own methods are not, as it was before."""
        kind: cst.BaseExpression = cst.Name("MagicMock")
        if isinstance(patch, cst.Attribute):
            kind = patch.with_changes(attr=kind)
        else:
            self.plain = "unittest.mock"
        return cst.Arg(
            cst.Call(kind),
            keyword=cst.Name("return_value"),
            equal=TIGHT,
        )

    def visit_With(self, node: cst.With) -> None:  # noqa: N802
        for item in node.items:
            name = item.asname.name if item.asname is not None else None
            if self._scopes and isinstance(name, cst.Name) and self._patches(item.item):
                self._scopes[-1][0].add(name.value)

    def _patched(self, node: cst.FunctionDef) -> Iterator[str]:
        """Name the parameters that decorators fill with mocks of coroutine functions."""
        names = [param.name.value for param in node.params.params]
        names = names[1:] if names[:1] in (["self"], ["cls"]) else names
        patches = [d.decorator for d in reversed(node.decorators) if _fills(d.decorator)]
        for name, patch in zip(names, patches, strict=False):
            if self._patches(patch):
                yield name

    def _patches(self, node: cst.BaseExpression) -> bool:
        """Say whether a call of `patch` replaces a coroutine function."""
        if not isinstance(node, cst.Call) or not node.args:
            return False
        if _is_patch(node.func):
            text = _text(node.args[0].value)
            return text is not None and (
                self._moved(text) is not None or text.rpartition(".")[2] in self._awaited
            )
        is_object = isinstance(node.func, cst.Attribute) and node.func.attr.value == "object"
        if is_object and len(node.args) > 1:
            return (_text(node.args[1].value) or "") in self._awaited
        return False

    def _new_target(self, node: cst.BaseExpression) -> cst.SimpleString | None:
        text = _text(node)
        new = self._moved(text) if text is not None and _TARGET.fullmatch(text) else None
        if new is None or not isinstance(node, cst.SimpleString):
            return None
        return cst.SimpleString(f"{node.quote}{new}{node.quote}")

    def _is_awaited(self, node: cst.BaseExpression) -> bool:
        """Say whether an expression is a mock of a coroutine function."""
        if isinstance(node, cst.Name):
            return bool(self._scopes) and node.value in self._scopes[-1][0]
        return isinstance(node, cst.Attribute) and node.attr.value in self._awaited

    def _is_mock(self, node: cst.BaseExpression) -> bool:
        if isinstance(node, cst.Name):
            return node.value in _MOCKS & self._named
        is_attribute = isinstance(node, cst.Attribute) and node.attr.value in _MOCKS
        return is_attribute and _dotted(node).rpartition(".")[0] in {
            *self._modules, "unittest.mock",
        }  # fmt: skip

    def _spelled(self, call: cst.Call) -> cst.BaseExpression:
        """Write ``AsyncMock`` as the other kind is written there."""
        if isinstance(call.func, cst.Attribute):
            return call.func.with_changes(attr=cst.Name("AsyncMock"))
        self.home = "unittest.mock"
        return cst.Name("AsyncMock")


def _is_method(target: cst.SimpleString) -> bool:
    """Say whether a class stands before the last dot: what its method gives is an object."""
    parts = str(target.evaluated_value).split(".")
    return parts[-2][:1].isupper()


def _is_patch(node: cst.BaseExpression) -> bool:
    return _dotted(node) in {"patch", "mock.patch", "unittest.mock.patch", "mocker.patch"}


def _fills(node: cst.BaseExpression) -> bool:
    """Say whether a decorator hands a mock to the function: ``new`` would take its place."""
    if not isinstance(node, cst.Call):
        return False
    name = _dotted(node.func)
    plain = name.removesuffix(".object")
    if plain not in {"patch", "mock.patch", "unittest.mock.patch"}:
        return False
    positional = [arg for arg in node.args if arg.keyword is None]
    most = 2 if name.endswith(".object") else 1
    named = {arg.keyword.value for arg in node.args if arg.keyword is not None}
    return len(positional) <= most and "new" not in named


def _text(node: cst.BaseExpression) -> str | None:
    value = node.evaluated_value if isinstance(node, cst.SimpleString) else None
    return value if isinstance(value, str) else None


def _dotted(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        head = _dotted(node.value)
        return f"{head}.{node.attr.value}" if head else ""
    return ""


def _nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _nodes(child)
