"""How a constructor and its methods are written where something in it is done later."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from refactor_agent.asyncify.constructors.deferral import Deferral
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.site import Unit
from refactor_agent.locate.resolve.defined import self_name
from refactor_agent.locate.resolve.values import External

__all__ = ["write_deferral", "write_guard"]

_HELPER = "_Once"
_CODE = '''\
class {name}:
    """What a constructor can't wait for: done once, before the object is first used."""

    _under_way = {variable}("under_way", default=())

    def __init__(self, prepare):
        self._prepare = prepare
        self._lock = {lock}()

    async def __call__(self):
        if self._prepare is None or self in self._under_way.get():
            return
        async with self._lock:
            if self._prepare is not None:
                token = self._under_way.set((*self._under_way.get(), self))
                try:
                    await self._prepare()
                finally:
                    self._under_way.reset(token)
                self._prepare = None
'''
_BLANK = [cst.EmptyLine(indent=False)]
_LOCKS = ("asyncio.Lock", "anyio.Lock")
"""Locks that are made without a loop."""


def write_deferral(edit: Edit, deferral: Deferral) -> None:
    """Put what waits in a constructor into a function that the object keeps, and say so."""
    unit = deferral.unit
    _write_helper(edit)
    name = edit.spelling.names.fresh("prepare", unit.node)
    result = " -> None" if unit.node.returns is not None else ""
    made = cst.ensure_type(_parsed(edit, f"async def {name}(){result}: pass"), cst.FunctionDef)
    kept = _parsed(edit, f"{self_name(unit.function)}.{deferral.attribute} = {_HELPER}({name})")
    moved: list[cst.BaseStatement] = []
    *earlier, last = deferral.statements

    def take(node: cst.CSTNode) -> cst.RemovalSentinel:
        assert isinstance(node, cst.BaseStatement)  # noqa: S101 - a statement stays one
        moved.append(node)
        return cst.RemoveFromParent()

    def finish(node: cst.CSTNode) -> cst.FlattenSentinel[cst.CSTNode]:
        take(node)
        body = cst.IndentedBlock([moved[0].with_changes(leading_lines=()), *moved[1:]])
        lead = getattr(moved[0], "leading_lines", ())
        apart = [] if lead and lead[0].comment is None else _BLANK
        function = made.with_changes(body=body, leading_lines=[*apart, *lead])
        return cst.FlattenSentinel([function, kept.with_changes(leading_lines=_BLANK)])

    for statement in earlier:
        edit.change(statement, take)
    edit.change(last, finish)
    text = f"{unit.function.name} can't wait; its methods begin with what it would wait for here"
    edit.refusals.add("constructor-later", text, edit.source.site(deferral.statements[0]))


def write_guard(edit: Edit, deferral: Deferral, method: Unit) -> None:
    """Begin ``method`` by waiting for what the constructor left to be done."""
    guard = _parsed(edit, f"await {self_name(method.function)}.{deferral.attribute}()")

    def change(node: cst.CSTNode) -> cst.CSTNode:
        if isinstance(node, cst.SimpleStatementSuite):
            return cst.IndentedBlock([guard, cst.SimpleStatementLine(node.body)])
        block = cst.ensure_type(node, cst.IndentedBlock)
        at = 1 if _is_docstring(block.body) else 0
        return block.with_changes(body=[*block.body[:at], guard, *block.body[at:]])

    edit.change(method.node.body, change)


def _write_helper(edit: Edit) -> None:
    if _HELPER in edit.helpers:
        return
    leaves = edit.colours.world.leaves
    asked = [name for name in ("threading.Lock", "threading.RLock") if leaves.is_asked(name)]
    lock = next((leaves.counterpart(External(name)) for name in asked), None)
    module, _, name = (lock if lock is not None and lock in _LOCKS else _LOCKS[0]).rpartition(".")
    code = edit.source.module.code_for_node
    edit.helpers[_HELPER] = _CODE.format(
        name=_HELPER,
        lock=code(edit.spelling.from_module(module, name)),
        variable=code(edit.spelling.from_module("contextvars", "ContextVar")),
    )


def _parsed(edit: Edit, text: str) -> cst.SimpleStatementLine | cst.BaseCompoundStatement:
    return cst.parse_statement(text, config=edit.source.module.config_for_parsing)


def _is_docstring(body: Sequence[cst.BaseStatement]) -> bool:
    first = body[0] if body else None
    small = first.body[0] if isinstance(first, cst.SimpleStatementLine) else None
    return isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString)
