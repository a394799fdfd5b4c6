"""Special methods that a class has from a base of the standard library."""

from __future__ import annotations

from refactor_agent.asyncify.leaves.member import Member
from refactor_agent.asyncify.special import ASYNC_NAMES
from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass

__all__ = ["provided"]

_ENTERED = frozenset({"__aenter__", "__aexit__"})
_READ = frozenset({"__aiter__", "__anext__"})
_PROVIDED = {
    "AsyncContextManager": _ENTERED,
    "AbstractAsyncContextManager": _ENTERED,
    "AsyncIterable": _READ - {"__anext__"},
    "AsyncIterator": _READ,
    "AsyncGenerator": _READ,
}
"""By the last name of an abstract base of ``typing``, ``collections.abc`` or ``contextlib``."""
_HOMES = ("typing.", "typing_extensions.", "collections.abc.", "contextlib.")


def provided(evaluator: Evaluator, cls: ProjectClass, name: str) -> Member | None:
    """Give what a base of the async class ``cls`` provides for the special method ``name``."""
    wanted = ASYNC_NAMES.get(name, "")
    for base in linearise(evaluator, cls) if wanted else ():
        if not isinstance(base, str) or not base.startswith(_HOMES):
            continue
        if wanted in _PROVIDED.get(base.rpartition(".")[2], ()):
            return Member(wanted, awaited=wanted != "__aiter__")
    return None
