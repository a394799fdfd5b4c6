"""A place in a function that may have to wait, once something else is async."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.world import Module
from refactor_agent.locate.resolve.index import ProjectFunction

__all__ = ["Site", "Unit"]


@dataclass(frozen=True, eq=False)
class Unit:
    """One function that may become async."""

    module: Module
    node: cst.FunctionDef
    function: ProjectFunction


@dataclass(frozen=True, eq=False)
class Site(ABC):
    """A place in the body of ``unit`` itself, not of a function nested in it."""

    unit: Unit
    node: cst.CSTNode

    @abstractmethod
    def ask(self, colours: Colours) -> Member | None:
        """Say what is awaited, entered or read here; `None` while nothing is."""

    @abstractmethod
    def write(self, edit: Edit, member: Member) -> None:
        """Make the place asynchronous; raises `Refused` where that can't be done."""

    def suspends(self, member: Member) -> bool:
        """Say whether the place is a reason for the function to become async."""
        return not member.weak

    def stands_alone(self, member: Member) -> bool:
        """Say whether the place changes in a function that stays plain, too."""
        return not member.weak and not self.suspends(member)
