"""Functions that tests put in the place of what is awaited now: they become async."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import libcst as cst
import libcst.matchers as m

__all__ = ["with_async_stand_ins"]

_SETTERS = m.Call(func=m.Attribute(value=m.Name("monkeypatch"), attr=m.Name("setattr")))
_PATCHES = m.Call(func=m.Attribute(value=m.Name("mocker"), attr=m.Name("patch")))


def with_async_stand_ins(module: cst.Module, awaited: Collection[str]) -> cst.Module:
    """Let what `monkeypatch.setattr` or `mocker.patch` is given for a coroutine function be one.

    ``awaited`` are the bare names of coroutine functions. A lambda becomes a function; one that is
    defined in the file turns async, if it is used for nothing else. Others stay, and the tests say.
    """
    calls = [call for call in m.findall(module, _SETTERS | _PATCHES) if _given(call, awaited)]
    if not calls:
        return module
    given = Counter(
        value.value for call in calls if isinstance(value := _given(call, awaited), cst.Name)
    )
    used = Counter(name.value for name in m.findall(module, m.Name()) if isinstance(name, cst.Name))
    defined = m.findall(module, m.FunctionDef(asynchronous=None))
    named = Counter(node.name.value for node in defined if isinstance(node, cst.FunctionDef))
    only = {name for name, count in given.items() if named[name] == 1 and used[name] == count + 1}
    made = module.visit(_Writer(awaited, only))
    assert isinstance(made, cst.Module)  # noqa: S101 - a module stays one
    return made


def _given(call: cst.CSTNode, awaited: Collection[str]) -> cst.BaseExpression | None:
    """Give what is put in the place of a coroutine function."""
    if not isinstance(call, cst.Call) or not call.args:
        return None
    plain = [arg.value for arg in call.args if arg.keyword is None and not arg.star]
    words = {arg.keyword.value: arg.value for arg in call.args if arg.keyword is not None}
    first = plain[0] if plain else None
    if isinstance(first, cst.SimpleString):
        name = str(first.evaluated_value).rpartition(".")[2]
        value = plain[1] if len(plain) > 1 else words.get("new") or words.get("value")
    else:
        second = plain[1] if len(plain) > 1 else None
        name = str(second.evaluated_value) if isinstance(second, cst.SimpleString) else ""
        value = plain[2] if len(plain) > 2 else words.get("value")
    is_function = isinstance(value, cst.Lambda | cst.Name)
    return value if name in awaited and is_function else None


class _Writer(cst.CSTTransformer):
    def __init__(self, awaited: Collection[str], only: Collection[str]) -> None:
        super().__init__()
        self._awaited = awaited
        self._only = only
        self._taken: list[set[str]] = []

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:  # noqa: N802
        names = m.findall(node, m.Name())
        self._taken.append({name.value for name in names if isinstance(name, cst.Name)})

    def leave_FunctionDef(  # noqa: N802
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        self._taken.pop()
        if original_node.name.value not in self._only:
            return updated_node
        return updated_node.with_changes(asynchronous=cst.Asynchronous())

    def leave_SimpleStatementLine(  # noqa: N802
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.BaseStatement]:
        del original_node
        calls = [c for c in m.findall(updated_node, _SETTERS | _PATCHES) if isinstance(c, cst.Call)]
        value = _given(calls[0], self._awaited) if len(calls) == 1 and self._taken else None
        if not isinstance(value, cst.Lambda):
            return updated_node
        name = self._named(calls[0])
        returned = cst.SimpleStatementLine([cst.Return(value.body)])
        function = cst.FunctionDef(
            name=cst.Name(name),
            params=value.params,
            body=cst.IndentedBlock([returned]),
            asynchronous=cst.Asynchronous(),
            leading_lines=updated_node.leading_lines,
        )
        line = updated_node.deep_replace(value, cst.Name(name))
        assert isinstance(line, cst.SimpleStatementLine)  # noqa: S101 - a statement stays one
        blank = [cst.EmptyLine(indent=False)]
        return cst.FlattenSentinel([function, line.with_changes(leading_lines=blank)])

    def _named(self, call: cst.Call) -> str:
        strings = [a.value for a in call.args if isinstance(a.value, cst.SimpleString)]
        bare = str(strings[0].evaluated_value).rpartition(".")[2]
        names = (bare, f"fake_{bare}", *(f"fake_{bare}_{number}" for number in range(2, 99)))
        name = next(one for one in names if all(one not in taken for taken in self._taken))
        for taken in self._taken:
            taken.add(name)
        return name
