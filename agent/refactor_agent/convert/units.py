"""Which blocking calls belong together because a file or connection flows through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst

from refactor_agent.convert.job import FileWork, Job
from refactor_agent.convert.kinds import LAZY, is_lazy, is_stateful, result_kind
from refactor_agent.convert.refused import refuse
from refactor_agent.convert.variables import Variable, variable

__all__ = ["Unit", "find_units", "is_awaited"]

_HOLDERS = {
    "builtins.enumerate", "builtins.filter", "builtins.iter", "builtins.map", "builtins.reversed",
    "builtins.zip", "contextlib.closing", "csv.DictReader", "csv.DictWriter", "csv.reader",
    "csv.writer", "io.BufferedReader", "io.BufferedWriter", "io.TextIOWrapper", "itertools.chain",
    "itertools.islice",
}  # fmt: skip
"""Calls whose result still holds the object they are given."""


@dataclass(frozen=True)
class Unit:
    """What must run in one go on one thread: an expression, or a run of statements."""

    calls: tuple[cst.Call, ...]
    expression: cst.BaseExpression | None = None
    statements: tuple[cst.BaseStatement, ...] = ()

    def size(self, work: FileWork) -> int:
        """Give a size by which a unit that holds another comes first."""
        nodes = self.statements or (self.expression,)
        spans = [work.source.span(node) for node in nodes if node is not None]
        return (spans[-1].end_line - spans[0].line) * 1000 + len(self.calls)


def find_units(
    job: Job, work: FileWork, function: cst.FunctionDef, calls: Sequence[cst.Call]
) -> list[Unit]:
    """Give the units of a function; calls in none of them stand alone."""
    units = []
    for call in calls:
        flow = _Flow(job, work, function)
        flow.follow(call, result_kind(job.rulebook, work.source, call, work.edits[call].callee))
        flow.enclose(call)
        blocking = [node for node in flow.needed if node in work.edits]
        if len(flow.needed) > 1 and (flow.whole or (flow.kept and len(blocking) > 1)):
            units.append(_unit(work, function, flow.needed))
    return units


@dataclass(eq=False)
class _Flow:
    """Collects the nodes that a stateful object goes through."""

    job: Job
    work: FileWork
    function: cst.FunctionDef
    needed: list[cst.CSTNode] = field(default_factory=list)
    whole: bool = False
    """A `with` or a loop over the object: its statement can't be split."""
    kept: bool = True
    """The object stays in the function, so that its uses can go together."""

    def follow(self, node: cst.BaseExpression, kind: str | None) -> None:
        """Follow the value of ``node``, of type ``kind``, as far as it keeps its state."""
        self.needed.append(node)
        parent = self.work.source.parents[node]
        if isinstance(parent, cst.WithItem) and not is_awaited(self.work, parent):
            self._follow_with(parent, kind)
            return
        if kind is None or not is_stateful(self.job.rulebook, kind):
            return
        self.whole = self.whole or is_lazy(self.job.rulebook, kind)
        if isinstance(parent, cst.Attribute) and parent.value is node:
            self._follow_member(parent, kind)
        elif isinstance(parent, cst.Arg):
            self._follow_argument(parent, kind)
        elif isinstance(parent, cst.Assign | cst.AnnAssign):
            self._follow_assignment(parent, kind)
        elif isinstance(parent, cst.For | cst.CompFor):
            self._follow_reader(parent)
        elif not isinstance(parent, cst.Expr | cst.Del | cst.Comparison | cst.UnaryOperation):
            self._escape(node, kind)

    def enclose(self, call: cst.Call) -> None:
        """Take in the `with` blocks around ``call`` that block when they end: a pool's."""
        for outer in self.work.source.ancestors(call):
            if outer is self.function:
                break
            if isinstance(outer, cst.With) and any(self._waits_at_end(i) for i in outer.items):
                self.needed.append(outer)
                self.whole = True

    def _waits_at_end(self, item: cst.WithItem) -> bool:
        made = item.item.func if isinstance(item.item, cst.Call) else None
        name = self.work.names.qualified(made) if made is not None else None
        kind = self.job.rulebook.returns(name) if name is not None else None
        return kind is not None and self.job.rulebook.blocking(f"{kind}.__exit__") is not None

    def _escape(self, node: cst.CSTNode, kind: str | None) -> None:
        """Let an object that is used one call at a time go; refuse for any other."""
        if kind is not None and (
            is_lazy(self.job.rulebook, kind) or self.job.rulebook.thread(kind) == "bound"
        ):
            message = "what belongs to one thread would leave the block that owns it"
            refuse("escapes", message, self.work.source.site(node))
        self.kept = False

    def _follow_reader(self, loop: cst.For | cst.CompFor) -> None:
        """Take in what reads the object through: a loop, or a comprehension and its consumer."""
        self.whole = True
        reader: cst.CSTNode = loop
        while isinstance(reader, cst.CompFor):
            reader = self.work.source.parents[reader]
        if isinstance(reader, cst.GeneratorExp):
            self.follow(reader, LAZY)
        else:
            self.needed.append(reader)

    def _follow_with(self, item: cst.WithItem, kind: str | None) -> None:
        self.needed.append(self.work.source.parents[item])
        self.whole = True
        if item.asname is not None and isinstance(item.asname.name, cst.Name) and kind is not None:
            entered = self.job.rulebook.returns(f"{kind}.__enter__") or kind
            self._follow_name(item.asname.name.value, item, entered)

    def _follow_assignment(self, node: cst.Assign | cst.AnnAssign, kind: str | None) -> None:
        targets = (
            [t.target for t in node.targets] if isinstance(node, cst.Assign) else [node.target]
        )
        for target in targets:
            if not isinstance(target, cst.Name):
                self._escape(node, kind)
                return
            self._follow_name(target.value, node, kind)

    def _follow_name(self, name: str, binding: cst.CSTNode, kind: str | None) -> None:
        found = variable(self.work.source, self.function, name)
        self.needed.append(binding)
        for use in self._uses_of(found, binding):
            if use in self.needed:
                continue
            if self.work.source.function_around(use) is not self.function:
                self._escape(use, kind)
                continue
            self.follow(use, kind)

    def _uses_of(self, found: Variable, binding: cst.CSTNode) -> list[cst.Name]:
        """Give the uses of what this binding bound: a `with` may reuse a name."""
        if not isinstance(binding, cst.WithItem) or len(found.bindings) == 1:
            self.needed += [one for one in found.bindings if one is not binding]
            return list(found.uses)
        body = cst.ensure_type(self.work.source.parents[binding], cst.With).body
        return [use for use in found.uses if body in self.work.source.ancestors(use)]

    def _follow_member(self, member: cst.Attribute, kind: str | None) -> None:
        result = self.job.rulebook.returns(f"{kind}.{member.attr.value}")
        call = self.work.source.parents[member]
        if isinstance(call, cst.Call) and call.func is member:
            self.follow(call, result)
        elif result is not None and is_stateful(self.job.rulebook, result):
            self.follow(member, result)
        else:
            self.needed.append(member)

    def _follow_argument(self, argument: cst.Arg, kind: str | None) -> None:
        call = cst.ensure_type(self.work.source.parents[argument], cst.Call)
        name = self.work.names.qualified(call.func)
        if name in _HOLDERS:
            self.follow(call, kind)
        else:
            result = self.job.rulebook.returns(name) if name else None
            self.follow(call, result)


