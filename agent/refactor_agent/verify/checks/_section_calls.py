"""Passes calls and waits, with what the called functions use."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from refactor_agent.verify.checks._file_calls import file_uses
from refactor_agent.verify.checks._hops import Hop, hop
from refactor_agent.verify.checks._section_state import Standing
from refactor_agent.verify.checks._section_uses import Access, Clash, Summary, at_odds, set_there
from refactor_agent.verify.checks._shared_names import Names
from refactor_agent.verify.checks._suspensions import Point, Suspensions, waited_for
from refactor_agent.verify.checks._units import Unit, Units
from refactor_agent.verify.syntax import FunctionNode, dotted

__all__ = ["CallWalk", "Summaries"]

_MUTATORS = frozenset(
    {"append", "add", "update", "setdefault", "pop", "remove", "extend", "insert", "discard",
     "clear", "popitem", "appendleft", "popleft", "move_to_end", "sort", "reverse"}
)  # fmt: skip


_FILES = frozenset({"looked at", "replaced"})


class Summaries(Protocol):
    """What is known of the other functions."""

    units: Units
    suspensions: Suspensions

    def summary(self, unit: Unit) -> Summary:
        """Give what ``unit`` does."""


class CallWalk(Standing, ABC):
    """The part of a walk that looks into calls."""

    def __init__(self, sections: Summaries, unit: Unit, names: Names) -> None:
        super().__init__(unit)
        self.sections = sections
        self.names = names

    @abstractmethod
    def visit(self, node: ast.AST | None) -> None:
        """Pass an expression."""

    @abstractmethod
    def run(self) -> Summary:
        """Walk the body and sum up."""

    def within(self, called: Unit, call: Hop) -> Callable[[Access], Access | None]:
        """Give the way from the names of ``called`` to the names here."""
        function = call.function
        target = function.value if isinstance(function, ast.Attribute) else None
        base = self.names.receiver(target) if target is not None else None
        parameters = {argument.arg for argument in _arguments(called.after)}
        given = _handed(called, call)

        def translate(access: Access) -> Access | None:
            first, _, rest = access.name.partition(".")
            name: str | None = access.name
            if access.kind in _FILES:
                # A path is known here where it was handed over, and by nothing else.
                name = f"{given[first]}{access.name[len(first) :]}" if first in given else None
            elif first in {"self", "cls"}:
                name = f"{base}.{rest}" if base else None
                if target is None:
                    name = access.name if _is_inside(called, self.unit) else None
            elif first in parameters:
                name = None
            if name is None:
                return None
            return replace(
                access,
                name=name,
                line=function.lineno,
                statement=id(self.statement),
                locks=access.locks | self.locks,
                through=access.through or called.name.rpartition(".")[2],
            )

        return translate

    def effects(self, call: Hop, *, plain: bool = True) -> list[Access]:
        """Give what ``call`` uses, in the names here."""
        found: list[Access] = []
        for called in self.sections.units.called(self.unit, call.function):
            if plain and called.is_async:
                continue
            if _is_inside(called, self.unit):
                found.extend(
                    type(self)(self.sections, called, Names(called, self.names)).run().accesses
                )
            else:
                translate = self.within(called, call)
                accesses = self.sections.summary(called).accesses
                found.extend(one for one in map(translate, accesses) if one is not None)
        return found

    def call(self, node: ast.Call) -> None:
        """Pass a call that does not suspend."""
        self.arguments(node)
        self.file(node.func, node.args, node.keywords, node)
        for access in self.effects(_plain(node)):
            self.add(access)

    def arguments(self, node: ast.Call) -> None:
        """Pass what is worked out before the call itself."""
        mutated = None
        if isinstance(node.func, ast.Attribute):
            if node.func.attr in _MUTATORS and self._is_container(node.func):
                mutated = self.names.shared(node.func.value)
            if mutated is None:
                self.visit(node.func.value)
        else:
            self.visit(node.func)
        for part in (*node.args, *(word.value for word in node.keywords)):
            self.visit(part)
        self.use(mutated, "changed", node, inside=True)

    def _is_container(self, function: ast.Attribute) -> bool:
        units = self.sections.units
        is_project = bool(units.called(self.unit, function))
        return not is_project and not units.is_library(self.unit, function)

    def file(
        self,
        function: ast.expr,
        arguments: list[ast.expr],
        keywords: list[ast.keyword],
        node: ast.expr,
    ) -> None:
        """Note the files that a call uses."""
        for path, kind in file_uses(function, arguments, keywords):
            self.use(path, kind, node)

    def wait(self, point: Point, node: ast.AST) -> None:
        """Pass a point of suspension; what it waits for is worked out by now."""
        kind = self.sections.suspensions.kind(self.unit, point)
        called = self.sections.suspensions.called(self.unit, point)
        if kind == "old":
            self.forget()
            return
        calls = [part for part in waited_for(point) if isinstance(part, ast.Call)]
        if kind == "never":
            for call in calls:
                for access in self.effects(_plain(call), plain=False):
                    self.add(access)
            return
        for call in calls:
            if (handed := hop(call)) is not None:
                self._run_on_thread(call, handed, node)
                return
        self._run_tasks(calls, called, node)

    def leave(self, node: ast.AsyncWith) -> None:
        """Pass the end of the block; the project's own context managers rarely wait there."""
        if not self.sections.suspensions.called(self.unit, node):
            self.wait(node, node)

    def _run_tasks(self, calls: list[ast.Call], called: Sequence[Unit], node: ast.AST) -> None:
        newly = self.sections.suspensions.newly
        found = [
            (self.sections.summary(one), self.within(one, _plain(call)))
            for call in calls
            for one in self.sections.units.called(self.unit, call.func)
            if one in called and one.key in newly
        ]
        for summary, translate in found:
            for access in _translated(summary.head, translate):
                self.compare(access)
        self.suspend(node)
        for summary, translate in found:
            for access in _translated(summary.late, translate):
                self.compare(access)
            self.carry(_translated(summary.left, translate), crossed=True, point=node)
            tail = tuple(_translated(summary.tail, translate))
            self.carry(tail, crossed=False, point=node)
            self.carry(set_there(tail), crossed=True, point=node)

    def _run_on_thread(self, call: ast.Call, handed: Hop, node: ast.AST) -> None:
        used = self.effects(handed)
        for access in used:
            self.compare(access)
        before = set(self.accesses)
        self.file(handed.function, handed.arguments, handed.keywords, call)
        added = [access for access in self.accesses if access not in before]
        self.suspend(node)
        for access in (*used, *added):
            self.compare(access, on_thread=True)
        self._clash_on_thread(used, node)
        self.carry(set_there(used), crossed=True, point=node)
        reads = (one for one in used if one.kind in {"read", "looked at"})
        self.carry(reads, crossed=True, point=node)

    def _clash_on_thread(self, used: Sequence[Access], node: ast.AST) -> None:
        """What ran in one go on the loop now runs beside it."""
        for index, last in enumerate(used):
            if last.kind not in {"changed", "replaced"} or last.name in self.clashes:
                continue
            if last.kind == "replaced" and last.through:
                continue  # a helper that a thread runs whole is left to `shared-file`
            for first in used[:index]:
                apart = first.statement != last.statement or first.kind == "read"
                if apart and not first.locks & last.locks and at_odds(first, last):
                    self.clashes[last.name] = Clash(first, node, last)
                    break


def _order(access: Access) -> tuple[int, str, str, bool, str]:
    return access.line, access.name, access.kind, access.inside, access.through


def _translated(
    accesses: Iterable[Access], translate: Callable[[Access], Access | None]
) -> Iterator[Access]:
    for access in sorted(accesses, key=_order):
        if (found := translate(access)) is not None:
            yield found


def _arguments(function: FunctionNode) -> list[ast.arg]:
    arguments = function.args
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def _plain(call: ast.Call) -> Hop:
    return Hop(call.func, call.args, call.keywords)


def _handed(called: Unit, call: Hop) -> Mapping[str, str]:
    """Give what the parameters of ``called`` are here, where that is a name or an attribute."""
    names = [one.arg for one in _arguments(called.after)]
    is_bound = isinstance(call.function, ast.Attribute) and names[:1] in (["self"], ["cls"])
    pairs = [
        *zip(names[is_bound:], call.arguments, strict=False),
        *((word.arg, word.value) for word in call.keywords),
    ]
    return {name: ast.unparse(value) for name, value in pairs if name and dotted(value)}


def _is_inside(called: Unit, unit: Unit) -> bool:
    return called.file == unit.file and called.name.startswith(f"{unit.name}.")
