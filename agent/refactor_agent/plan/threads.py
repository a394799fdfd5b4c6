"""What must not run on a worker thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from refactor_agent.domain.callgraph import Call, Origin
from refactor_agent.domain.plan import Refusal, Strategy
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.reasons import refuse

__all__ = ["Subtree", "creates", "subtree", "subtree_refusals"]

_LOOP_PACKAGES = ("asyncio.", "anyio.", "trio.", "curio.")
_NEEDS_NO_LOOP = frozenset(
    {
        "asyncio.run",
        "asyncio.run_coroutine_threadsafe",
        "asyncio.iscoroutine",
        "asyncio.iscoroutinefunction",
        "anyio.from_thread.run",
        "anyio.from_thread.run_sync",
    }
)
_CONTEXT_CALLS = frozenset({"contextvars.ContextVar.set", "contextvars.ContextVar.reset"})
_MAIN_THREAD_CALLS = frozenset(
    {"signal.signal", "signal.set_wakeup_fd", "signal.setitimer", "faulthandler.register"}
)
_SHARED: frozenset[Origin] = frozenset({"self", "class", "module", "unknown"})


@dataclass(frozen=True)
class Subtree:
    """The project functions that a call runs, on whatever thread it runs."""

    functions: tuple[str, ...]
    calls: tuple[Call, ...]
    made: frozenset[str]
    """Classes whose objects are made in it."""


def subtree(facts: Facts, roots: Sequence[str]) -> Subtree:
    """Follow the sync calls below ``roots``, and functions handed on as values."""
    found: dict[str, None] = dict.fromkeys(name for name in roots if facts.function(name))
    waiting = list(found)
    while waiting:
        for name in _runs(facts, waiting.pop()):
            if name not in found:
                found[name] = None
                waiting.append(name)
    calls = tuple(call for name in found for call in facts.graph.calls_in(name))
    made = {name.removesuffix(".__init__") for name in found if name.endswith(".__init__")}
    made.update(callee for call in calls for callee in call.callees if callee not in found)
    return Subtree(tuple(found), calls, frozenset(made))


def _runs(facts: Facts, name: str) -> Iterator[str]:
    called = [c for call in facts.graph.calls_in(name) if not call.offloaded for c in call.callees]
    for target in (*called, *facts.held_by(name)):
        function = facts.function(target)
        if function is not None and not function.is_async:
            yield target


def subtree_refusals(
    facts: Facts, moved: Subtree, subject: str, strategy: Strategy
) -> Iterator[Refusal]:
    """Say why the functions of ``moved`` must stay on the loop's thread."""
    for name in moved.functions:
        if any(_is_shared_write(moved, name, write, facts) for write in facts.writes(name)):
            yield refuse("shared-state", name, facts.site(name), strategy)
    for call in moved.calls:
        for reason in _call_reasons(facts, moved, call):
            yield refuse(reason, subject, call.site, strategy)
    for name in moved.functions:
        if _gives_away(facts, name):
            yield refuse("thread-affine", name, facts.site(name), strategy)


def creates(facts: Facts, calls: Sequence[Call], kind: str) -> bool:
    """Say whether one of ``calls`` makes an object of the library type ``kind``, or a kin of it."""
    package = kind.partition(".")[0]
    return any(
        (made := facts.book.returns(callee)) is not None
        and made.partition(".")[0] == package
        and facts.book.thread(made) != "any"
        for call in calls
        for callee in call.callees
    )


def _call_reasons(facts: Facts, moved: Subtree, call: Call) -> Iterator[str]:
    callees = {facts.book.canonical(callee) for callee in call.callees}
    if any(_needs_loop(callee) for callee in callees):
        yield "uses-the-loop"
    if callees & _CONTEXT_CALLS:
        yield "context-variable"
    if callees & _MAIN_THREAD_CALLS:
        yield "main-thread"
    if call.receiver is not None:
        thread = facts.book.thread(call.receiver)
        if thread != "any" and not _is_own(facts, moved, call, bound=thread == "bound"):
            yield "thread-affine" if thread == "bound" else "shared-unsafe-object"


def _needs_loop(callee: str) -> bool:
    bare = callee.rpartition(".")[2]
    return (
        callee.startswith(_LOOP_PACKAGES)
        and callee not in _NEEDS_NO_LOOP
        and not bare.endswith(("Error", "threadsafe"))
    )


def _is_own(facts: Facts, moved: Subtree, call: Call, *, bound: bool) -> bool:
    """Say whether the receiver of ``call`` was made by the moved code."""
    assert call.receiver is not None  # noqa: S101 - asked for receivers only
    if call.receiver_origin in {"local", "result"}:
        return True
    if call.receiver_origin == "parameter":
        return creates(facts, moved.calls, call.receiver)
    if call.receiver_origin == "self" and not bound:
        caller = facts.function(call.caller)
        return caller is not None and caller.owner in moved.made
    return call.receiver_origin not in _SHARED


def _is_shared_write(moved: Subtree, name: str, write: str, facts: Facts) -> bool:
    if write.startswith(("self.", "cls.")):
        function = facts.function(name)
        fresh = function is not None and function.owner in moved.made
        return not (fresh and write.startswith("self."))
    return not any(write.startswith(f"{other}.") for other in moved.functions)


def _gives_away(facts: Facts, name: str) -> bool:
    """Say whether ``name`` makes a thread-bound object that it does not use up itself."""
    calls = facts.graph.calls_in(name)
    made = {
        kind
        for call in calls
        for callee in call.callees
        if (kind := facts.book.returns(callee)) is not None
        and facts.book.thread(kind) == "bound"
        and call.receiver is None
    }
    used = {call.receiver for call in calls if call.receiver_origin in {"local", "result"}}
    return bool(made - used)