def is_awaited(work: FileWork, node: cst.CSTNode) -> bool:
    """Say whether ``async with`` opens it: then making what it opens is all that may block."""
    holder = work.source.parents[node] if isinstance(node, cst.WithItem) else None
    return isinstance(holder, cst.With) and holder.asynchronous is not None


def _unit(work: FileWork, function: cst.FunctionDef, needed: Sequence[cst.CSTNode]) -> Unit:
    """Find the smallest expression or run of statements that holds all of ``needed``."""
    source = work.source
    paths = [[node, *source.ancestors(node)][::-1] for node in needed]
    depth = 0
    while all(len(path) > depth and path[depth] is paths[0][depth] for path in paths):
        depth += 1
    top = paths[0][depth - 1]
    calls = tuple(call for call in work.edited_in(top) if call in needed)
    if isinstance(top, cst.BaseExpression):
        return Unit(calls, expression=top)
    if isinstance(top, cst.IndentedBlock):
        places = [top.body.index(path[depth]) for path in paths]
        return Unit(calls, statements=tuple(top.body[min(places) : max(places) + 1]))
    holder = top
    while not isinstance(holder, cst.BaseStatement):
        holder = source.parents[holder]
    if holder is function:
        refuse("escapes", "the object is used all over the function", source.site(needed[0]))
    return Unit(calls, statements=(holder,))
