"""Members of a result that are called something else in the new library."""

from __future__ import annotations

import libcst as cst

from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.names import expression
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.rewrite import Change
from refactor_agent.convert.where import check_awaitable
from refactor_agent.convert.wording import RESULT, speller
from refactor_agent.rulebook import NativeCall

__all__ = ["read_after", "read_by", "rename_member"]


def rename_member(job: Job, work: FileWork, use: cst.BaseExpression, kind: str) -> None:
    """Write what stands for ``response.json()`` there, where a rule says that it differs."""
    member = work.source.parents[use]
    if not isinstance(member, cst.Attribute):
        return
    call = work.source.parents[member]
    is_call = isinstance(call, cst.Call) and call.func is member
    text = job.rulebook.result_text(f"{kind}.{member.attr.value}{'()' if is_call else ''}")
    if text is None:
        return
    site = work.source.site(use)
    if isinstance(call, cst.Call) and is_call and call.args:
        refuse("argument", f"the arguments of {member.attr.value!r} mean nothing there", site)
    if "await" in text:
        check_awaitable(work, member)
    new = speller(work, use)(text.replace("{}", RESULT))
    node = call if is_call else member
    if isinstance(new, cst.Await) and _binds_tighter(work.source.parents[node], node):
        new = new.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    work.rewrites.change(node, _around(use, new))


def read_by(
    job: Job, work: FileWork, call: cst.Call, native: NativeCall
) -> cst.BaseSmallStatement | None:
    """Give the statement that reads the call's result while its client is open, if one must."""
    kind = job.rulebook.returns(native.callee)
    method = job.rulebook.read_by(kind) if kind is not None else None
    if method is None:
        return None
    holder = work.source.parents[call]
    target = holder.targets[0].target if isinstance(holder, cst.Assign) else None
    if not isinstance(target, cst.Name):
        message = "the answer is read while its client is open, and has no name here"
        refuse("not-a-statement", message, work.source.site(call))
    return cst.Expr(expression(f"await {target.value}.{method}()"))


def read_after(job: Job, work: FileWork, call: cst.Call, native: NativeCall) -> None:
    """Have the result read behind the call's statement, if it is read while a client is open."""
    reading = read_by(job, work, call, native)
    if reading is None:
        return
    statement = work.source.parents[work.source.parents[call]]
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        message = "there is no place to read the answer behind the call"
        refuse("not-a-statement", message, work.source.site(call))
    line = cst.SimpleStatementLine([reading])
    work.rewrites.change(statement, lambda node: cst.FlattenSentinel([node, line]))


def _binds_tighter(parent: cst.CSTNode, node: cst.CSTNode) -> bool:
    if isinstance(parent, cst.Attribute | cst.Subscript):
        return parent.value is node
    return isinstance(parent, cst.BinaryOperation | cst.UnaryOperation | cst.Comparison)


def _around(use: cst.BaseExpression, new: cst.BaseExpression) -> Change:
    def change(node: cst.CSTNode) -> cst.CSTNode:
        del node
        changed = new.visit(_Filled(use))
        assert isinstance(changed, cst.BaseExpression)  # noqa: S101 - expressions stay such
        return changed

    return change


class _Filled(cst.CSTTransformer):
    def __init__(self, value: cst.BaseExpression) -> None:
        super().__init__()
        self._value = value

    def leave_Name(  # noqa: N802
        self, original_node: cst.Name, updated_node: cst.Name
    ) -> cst.BaseExpression:
        return self._value if original_node.value == RESULT else updated_node
