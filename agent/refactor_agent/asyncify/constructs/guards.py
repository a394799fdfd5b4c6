"""Guards against coroutine functions, where words say that these are what callers give.

``if iscoroutinefunction(hook): raise TypeError`` sends users of the sync side to the other one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.callees import last_name
from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.world import CallSite
from refactor_agent.locate.resolve.values import External

__all__ = ["find"]

_ASKING = frozenset(
    External(f"{home}.iscoroutinefunction") for home in ("asyncio", "asyncio.coroutines", "inspect")
)


@dataclass(frozen=True, eq=False)
class _Guard(Site):
    node: cst.If
    question: cst.Call
    call: CallSite

    def ask(self, colours: Colours) -> Member | None:
        name = last_name(self.call.function, self.call.facts.args[0])
        return Member(name, awaited=False) if colours.is_said(name) else None

    def suspends(self, member: Member) -> bool:
        del member
        return False

    def write(self, edit: Edit, member: Member) -> None:
        del member
        edit.spelling.names.drop(self.question.func)
        block = edit.parent(self.node)
        body = block.body if isinstance(block, cst.IndentedBlock) else ()
        if len(body) > 1:
            edit.change(self.node, lambda _: cst.RemoveFromParent())
        else:
            edit.change(self.node, lambda _: cst.SimpleStatementLine([cst.Pass()]))


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of an ``if`` that does nothing but raise for a coroutine function."""
    if not isinstance(node, cst.If) or node.orelse is not None or not _raises(node.body):
        return
    for part in _parts(node.test):
        call = unit.module.call(part) if isinstance(part, cst.Call) else None
        if isinstance(part, cst.Call) and call is not None and len(call.facts.args) == 1:
            asked = unit.module.evaluator.term(call.function, call.facts.func)
            if asked and _ASKING.issuperset(asked):
                yield _Guard(unit, node, part, call)
                return


def _raises(body: cst.BaseSuite) -> bool:
    lines = body.body if isinstance(body, cst.IndentedBlock) else ()
    only = lines[0] if len(lines) == 1 else None
    return (
        isinstance(only, cst.SimpleStatementLine)
        and len(only.body) == 1
        and isinstance(only.body[0], cst.Raise)
    )


def _parts(test: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """Give what must all be true."""
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
        yield from _parts(test.left)
        yield from _parts(test.right)
    else:
        yield test
