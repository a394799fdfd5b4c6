"""Terms: what a file says about a value, before anything is resolved.

A term is a small plain tuple whose first item is its tag, so that summaries can be marshalled,
cached and compared. ``None`` is a value of which nothing is known. Indices point into the
summary (functions, classes) or into the body the term stands in (calls, definitions).

==========================  ================================================================
``("k", call)``             the result of a call of the same body
``("l", definition)``       a definition of the same body
``("p", name)``             a parameter of the function whose body it is
``("h", function, name)``   a parameter that is kept: functions that callers hand in count too
``("x", function, name)``   a variable of an enclosing function
``("g", name)``             a name of the module, or a builtin
``("f", function)``         a function or lambda
``("c", class)``            a class
``("m", module)``           an imported module
``("i", module, name)``     a name imported from a module
``("a", base, name)``       an attribute
``("s", base, key)``        a subscript
``("#", value)``            a short constant
``("b", name)``             an instance of a builtin type
``("d", items, value)``     a dict display: constant keys with their values, and all values
``("q", kind, element)``    a list, set or generator
``("t", items)``            a tuple
``("u", terms)``            any of several
``("w", term)``             what ``with`` binds; ``("W", term)`` for ``async with``
``("e", term)``             an element got by iterating; ``("E", term)`` for ``async for``
``("n", term, position)``   one item of an unpacked value
``("y", term)``             what ``await`` gives
``("o", op, left, right)``  a binary operation, by the bare name of its special method
``("N", term, wider)``      an instance of the class or classes; ``wider`` is what it was known
                            as before a check said so, where there was one
``("M", term, position)``   what a class pattern captures by position
``("A", annotation, term)`` a value declared with an annotation
``("V", name, annotation)`` a type parameter, with its bound
``("v", function, term)``    a term of another function's body
==========================  ================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

__all__ = ["UNKNOWN", "Place", "Term", "defined", "leaves", "union"]

Term: TypeAlias = tuple[Any, ...] | None

Place: TypeAlias = tuple[int, int, int, int]
"""Line, column, end line, end column, as :class:`~refactor_agent.domain.place.Span`."""


UNKNOWN: Term = ("u", ())
"""What may be anything, where ``None`` would say that nothing stands there."""

_TOLD_APART = "#bdpqt"
"""Terms of which it matters that a value may be something unknown instead."""


def union(terms: list[Term]) -> Term:
    """Give the term for a value that is any of ``terms``.

    A union of one says that the value may be that, or something unknown.
    """
    known: list[Term] = []
    is_open = False
    for term in terms:
        parts = term[1] if term is not None and term[0] == "u" else (term,)
        is_open = is_open or term is None or (term[0] == "u" and len(parts) == 1)
        known.extend(part for part in parts if part is not None and part not in known)
    if not known:
        return None
    only = known[0] if len(known) == 1 else None
    return ("u", tuple(known)) if only is None or (is_open and only[0] in _TOLD_APART) else only


def defined(definitions: Sequence[Term], term: Term) -> Term:
    """Give what a term is bound to where it is a definition of its body; else the term."""
    return definitions[term[1]] if term is not None and term[0] == "l" else term


def leaves(definitions: Sequence[Term], term: Term) -> Iterator[tuple[Any, ...]]:
    """Give what a term is, or may be, behind the ``definitions`` of its body.

    A name read in a loop is a definition, because an earlier round may have bound it anew.
    """
    waiting, seen = [term], set[Term]()
    while waiting:
        term = waiting.pop()
        if term is None or term in seen:
            continue
        seen.add(term)
        if term[0] == "l":
            waiting.append(definitions[term[1]])
        elif term[0] == "u":
            waiting.extend(reversed(term[1]))
        elif term[0] == "N" and len(term) > 2 and term[2] is not None:
            waiting.append(term[2])
        else:
            yield term
