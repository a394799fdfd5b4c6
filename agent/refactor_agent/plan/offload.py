"""Offload: the call by which an async function blocks goes to a worker thread."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from refactor_agent.domain.callgraph import Call
from refactor_agent.domain.plan import Refusal
from refactor_agent.plan.colourable import is_context_manager
from refactor_agent.plan.edges import Edge
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.places import place_refusals
from refactor_agent.plan.quiet import (
    is_read_at_once,
    quiet_block,
    quiet_opener,
    runs_in_quiet_loop,
)
from refactor_agent.plan.reasons import refuse
from refactor_agent.plan.sources import Sources
from refactor_agent.plan.stays import Stays
from refactor_agent.plan.threads import Threads
from refactor_agent.plan.tied import tied_refusals
from refactor_agent.rulebook import CHEAP

__all__ = ["Offloads", "is_cheap"]


class Offloads:
    """Which calls may go to a worker thread."""

    def __init__(self, facts: Facts, threads: Threads, sources: Sources, stays: Stays) -> None:
        self._facts = facts
        self._threads = threads
        self._sources = sources
        self._stays = stays
        self._below = cache(self._refusals_below)
        self._alone = cache(self._refusals_alone)

    def refusals(self, edge: Edge) -> tuple[Refusal, ...]:
        """Say why ``edge`` can't be offloaded where it stands; empty when it can.

        Calls on one object that is not free to move go together or not at all.
        """
        return self._alone(edge) or tied_refusals(self._facts, self._alone, edge)

    def _refusals_alone(self, edge: Edge) -> tuple[Refusal, ...]:
        if edge.is_leaf and edge.call is None:
            return () if self._opened_here(edge) else (_in_loop_step(edge),)
        found = [*self._where_it_stands(edge), *self._at_the_call(edge)]
        found.extend(self._stays.refusals(edge, "offload", "offload"))
        if not edge.is_leaf:
            found.extend(self._of_callees(edge))
            found.extend(self._given_away(edge))
        if not found and is_cheap(edge) and _in_loop(edge) and not self._goes_along(edge):
            found.append(refuse("cheaper-than-a-hop", edge.callees[0], edge.site, "offload"))
        return tuple(dict.fromkeys(found))

    def _of_callees(self, edge: Edge) -> Iterator[Refusal]:
        """Check what runs behind the call; a block that it opens goes along, where it may."""
        below = self._below(self._roots(edge))
        opens = any(refusal.reason == "context-manager" for refusal in below)
        block = quiet_block(self._sources, edge) if opens else None
        if block is None:
            yield from below
            return
        yield from (refusal for refusal in below if refusal.reason != "context-manager")
        for call in self._facts.graph.calls_in(edge.function):
            if call is not edge.call and block.holds(call.site.span):
                if not call.callees:
                    yield refuse("unclear-callee", edge.callees[0], call.site, "offload")
                    return
                yield from self._below(call.callees)
                for refusal in self._objects_of(edge, call):
                    if refusal.reason != "made-elsewhere":
                        yield refusal

    def _where_it_stands(self, edge: Edge) -> Iterator[Refusal]:
        for refusal in place_refusals(self._facts, edge, "offload"):
            in_generator = refusal.reason == "generator-expression"
            if not (in_generator and is_read_at_once(self._sources, edge)):
                yield refusal

    def _at_the_call(self, edge: Edge) -> Iterator[Refusal]:
        """Check the receiver and the arguments, which belong to the async function."""
        call = edge.call
        if call is None:
            return
        if call.awaited:
            yield refuse("returns-awaitable", edge.callees[0], edge.site, "offload")
        if edge.is_leaf and edge.callees[0].endswith(".acquire"):
            yield refuse("takes-a-lock", edge.callees[0], edge.site, "offload")
        for each in self._facts.calls_within(edge) if edge.is_handed_on else (call,):
            yield from self._objects_of(edge, each)

    def _opened_here(self, edge: Edge) -> bool:
        """Say whether what is looped over is opened here, by a call that blocks as well.

        The block that goes to the thread then holds both.
        """
        return any(
            other.call is not None and other.rule == edge.rule
            for other in self._facts.edges(edge.function)
        )

    def _goes_along(self, edge: Edge) -> bool:
        """Say whether one hop takes the call along with others: its loop, or its whole block.

        A plain function is not turned async for what costs so little.
        """
        function = self._facts.function(edge.function)
        is_async = function is not None and function.is_async
        quiet = is_async and runs_in_quiet_loop(self._sources, edge)
        return quiet or self._shares_a_block(edge)

    def _shares_a_block(self, edge: Edge) -> bool:
        """Say whether the object was opened here, so that one hop takes the whole block."""
        receiver = edge.call.receiver if edge.call else None
        if receiver is None or self._facts.book.thread(receiver) == "any":
            return False
        return self._threads.makes(edge.function, receiver)

    def _objects_of(self, edge: Edge, call: Call) -> Iterator[Refusal]:
        if edge.is_handed_on and _works_on_shared_container(call):
            yield refuse("shared-state", edge.callees[0], edge.site, "offload")
        for kind, is_receiver in _objects(call):
            thread = self._facts.book.thread(kind)
            if thread == "any":
                continue
            origin_fits = call.receiver_origin in {"local", "result"} or not is_receiver
            own = origin_fits and self._threads.makes(edge.function, kind)
            reason = "thread-affine" if thread == "bound" else "shared-unsafe-object"
            if thread == "unsafe" and self._is_local(call, is_receiver=is_receiver):
                own = own or self._goes_with_opener(edge)
                reason = "made-elsewhere"
            if not own or (thread == "bound" and not edge.is_leaf):
                yield refuse(reason, edge.callees[0], edge.site, "offload", kind)

    def _goes_with_opener(self, edge: Edge) -> bool:
        """Say whether the block that a context manager opens goes to a thread, the call within."""
        opener = quiet_opener(self._sources, edge)
        return any(
            not other.is_leaf and not self._alone(other)
            for other in self._facts.edges(edge.function)
            if other.site.file == edge.site.file and other.site.span == opener
        )

    def _is_local(self, call: Call, *, is_receiver: bool) -> bool:
        """Say whether the object is this function's own, though another function made it."""
        if is_receiver:
            return call.receiver_origin in {"local", "result"}
        calls = self._facts.graph.calls_in(call.caller)
        functions = (self._facts.function(callee) for other in calls for callee in other.callees)
        return any(function is not None and is_context_manager(function) for function in functions)

    def _roots(self, edge: Edge) -> tuple[str, ...]:
        """Name what runs on the thread: the callees, and what a lambda handed on calls."""
        calls = [edge.call] if edge.call else []
        if edge.is_handed_on:
            calls.extend(self._facts.calls_within(edge))
        return tuple(dict.fromkeys((*edge.callees, *(c for call in calls for c in call.callees))))

    def _refusals_below(self, roots: tuple[str, ...]) -> tuple[Refusal, ...]:
        found = list(self._threads.refusals(self._threads.subtree(roots), roots[0], "offload"))
        for name in roots:
            function = self._facts.function(name)
            if function is not None and function.is_generator:
                reason = "context-manager" if is_context_manager(function) else "generator"
                found.append(refuse(reason, name, self._facts.site(name), "offload"))
        return tuple(found)

    def _given_away(self, edge: Edge) -> Iterator[Refusal]:
        """Check that no thread-bound object made below is used here afterwards."""
        moved = self._threads.subtree(edge.callees)
        for call in self._facts.graph.calls_in(edge.function):
            if call is edge.call:
                continue
            for kind, _ in _objects(call):
                is_bound = self._facts.book.thread(kind) == "bound"
                if is_bound and kind.partition(".")[0] in moved.kinds:
                    yield refuse("thread-affine", edge.callees[0], call.site, "offload", kind)


def _in_loop_step(edge: Edge) -> Refusal:
    return refuse("loop-step", edge.callees[0], edge.site, "offload")


def is_cheap(edge: Edge) -> bool:
    """Say whether the call costs less than handing it to a thread."""
    return edge.is_leaf and edge.weight <= CHEAP


def _in_loop(edge: Edge) -> bool:
    frames = edge.call.frames if edge.call else ()
    return "loop" in frames or "comprehension" in frames


def _works_on_shared_container(call: Call) -> bool:
    """Say whether it is a method such as ``self.items.sort``."""
    is_container = (call.receiver or "").startswith("builtins.")
    return is_container and call.receiver_origin not in {"local", "result"}


def _objects(call: Call) -> Iterator[tuple[str, bool]]:
    if call.receiver is not None:
        yield call.receiver, True
    for kind in call.argument_types:
        yield kind, False
