"""Calls of what has become async: ``f(x)`` becomes ``await f(x)``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from refactor_agent.asyncify.awaiting import await_, await_if_needed
from refactor_agent.asyncify.colours import Colours
from refactor_agent.asyncify.edit import Edit
from refactor_agent.asyncify.futures import FUTURE, write_result
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.pool_code import is_of_its_own, of_its_own
from refactor_agent.asyncify.signatures import by_keyword
from refactor_agent.asyncify.site import Site, Unit
from refactor_agent.asyncify.waiting import Waiting, waiting
from refactor_agent.asyncify.world import CallSite
from refactor_agent.convert.arguments import TIGHT
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.rewrite import Change

__all__ = ["find"]


@dataclass(frozen=True, eq=False)
class _Call(Site):
    node: cst.Call
    call: CallSite

    def ask(self, colours: Colours) -> Member | None:
        function, func = self.call.function, self.call.facts.func
        known = colours.called(function, func)
        if (
            known is not None
            and known.awaited
            and colours.may_be_plain(self.call, _name(self.node))
        ):
            return known._replace(maybe=True)
        if known is not None:
            short = waiting(self.node, known)
            return known if short is None or not short.at_once else _at_once(known, short)
        return known or colours.hole(self.call, _name(self.node))

    def suspends(self, member: Member) -> bool:
        return member.awaited and not member.weak

    def stands_alone(self, member: Member) -> bool:
        return super().stands_alone(member) and not member.target

    def write(self, edit: Edit, member: Member) -> None:
        short = waiting(self.node, member)
        if short is not None:
            short.write(edit, self.node, member.target)
            return
        if member.target == FUTURE:
            write_result(edit, self.node, member.name)
            return
        if _needs_an_object(member.name):
            text = f"{member.name} needs an object, which {member.old} does not; call it by hand"
            refuse("leaf-of-another-kind", text, edit.source.site(self.node))
        named = by_keyword(edit.colours, self.call, self.node.args)
        if named is None:
            text = f"{member.target or member.name} takes fewer arguments; write the call by hand"
            refuse("other-arguments", text, edit.source.site(self.node))
        rename(edit, self.node, member)
        for at, name in named.items():
            edit.change(self.node.args[at], _named(name))
        if member.maybe:
            await_if_needed(edit, self.node)
        elif member.awaited and not _enters(edit, self.node, member):
            await_(edit, self.node)


def _named(name: str) -> Change:
    def change(node: cst.CSTNode) -> cst.CSTNode:
        return cst.ensure_type(node, cst.Arg).with_changes(keyword=cst.Name(name), equal=TIGHT)

    return change


def _at_once(member: Member, short: Waiting) -> Member:
    return member._replace(name=short.at_once, old=short.method, awaited=False)


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a call."""
    call = unit.module.call(node) if isinstance(node, cst.Call) else None
    if isinstance(node, cst.Call) and call is not None:
        yield _Call(unit, node, call)


def _needs_an_object(name: str) -> bool:
    """Say whether a qualified name is that of a method: ``library.Session.connect``."""
    owner, _, last = name.rpartition(".")
    return owner.rpartition(".")[2][:1].isupper() and not last[:1].isupper()


def _name(node: cst.Call) -> str:
    """Give the last name of the callee; ``handler`` of ``getattr(self, handler_name)`` as well."""
    if isinstance(node.func, cst.Call) and len(node.func.args) > 1:
        looked_up, given = node.func.func, node.func.args[1].value
        is_look_up = isinstance(looked_up, cst.Name) and looked_up.value == "getattr"
        named = given.value if isinstance(given, cst.Name) else ""
        return named.removesuffix("_name") if is_look_up else ""
    func = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
    return func.value if isinstance(func, cst.Name) else ""


def rename(edit: Edit, node: cst.Call, member: Member) -> None:
    """Write the callee's new name."""
    func = node.func
    if is_of_its_own(member.name):
        if not edit.spelling.is_replaced(func):
            edit.spelling.names.drop(func)
            edit.change(func, lambda _: of_its_own(edit, member.name))
    elif "." in member.name:
        if edit.spelling.is_import(func) and not edit.spelling.is_replaced(func):
            edit.change(func, lambda _: edit.spelling.replace(func, member.name))
    elif isinstance(func, cst.Attribute) and func.attr.value == member.old != member.name:
        edit.change(func.attr, lambda _: cst.Name(member.name))


def _enters(edit: Edit, node: cst.Call, member: Member) -> bool:
    """Say whether ``async with`` itself awaits what the call gives."""
    around = edit.parent(node)
    if isinstance(around, cst.Arg):  # closing(...) is taken off
        around = edit.parent(edit.parent(around))
    return member.gives == "context" and isinstance(around, cst.WithItem)
