"""``yield from`` in a generator that becomes async: a loop that yields.

Where what is delegated to may be sent values, or errors, it is written out in full.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.listening import Listening
from refactor_agent.asyncify.resuming import resuming
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.world import TermSite

__all__ = ["find"]


@dataclass(frozen=True, eq=False)
class _Delegation(Site):
    node: cst.SimpleStatementLine
    value: cst.BaseExpression
    read: TermSite

    def ask(self, colours: Colours) -> Member | None:
        found = colours.read(self.read.function, self.read.term)
        return found or Member("__iter__", awaited=False, weak=True)

    def write(self, edit: Edit, member: Member) -> None:
        is_async = member.name != "__iter__"
        if Listening(edit.colours, self.unit).may(self.read.term):
            self._write_in_full(edit, is_async=is_async)
        else:
            self._write_loop(edit, cst.Asynchronous() if is_async else None)

    @property
    def _returns(self) -> bool:
        return isinstance(self.node.body[0], cst.Return)

    def _write_loop(self, edit: Edit, asynchronous: cst.Asynchronous | None) -> None:
        name = edit.spelling.names.fresh("item", self.unit.node)

        def change(node: cst.CSTNode) -> cst.FlattenSentinel[cst.CSTNode]:
            assert isinstance(node, cst.SimpleStatementLine)  # noqa: S101 - a line stays one
            loop = cst.For(
                target=cst.Name(name),
                iter=_delegated(node),
                body=cst.IndentedBlock(
                    [cst.SimpleStatementLine([cst.Expr(cst.Yield(cst.Name(name)))])]
                ),
                asynchronous=asynchronous,
                leading_lines=node.leading_lines,
            )
            end = [cst.SimpleStatementLine([cst.Return()])] if self._returns else []
            return cst.FlattenSentinel([loop, *end])

        edit.change(self.node, change)

    def _write_in_full(self, edit: Edit, *, is_async: bool) -> None:
        write = resuming(edit, self.unit, is_async=is_async, returns=self._returns)

        def change(node: cst.CSTNode) -> cst.FlattenSentinel[cst.CSTNode]:
            assert isinstance(node, cst.SimpleStatementLine)  # noqa: S101 - a line stays one
            first, *rest = write(_delegated(node))
            return cst.FlattenSentinel(
                [first.with_changes(leading_lines=node.leading_lines), *rest]
            )

        edit.change(self.node, change)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a statement that delegates, or that returns what it delegates to."""
    if not isinstance(node, cst.SimpleStatementLine) or len(node.body) != 1:
        return
    small = node.body[0]
    if not isinstance(small, cst.Expr | cst.Return) or not isinstance(small.value, cst.Yield):
        return
    if isinstance(small.value.value, cst.From):
        read = unit.module.term(small.value.value.item)
        if read is not None:
            yield _Delegation(unit, node, small.value.value.item, read)


def _delegated(node: cst.SimpleStatementLine) -> cst.BaseExpression:
    """Give what the changed statement delegates to."""
    small = node.body[0]
    assert isinstance(small, cst.Expr | cst.Return)  # noqa: S101 - see `find`
    delegation = cst.ensure_type(small.value, cst.Yield).value
    return cst.ensure_type(delegation, cst.From).item
