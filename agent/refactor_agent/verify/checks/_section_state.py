"""Where a walk through a function stands: what was used, and what happened since."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from refactor_agent.verify.checks._section_uses import Access, Clash, Kind, State, Summary, at_odds
from refactor_agent.verify.checks._units import Unit

__all__ = ["Standing"]


class Standing:
    """The state of one walk through one function."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.accesses: dict[Access, int] = {}
        self.state: State | None = State(pending=1)
        self.exits = State()
        self.raised: list[State] = []
        self.locks: frozenset[int] = frozenset()
        self.statement: ast.AST = unit.after
        self.suspending: set[int] = set()
        self.crossing: dict[int, ast.AST] = {}
        self.head: set[Access] = set()
        self.late: set[Access] = set()
        self.clashes: dict[str, Clash] = {}

    def summed_up(self) -> Summary:
        """Give what was found, at the end."""
        if self.state is not None:
            self.exits = self.exits.joined(self.state)
        return Summary(
            tuple(self.accesses),
            frozenset(self.head),
            frozenset(self.late),
            frozenset(self._of(self.exits.pending)),
            frozenset(self._of(self.exits.crossed)),
            tuple(self.clashes.values()),
        )

    def _of(self, bits: int) -> Iterator[Access]:
        for access, number in self.accesses.items():
            if bits >> number & 1:
                yield access

    def bit(self, access: Access) -> int:
        return 1 << self.accesses.setdefault(access, len(self.accesses) + 1)

    def move(self, state: State) -> None:
        self.state = state
        self.raised = [seen.joined(state) for seen in self.raised]

    def use(
        self, name: str | None, kind: Kind, node: ast.expr | ast.stmt, *, inside: bool = False
    ) -> None:
        """Note that ``name`` is used here."""
        if name is not None:
            self.add(Access(name, kind, node.lineno, id(self.statement), self.locks, inside))

    def add(self, access: Access) -> None:
        """Note a use, and whether something before a suspension clashes with it."""
        if self.state is None:
            return
        self.compare(access)
        self.move(self.state._replace(pending=self.state.pending | self.bit(access)))

    def compare(self, access: Access, *, on_thread: bool = False) -> None:
        """Look for what ``access`` clashes with.

        A thread that reads what was set just before it was started reads that.
        """
        state = self.state
        if state is None:
            return
        self.bit(access)
        if state.pending & 1:
            self.head.add(access)
        if state.crossed & 1:
            self.late.add(access)
        if access.name in self.clashes:
            return
        for first in self._of(state.crossed):
            if on_thread and access.kind == "read" and not first.inside:
                continue
            if self._clash(first, access):
                point = self.crossing.get(self.accesses[first], self.statement)
                self.clashes[access.name] = Clash(first, point, access)
                return

    def _clash(self, first: Access, last: Access) -> bool:
        if first == last or first.locks & last.locks or not at_odds(first, last):
            return False
        if first.statement != last.statement:
            return True
        is_one_call = bool(last.through) and first.through == last.through
        return first.statement in self.suspending and not is_one_call

    def suspend(self, point: ast.AST) -> None:
        """Pass a new point of suspension."""
        if self.state is None:
            return
        for access in self._of(self.state.pending):
            self.crossing.setdefault(self.accesses[access], point)
        self.suspending.add(id(self.statement))
        self.move(State(0, self.state.crossed | self.state.pending))

    def forget(self) -> None:
        """Pass a point at which other tasks ran before the change, too."""
        if self.state is not None:
            self.move(State())

    def carry(self, accesses: Iterable[Access], *, crossed: bool, point: ast.AST) -> None:
        """Take over what a function that was called leaves behind."""
        for access in accesses:
            bit = self.bit(access)
            self.crossing.setdefault(self.accesses[access], point)
            if self.state is not None:
                state = State(0, bit) if crossed else State(bit, 0)
                self.move(self.state.joined(state))
