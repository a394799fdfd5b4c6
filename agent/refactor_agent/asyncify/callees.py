"""What terms say of callees, and of the calls that they stand for."""

from __future__ import annotations

from collections.abc import Iterator

from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.terms import Term

__all__ = ["DEPTH", "calls_behind", "container", "is_handed", "last_name"]

DEPTH = 6
"""Steps through declarations after which where a value comes from counts as unknown."""


def is_handed(function: ProjectFunction, term: Term) -> bool:
    """Say whether a callee is a parameter, an attribute or a variable, not a definition."""
    seen = 0
    while term is not None and term[0] == "l" and seen < DEPTH:
        term, seen = function.body.definitions[term[1]], seen + 1
    return term is not None and term[0] not in "gifcm"


def last_name(function: ProjectFunction, term: Term, depth: int = 0) -> str:
    """Give the name of a callee, through variables."""
    if term is None or depth > DEPTH:
        return ""
    if term[0] == "l":
        return last_name(function, function.body.definitions[term[1]], depth + 1)
    if term[0] in "uA":
        parts = term[1] if term[0] == "u" else (term[2],)
        return next(filter(None, (last_name(function, part, depth + 1) for part in parts)), "")
    return str(term[-1]) if term[0] in "aphgx" else ""


def container(function: ProjectFunction, term: Term) -> str:
    """Give the name of what a callee is an element of, where it is got by iterating."""
    seen = 0
    while term is not None and term[0] == "l" and seen < DEPTH:
        term, seen = function.body.definitions[term[1]], seen + 1
    return last_name(function, term[1]) if term is not None and term[0] == "e" else ""


def calls_behind(function: ProjectFunction, term: Term) -> Iterator[int]:
    """Give the calls that a term stands for, through variables and choices."""
    waiting, seen = [term], set[Term]()
    while waiting:
        current = waiting.pop()
        if current is None or current in seen:
            continue
        seen.add(current)
        if current[0] == "k":
            yield current[1]
        elif current[0] == "l":
            waiting.append(function.body.definitions[current[1]])
        elif current[0] == "A":
            waiting.append(current[2])
        elif current[0] == "u":
            waiting.extend(current[1])
