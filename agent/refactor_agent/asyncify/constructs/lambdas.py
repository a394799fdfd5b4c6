"""Lambdas: ``lambda text: self.parse(text)`` gives what is awaited where the lambda is called.

The call that a lambda consists of keeps no ``await``, which can't stand there. What a lambda does
with the result of an async function, it would do with a coroutine: that is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.constructs import calls
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.waiting import waiting
from refactor_agent.convert.refused import refuse

__all__ = ["find"]


@dataclass(frozen=True, eq=False)
class _InLambda(Site):
    node: cst.Call
    call: Site
    is_all: bool
    """Whether the lambda gives what the call gives, and does nothing else with it."""

    def ask(self, colours: Colours) -> Member | None:
        return self.call.ask(colours)

    def suspends(self, member: Member) -> bool:
        del member
        return False

    def stands_alone(self, member: Member) -> bool:
        return self.call.stands_alone(member) or (member.awaited and not member.weak)

    def write(self, edit: Edit, member: Member) -> None:
        if member.awaited and (not self.is_all or waiting(self.node, member) is not None):
            text = "a lambda can't await; write a function, or await where the lambda is called"
            refuse("lambda", text, edit.source.site(self.node))
        calls.rename(edit, self.node, member)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the sites of the calls in the lambdas that stand directly below ``node``."""
    for child in node.children:
        if isinstance(child, cst.Lambda):
            for part in _parts(child.body):
                for site in calls.find(unit, part):
                    assert isinstance(part, cst.Call)  # noqa: S101 - as `calls` finds them
                    yield _InLambda(unit, part, site, is_all=part is child.body)


def _parts(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        if not isinstance(child, cst.Lambda):
            yield from _parts(child)
