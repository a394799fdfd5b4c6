"""How objects end: clients are closed, child processes are waited for."""

from __future__ import annotations

from collections.abc import Collection
from typing import NoReturn

import libcst as cst

from refactor_agent.convert.job import FileWork
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.variables import Variable

__all__ = ["check_ended", "is_closed", "never_closed"]


def is_closed(work: FileWork, found: Variable) -> bool:
    """Say whether the function closes the client: the async one has no destructor that does."""
    for use in found.uses:
        member = work.source.parents[use]
        call = work.source.parents[member]
        if isinstance(member, cst.WithItem):
            return True
        if isinstance(member, cst.Attribute) and member.attr.value in {"close", "aclose"}:
            return isinstance(call, cst.Call) and call.func is member
    return False


def never_closed(work: FileWork, made: cst.CSTNode) -> NoReturn:
    """Refuse because nothing in sight closes what is made here."""
    message = "nothing here closes the client, and the async one does not close itself"
    refuse("client-never-closed", message, work.source.site(made))


def check_ended(work: FileWork, found: Variable, made: cst.Call, methods: Collection[str]) -> None:
    """Raise `Refused` unless every way through the block that makes the object waits for it.

    ``methods`` are those that wait. The first call of one stands in the block that makes the
    object, in ``try`` and ``with`` at most, and nothing before it leaves the function.
    """
    waits = [use for use in found.uses if _waits(work, use, methods)]
    block = _block(work, made)
    first = min(waits, key=work.source.span, default=None)
    if first is None or not _is_reached(work, first, block):
        message = f"not every way through the function waits for {found.name}"
        refuse("client-never-closed", message, work.source.site(made))


def _waits(work: FileWork, use: cst.Name, methods: Collection[str]) -> bool:
    member = work.source.parents[use]
    call = work.source.parents[member]
    return (
        isinstance(member, cst.Attribute)
        and member.attr.value in methods
        and isinstance(call, cst.Call)
        and call.func is member
    )


def _block(work: FileWork, node: cst.CSTNode) -> cst.CSTNode:
    return next(
        outer
        for outer in work.source.ancestors(node)
        if isinstance(outer, cst.IndentedBlock | cst.SimpleStatementSuite | cst.Module)
    )


def _is_reached(work: FileWork, use: cst.CSTNode, block: cst.CSTNode) -> bool:
    below: cst.CSTNode = use
    for outer in work.source.ancestors(use):
        if outer is block:
            return not _leaves_before(work, block, use)
        if isinstance(outer, cst.Try | cst.TryStar):
            if below is not outer.body and below is not outer.finalbody:
                return False
        elif isinstance(outer, _MAYBE) and not isinstance(outer, cst.With):
            return False
        below = outer
    return False


_MAYBE = (
    cst.BaseCompoundStatement, cst.BooleanOperation, cst.IfExp, cst.BaseComp, cst.Lambda
)  # fmt: skip
"""What runs a part of itself in some cases, or several times."""


def _leaves_before(work: FileWork, block: cst.CSTNode, use: cst.CSTNode) -> bool:
    finder = _Exits()
    block.visit(finder)
    end = work.source.span(use)
    return any(work.source.span(node) < end for node in finder.found)


class _Exits(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[cst.CSTNode] = []

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802
        del node
        return False

    def visit_Return(self, node: cst.Return) -> None:  # noqa: N802
        self.found.append(node)

    def visit_Break(self, node: cst.Break) -> None:  # noqa: N802
        self.found.append(node)

    def visit_Continue(self, node: cst.Continue) -> None:  # noqa: N802
        self.found.append(node)
