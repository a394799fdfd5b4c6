"""Threads whose targets wait as tasks do: they become tasks, where that is asked for.

``Thread(target=f, args=(x,))`` with its ``start()`` becomes ``create_task(f(x))``. Waiting for it
neither raises what it raised nor ends it: `asyncio.wait` is what ``join`` was. But a thread may be
there to run beside the loop, or to be another thread; so a pair has to say it:
``threading.Thread: asyncio.create_task``.
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
from refactor_agent.asyncify.tasks import (
    begun,
    called,
    coroutine,
    is_not_done,
    of_either_colour,
    receiver,
    task,
    wait,
)
from refactor_agent.asyncify.threads import Thread, read_thread
from refactor_agent.asyncify.world import CallSite
from refactor_agent.convert.refused import refuse
from refactor_agent.locate.resolve.values import External, ExternalMethod, Instance, Values
from refactor_agent.locate.terms import Term

__all__ = ["ThreadSite", "find"]

_THREAD = "threading.Thread"
_METHODS = {"join": Member("wait"), "is_alive": Member("done", awaited=False)}
_APART = (cst.Arg, cst.Assign, cst.BooleanOperation, cst.If, cst.Return, cst.While)
"""What may stand around ``not x`` without brackets."""


@dataclass(frozen=True, eq=False)
class ThreadSite(Site):
    """A call that makes a thread."""

    node: cst.Call
    call: CallSite
    target: Term

    def ask(self, colours: Colours) -> Member | None:
        """Say whether the thread becomes a task: its target waits, or nothing is known of it."""
        if not colours.world.leaves.tasks:
            return None
        found = self.targets(colours)
        if any(member is not None and member.awaited for member in found):
            return Member("asyncio.create_task", awaited=False, maybe=None in found)
        is_handed = colours.whence.is_unknown(self.call.function, self.target)
        return Member("asyncio.create_task", awaited=False) if is_handed else None

    def targets(self, colours: Colours) -> list[Member | None]:
        """Give what has become of each function that the thread may run."""
        values = colours.whence.callables(self.call.function, self.target)
        return [colours.of(value) for value in values]

    def suspends(self, member: Member) -> bool:
        """Say no: making a task waits for nothing."""
        del member
        return False

    def read(self) -> Thread | None:
        """Give how the thread is made and started, where a task can do the same."""
        around = self.unit.function.facts.bare
        is_late = around not in {"__init__", "__new__", "__post_init__"}
        return read_thread(self.unit.module.source, self.node) if is_late else None

    def write(self, edit: Edit, member: Member) -> None:
        """Write the task; raises `Refused` where it would not start when the thread does."""
        thread, site = self.read(), edit.source.site(self.node)
        if thread is None:
            refuse("thread-start", "make and start the thread in one place, in a method", site)
        runner = of_either_colour(edit) if member.maybe else None
        for line in thread.gone:
            edit.change(line, lambda _: cst.RemoveFromParent())
        if thread.chained is not None:
            func = begun(edit)
            edit.spelling.names.drop(self.node.func)
            edit.change(self.node, lambda n: coroutine(thread, n, runner))
            edit.change(thread.chained, lambda n: called(func, receiver(n)))
            return
        create = edit.spelling.replace(self.node.func, member.name)
        edit.change(self.node, lambda n: task(thread, create, n, runner))


@dataclass(frozen=True, eq=False)
class _Method(Site):
    """A call of a thread's method, or of ``current_thread``."""

    node: cst.Call
    call: CallSite

    def ask(self, colours: Colours) -> Member | None:
        if not colours.tasks:
            return None
        values = colours.whence.callables(self.call.function, self.call.facts.func)
        if External("threading.current_thread") in values:
            return Member("current_task", awaited=False)
        for value in values:
            if isinstance(value, ExternalMethod) and value.receiver.cls == _THREAD:
                return _METHODS.get(value.name)
        return None

    def suspends(self, member: Member) -> bool:
        return member.awaited

    def write(self, edit: Edit, member: Member) -> None:
        is_current = member.name == "current_task"
        if edit.colours.threads or (is_current and edit.colours.of_either_colour):
            site = edit.source.site(self.node)
            refuse("thread-or-task", "some threads become tasks and others stay", site)
        if is_current:
            func = edit.spelling.replace(self.node.func, "asyncio.current_task")
            edit.change(self.node, lambda n: n.with_changes(func=func))
        elif member.name == "done":
            is_apart = isinstance(edit.parent(self.node), _APART)
            edit.change(self.node, lambda n: is_not_done(n, is_apart=is_apart))
        else:
            func = edit.spelling.from_module("asyncio", "wait")
            edit.change(self.node, lambda n: wait(func, n))
            await_(edit, self.node)


def _is_shaped(unit: Unit, node: cst.Call, made: Values) -> bool:
    """Say whether a class that is looked up where nothing is known of it makes a thread.

    ``self.parts["thread"](target=f, args=args)``, and it is started.
    """
    names = {arg.keyword.value for arg in node.args if arg.keyword is not None}
    if made or not {"target", "args"} <= names or "multiprocessing" in unit.module.source.text:
        return False
    return read_thread(unit.module.source, node) is not None


def find(unit: Unit, node: cst.CSTNode) -> Iterator[Site]:
    """Give the site of a call that makes a thread, or uses one."""
    call = unit.module.call(node) if isinstance(node, cst.Call) else None
    if not isinstance(node, cst.Call) or call is None:
        return
    facts = call.facts
    made = unit.module.evaluator.term(call.function, facts.func)
    if made in {(External(_THREAD),), (Instance(_THREAD),)} or _is_shaped(unit, node, made):
        target = dict(facts.keywords).get("target") or (facts.args[1:2] or (None,))[0]
        if target is not None:
            yield ThreadSite(unit, node, call, target)
        return
    name = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
    if isinstance(name, cst.Name) and name.value in {*_METHODS, "current_thread"}:
        yield _Method(unit, node, call)
