"""What type a call gives, and whether objects of it carry blocking work along."""

from __future__ import annotations

import libcst as cst
import libcst.matchers as m

from refactor_agent.convert.source import Source
from refactor_agent.rulebook import RuleBook

__all__ = ["LAZY", "gives_async", "is_decided", "is_lazy", "is_stateful", "result_kind"]

LAZY = "collections.abc.Iterator[object]"
"""The type of what does its work while it is read."""
_CONSTANTS = m.Name("True") | m.Name("False") | m.Name("None")
_LAZY_PREFIXES = ("collections.abc.Iterator[", "collections.abc.Generator[")


def result_kind(book: RuleBook, source: Source, call: cst.Call, callee: str) -> str | None:
    """Give the type of a call's result, which an argument may change: ``stream=True``."""
    found = book.blocking(callee)
    given = {
        f"{arg.keyword.value}={source.code(arg.value)}"
        for arg in call.args
        if arg.keyword is not None
    }
    for argument, kind in found[1].results.items() if found is not None else ():
        if argument in given:
            return kind
    return book.returns(callee)


def gives_async(book: RuleBook, source: Source, call: cst.Call, callee: str) -> bool:
    """Say whether what the call gives has an async form of its own: a stream, say."""
    kind = result_kind(book, source, call, callee)
    return kind is not None and book.async_type(kind) is not None


def is_decided(book: RuleBook, call: cst.Call, callee: str) -> bool:
    """Say whether the source shows which type a call gives, where an argument decides that.

    ``stream=wanted`` and ``**options`` don't.
    """
    found = book.blocking(callee)
    deciding = {told.partition("=")[0] for told in found[1].results} if found is not None else ()
    return not deciding or all(
        not arg.star.startswith("**")
        and (
            arg.keyword is None
            or arg.keyword.value not in deciding
            or m.matches(arg.value, _CONSTANTS)
        )
        for arg in call.args
    )


def is_lazy(book: RuleBook, kind: str) -> bool:
    """Say whether reading an object of this type blocks at each step: ``Path.glob``.

    Files do so too, but may also be used one call at a time.
    """
    if kind.startswith(_LAZY_PREFIXES):
        return True
    return book.thread(kind) == "any" and book.blocking(f"{kind}.__next__") is not None


def is_stateful(book: RuleBook, kind: str) -> bool:
    """Say whether the uses of an object belong on one thread, or are its blocking work."""
    return is_lazy(book, kind) or book.thread(kind) != "any"
