"""Put ``await`` before an expression."""

from __future__ import annotations

import libcst as cst

from refactor_agent.asyncify.edit import Edit

__all__ = ["await_", "await_if_needed"]


def await_(edit: Edit, node: cst.BaseExpression) -> None:
    """Await what ``node`` gives; its children may change as well."""
    parent = edit.parent(node)
    bind = _binds_tighter(parent, node)
    broken = edit.layout.outermost(node) if isinstance(node, cst.Call) else node

    def change(changed: cst.CSTNode) -> cst.CSTNode:
        if broken is node and isinstance(changed, cst.Call) and isinstance(node, cst.Call):
            changed = edit.layout.fitted(node, changed, len("await "))
        assert isinstance(changed, cst.BaseExpression)  # noqa: S101 - an expression stays one
        return awaited(changed, parenthesise=bind)

    edit.change(node, change)


_HELPER = "_settled"
_CODE = '''\
async def {name}(value):
    """Give what ``value`` is, or what awaiting it gives."""
    return await value if {isawaitable}(value) else value
'''


def await_if_needed(edit: Edit, node: cst.Call) -> None:
    """Await what ``node`` gives if it can be awaited."""
    if _HELPER not in edit.helpers:
        isawaitable = edit.spelling.from_module("inspect", "isawaitable")
        written = edit.source.module.code_for_node(isawaitable)
        edit.helpers[_HELPER] = _CODE.format(name=_HELPER, isawaitable=written)
    bind = _binds_tighter(edit.parent(node), node)

    def change(changed: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(changed, cst.BaseExpression)  # noqa: S101 - an expression stays one
        settled = cst.Call(cst.Name(_HELPER), [cst.Arg(changed)])
        return awaited(settled, parenthesise=bind)

    edit.change(node, change)


def awaited(node: cst.BaseExpression, *, parenthesise: bool) -> cst.Await:
    """Give ``await node``, in parentheses where what is around it would bind tighter."""
    lpar, rpar = node.lpar, node.rpar
    if parenthesise and not lpar:
        lpar, rpar = [cst.LeftParen()], [cst.RightParen()]
    return cst.Await(node.with_changes(lpar=[], rpar=[]), lpar=lpar, rpar=rpar)


def _binds_tighter(parent: cst.CSTNode, node: cst.BaseExpression) -> bool:
    if isinstance(parent, cst.Attribute | cst.Subscript):
        return parent.value is node
    if isinstance(parent, cst.Call):
        return parent.func is node
    if isinstance(parent, cst.BinaryOperation):
        return isinstance(parent.operator, cst.Power)
    return isinstance(parent, cst.Await)
