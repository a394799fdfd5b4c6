"""What is used in a section of a function, and when two uses are at odds."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

__all__ = [
    "NOTHING",
    "Access",
    "Clash",
    "Kind",
    "State",
    "Summary",
    "at_odds",
    "joined",
    "set_there",
]

Kind = Literal["read", "changed", "set there", "looked at", "replaced"]
"""``set there``: written by what was waited for, with nothing in between. Reading that is fine."""


@dataclass(frozen=True)
class Access:
    """One use of a shared name, or of a file by its path."""

    name: str
    kind: Kind
    line: int
    statement: int
    """Tells the statements of the function apart."""
    locks: frozenset[int]
    """The `with` statements on locks that it stands in."""
    inside: bool = False
    """What the name stands for is changed, and not what it stands for."""
    through: str = ""
    """The function called there that does it."""


class Clash(NamedTuple):
    """A name used before and after a new point of suspension."""

    first: Access
    point: ast.AST
    last: Access


class Summary(NamedTuple):
    """What calling a function does, in the function's own names."""

    accesses: tuple[Access, ...]
    head: frozenset[Access]
    """Used before any new suspension."""
    late: frozenset[Access]
    """Used after one."""
    tail: frozenset[Access]
    """Used with no suspension before the return."""
    left: frozenset[Access]
    """Used with a new suspension before the return."""
    clashes: tuple[Clash, ...] = ()


NOTHING = Summary((), frozenset(), frozenset(), frozenset(), frozenset())


class State(NamedTuple):
    """Bits of the accesses on the paths to here: with no suspension since, with a new one."""

    pending: int = 0
    crossed: int = 0

    def joined(self, other: State) -> State:
        """Give what holds where two paths meet."""
        return State(self.pending | other.pending, self.crossed | other.crossed)


def joined(states: Sequence[State]) -> State | None:
    if not states:
        return None
    result = states[0]
    for state in states[1:]:
        result = result.joined(state)
    return result


def at_odds(first: Access, last: Access) -> bool:
    match first.kind, last.kind:
        case (("read" | "changed" | "set there"), "changed"):
            pass
        case "changed", "read":
            return last.name == first.name or last.name.startswith(f"{first.name}.")
        case "looked at", "replaced":
            return first.name == last.name
        case _:
            return False
    shorter, longer = sorted((first.name, last.name), key=len)
    if shorter == longer:
        return True
    return last.name == shorter and longer.startswith(f"{shorter}.")


def set_there(accesses: Iterable[Access]) -> Iterator[Access]:
    for access in accesses:
        if access.kind == "changed":
            yield replace(access, kind="set there")
