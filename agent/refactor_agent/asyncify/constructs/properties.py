"""Properties that wait: what reads them awaits what they give.

``return self.tokens.get()`` in a property becomes ``return await self.tokens.get()``, and its
readers ``await client.token``. It stays a property, so that its name means the same in both worlds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.awaiting import await_
from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.world import TermSite
from refactor_agent.locate.resolve.attributes import properties

__all__ = ["find"]


@dataclass(frozen=True, eq=False)
class _Property(Site):
    node: cst.Attribute
    read: TermSite

    def ask(self, colours: Colours) -> Member | None:
        function, term = self.read.function, self.read.term
        for value in colours.whence.values(function, term[1]) if term is not None else ():
            for method in properties(colours.evaluator, value, self.node.attr.value):
                if colours.turned(method.name) and not method.facts.is_generator:
                    colours.relied_on.add(method.name)
                    return Member(method.facts.bare)
        return None

    def write(self, edit: Edit, member: Member) -> None:
        del member
        await_(edit, self.node)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of an attribute that is read."""
    if not isinstance(node, cst.Attribute):
        return
    read = unit.module.term(node)
    if read is not None and read.term is not None and read.term[0] == "a":
        yield _Property(unit, node, read)
