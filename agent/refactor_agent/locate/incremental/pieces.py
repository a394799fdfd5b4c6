"""Functions in pieces, which processes take one after the other, so that none of them idles."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence

from refactor_agent.locate.resolve.index import ProjectFunction

__all__ = ["Pieces"]

_FOR_EACH = 16
"""Pieces for each process at first: the last one to end goes on alone for less than one of them."""


class Pieces:
    """Who holds each piece, and which functions of it are to be worked out.

    Modules near one another ask the same questions, which each process answers anew. So each
    process has a stretch of pieces to take from its start, and who has none left takes the last
    one of the longest stretch.
    """

    def __init__(
        self, functions: Iterable[ProjectFunction], processes: int, starts: Collection[str]
    ) -> None:
        """Divide ``functions``, in the order of their modules; ``starts`` are to be worked out."""
        self.all = _divided(functions, processes * _FOR_EACH)
        """The functions of each piece."""
        self._piece_of = {f.name: number for number, piece in enumerate(self.all) for f in piece}
        self._waiting = [{f.name for f in piece if f.name in starts} for piece in self.all]
        self._asked: set[str] = set()
        numbers, size = range(len(self.all)), -(-len(self.all) // processes)
        self._free = [deque(numbers[n * size : (n + 1) * size]) for n in range(processes)]
        self._held: list[list[int]] = [[] for _ in range(processes)]

    def add(self, names: Iterable[str]) -> None:
        """Take note of functions that something runs."""
        for name in names:
            if name in self._piece_of and name not in self._asked:
                self._waiting[self._piece_of[name]].add(name)

    def work_for(self, process: int) -> tuple[list[int], set[str]]:
        """Give the pieces that a process takes now, and the functions that it is to work out."""
        held, taken = self._held[process], list[int]()
        names = {name for number in held for name in self._waiting[number]}
        while not names and (free := self._stretch_for(process)):
            taken.append(free.popleft() if free is self._free[process] else free.pop())
            names = set(self._waiting[taken[-1]])
        held.extend(taken)
        for number in held:
            self._waiting[number].clear()
        self._asked |= names
        return taken, names

    def _stretch_for(self, process: int) -> deque[int]:
        return self._free[process] or max(self._free, key=len)


def _divided(
    functions: Iterable[ProjectFunction], pieces: int
) -> Sequence[Sequence[ProjectFunction]]:
    ordered = sorted(functions, key=lambda function: function.module.name)
    size = max(1, -(-len(ordered) // pieces))
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]
