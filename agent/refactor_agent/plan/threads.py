"""What must not run on a worker thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from refactor_agent.domain.callgraph import Call
from refactor_agent.domain.place import Site
from refactor_agent.domain.plan import Refusal, Strategy
from refactor_agent.plan.colourable import is_context_manager
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.reasons import refuse
from refactor_agent.rulebook import Thread

__all__ = ["Subtree", "Threads"]

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
_MAKERS = frozenset({"__init__", "__post_init__", "model_post_init"})
"""Methods that run on an object nobody else has yet."""

_REASONS: Mapping[Thread, str] = MappingProxyType(
    {"bound": "thread-affine", "unsafe": "shared-unsafe-object"}
)


@dataclass(frozen=True)
class Subtree:
    """The project functions that a call runs, on whatever thread it runs."""

    functions: tuple[str, ...]
    made: frozenset[str]
    """Classes whose objects are made in it."""
    kinds: frozenset[str]
    """Packages of the thread-constrained library objects that are made in it."""


class _Hazards(NamedTuple):
    """What one function does that matters for threads."""

    callees: tuple[str, ...]
    """Sync project functions that it runs, or hands on as values."""
    classes: frozenset[str]
    """Classes of the project, without a constructor of their own, that it calls."""
    reasons: tuple[tuple[str, Site], ...]
    constrained: tuple[tuple[Call, Thread], ...]
    """Calls on thread-constrained library objects."""
    kinds: frozenset[str]
    gives_away: frozenset[str]
    """Thread-bound types whose objects it makes and does not use up itself."""


class Threads:
    """Says what must stay on the event loop's thread; looks at each function once."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._hazards = cache(self._hazards_of)
        self.subtree = cache(self._subtree)
        """Follow the sync calls below the roots, and functions handed on as values."""

    def refusals(self, moved: Subtree, subject: str, strategy: Strategy) -> Iterator[Refusal]:
        """Say why the functions of ``moved`` must stay on the loop's thread."""
        for name in moved.functions:
            hazards = self._hazards(name)
            writes = [w for w in self._facts.writes(name) if self._is_shared_write(moved, name, w)]
            if writes:
                names = ", ".join(writes)
                yield refuse("shared-state", name, self._facts.site(name), strategy, names)
            for reason, site in hazards.reasons:
                yield refuse(reason, subject, site, strategy)
            for call, thread in hazards.constrained:
                if not self._is_own(moved, call, thread):
                    yield refuse(
                        _REASONS[thread], subject, call.site, strategy, call.receiver or ""
                    )
            if hazards.gives_away and not self._is_entered(name):
                about = ", ".join(sorted(hazards.gives_away))
                yield refuse("thread-affine", name, self._facts.site(name), strategy, about)

    def makes(self, function: str, kind: str) -> bool:
        """Say whether ``function`` makes an object of the library type ``kind``, or a kin of it."""
        return _package(kind) in self._hazards(function).kinds

    def _subtree(self, roots: tuple[str, ...]) -> Subtree:
        found = dict.fromkeys(name for name in roots if self._facts.function(name))
        waiting = list(found)
        while waiting:
            for name in self._hazards(waiting.pop()).callees:
                if name not in found:
                    found[name] = None
                    waiting.append(name)
        made = {name.removesuffix(".__init__") for name in found if name.endswith(".__init__")}
        made.update(root for root in roots if root not in found)
        made.update(*(self._hazards(name).classes for name in found))
        kinds = frozenset[str]().union(*(self._hazards(name).kinds for name in found))
        return Subtree(tuple(found), frozenset(made), kinds)

    def _hazards_of(self, name: str) -> _Hazards:
        calls = self._facts.graph.calls_in(name)
        book = self._facts.book
        inner = [c for call in calls if not call.offloaded for c in call.callees]
        projects = [c for c in (*inner, *self._facts.held_by(name)) if self._facts.function(c)]
        made = [kind for call in calls for kind in self._made_by(call)]
        threads = [(c, book.thread(c.receiver)) for c in calls if c.receiver is not None]
        return _Hazards(
            tuple(c for c in projects if not self._facts.graph.functions[c].is_async),
            frozenset(c for c in inner if c not in projects),
            tuple((reason, call.site) for call in calls for reason in self._reasons(call)),
            tuple((call, thread) for call, thread in threads if thread != "any"),
            frozenset(_package(kind) for kind in made),
            self._gives_away(calls),
        )

    def _made_by(self, call: Call) -> Iterator[str]:
        for callee in call.callees:
            made = self._facts.book.returns(callee)
            if made is not None and self._facts.book.thread(made) != "any":
                yield made

    def _reasons(self, call: Call) -> Iterator[str]:
        callees = {self._facts.book.canonical(callee) for callee in call.callees}
        if any(_needs_loop(callee) for callee in callees):
            yield "uses-the-loop"
        if callees & _CONTEXT_CALLS:
            yield "context-variable"
        if callees & _MAIN_THREAD_CALLS:
            yield "main-thread"

    def _is_own(self, moved: Subtree, call: Call, thread: Thread) -> bool:
        """Say whether the receiver of ``call`` was made by the moved code."""
        if call.receiver_origin == "parameter":
            return _package(call.receiver or "") in moved.kinds
        if call.receiver_origin == "self" and thread == "unsafe":
            caller = self._facts.function(call.caller)
            return caller is not None and caller.owner in moved.made
        return call.receiver_origin in {"local", "result"}

    def _is_entered(self, name: str) -> bool:
        """Say whether what ``name`` makes is used within a ``with``, on its user's thread."""
        function = self._facts.function(name)
        return function is not None and is_context_manager(function)

    def _is_shared_write(self, moved: Subtree, name: str, write: str) -> bool:
        if write.startswith(("self.", "cls.")):
            function = self._facts.function(name)
            fresh = function is not None and function.owner in moved.made
            fresh = fresh or name.rpartition(".")[2] in _MAKERS
            return not (fresh and write.startswith("self."))
        scopes = write.split(".")
        return not any(".".join(scopes[:end]) in moved.functions for end in range(1, len(scopes)))

    def _gives_away(self, calls: Sequence[Call]) -> frozenset[str]:
        book = self._facts.book
        kinds = (kind for call in calls if call.receiver is None for kind in self._made_by(call))
        made = {kind for kind in kinds if book.thread(kind) == "bound"}
        used = {call.receiver for call in calls if call.receiver_origin in {"local", "result"}}
        return frozenset(kind for kind in made if kind not in used)


def _package(kind: str) -> str:
    """Give the top-level package of a library type."""
    return kind.partition(".")[0]


def _needs_loop(callee: str) -> bool:
    bare = callee.rpartition(".")[2]
    return (
        callee.startswith(_LOOP_PACKAGES)
        and callee not in _NEEDS_NO_LOOP
        and not bare.endswith(("Error", "threadsafe"))
    )
