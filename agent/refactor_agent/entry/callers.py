"""Sync code outside that goes on calling what has become async."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from refactor_agent.domain.callgraph import CallGraph
from refactor_agent.domain.plan import Refusal

__all__ = ["About", "called_from_a_loop", "left_behind"]


class About(NamedTuple):
    """A refusal, and what can't change because of it."""

    file: str | None
    """The file; none: all of them."""
    refusal: Refusal
    function: str = ""
    """The function of the file, where it is about one; else it is about the whole of it, unless
    the refusal's own site is in it."""


def left_behind(
    graph: CallGraph,
    coloured: Collection[str],
    faces: Collection[str],
    wrappers: Collection[str] = (),
) -> Iterator[About]:
    """Say which code that stays sync calls, or hands on, any of ``coloured``; tests left out.

    Functions in ``faces``, and those that were async before, can be called as they were. The
    ``wrappers`` of decorators are called by who calls what they lie around.
    """
    for name in sorted(coloured):
        function = graph.functions.get(name)
        if name in faces or name in wrappers:
            continue
        if function is None or function.is_test or function.is_async:
            continue
        users = [(call.caller, call.site, "calls") for call in graph.calls_of(name)]
        users += [(ref.holder, ref.site, "hands on") for ref in graph.references_to(name)]
        for user, site, does in users:
            if user in coloured or _is_test(graph, user, site.file):
                continue
            message = (
                f"{user} {does} {name} and stays sync; {_remedy(graph, user, does)}, or use --twin"
            )
            refusal = Refusal(reason="sync-caller", message=message, site=site)
            yield About(function.file, refusal, name)


def _remedy(graph: CallGraph, user: str, does: str) -> str:
    if user in graph.modules and does == "hands on":
        return "see that who takes it there awaits it"
    if user in graph.modules:
        return "nothing can wait at an import: move it into a function"
    function = graph.functions.get(user)
    if function is not None and function.is_async:
        return "have it awaited there"
    return "name it with --entry too"


def called_from_a_loop(
    graph: CallGraph, coloured: Collection[str], faces: Collection[str]
) -> Iterator[About]:
    """Say which code that is async now calls one of ``faces``, which would start a second loop."""
    for name in sorted(faces):
        for call in graph.calls_of(name):
            caller = graph.functions.get(call.caller)
            if caller is None or caller.is_test or not (caller.is_async or caller.name in coloured):
                continue
            message = f"{caller.name} calls {name}, a command, from a loop that runs; part the two"
            refusal = Refusal(reason="command-from-a-loop", message=message, site=call.site)
            yield About(graph.functions[name].file, refusal, name)


def _is_test(graph: CallGraph, user: str, file: str) -> bool:
    function = graph.functions.get(user)
    if function is not None:
        return function.is_test
    return any(other.is_test for other in graph.functions.values() if other.file == file)
