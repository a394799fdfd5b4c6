"""Clients that an object keeps, and whether all that uses one is in sight.

An async client belongs to one event loop (H-L2 in the catalogue of hazards) and is awaited by
everything that uses it. So the attribute must be its class's own, and the objects of the class
must be made by code that a loop runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property

from refactor_agent.domain.callgraph import Call
from refactor_agent.plan.attributes import Attributes
from refactor_agent.plan.facts import Facts

__all__ = ["KeptClients"]


class KeptClients:
    """Which clients on ``self`` may become async."""

    def __init__(self, facts: Facts, attributes: Attributes) -> None:
        self._facts = facts
        self._attributes = attributes
        self._judged = cache(self._judge)

    def may_change(self, call: Call) -> bool:
        """Say whether the client behind ``call`` may become async, as far as a plan can see."""
        maker = self.maker(call)
        attribute = self._attributes.called_on(call) if maker is not None else None
        if maker is None or attribute is None:
            return False
        return self._judged(maker.removesuffix(".__init__"), attribute)

    def maker(self, call: Call) -> str | None:
        """Name the constructor of the object that keeps the client behind ``call``."""
        function = self._facts.function(call.caller)
        if call.receiver_origin != "self" or function is None or function.owner is None:
            return None
        name = f"{function.owner}.__init__"
        return name if self._facts.function(name) is not None else None

    def _judge(self, owner: str, attribute: str) -> bool:
        return (
            self._attributes.is_own(owner.rpartition(".")[2], attribute)
            and self._is_awaitable(owner, attribute)
            and self._is_made_on_a_loop(owner)
        )

    def _is_awaitable(self, owner: str, attribute: str) -> bool:
        """Say whether every method that uses the attribute is async, or below one that is."""
        return all(
            is_async or method == "__init__" or f"{owner}.{method}" in self._below
            for method, is_async in self._attributes.users(owner.rpartition(".")[2], attribute)
        )

    @cached_property
    def _below(self) -> frozenset[str]:
        """Name the functions that async ones run into what blocks."""
        return frozenset(self._walk(self._facts.entries))

    def _walk(self, entries: tuple[str, ...]) -> Iterator[str]:
        seen, waiting = set(entries), [*entries]
        while waiting:
            name = waiting.pop()
            yield name
            for edge in self._facts.edges(name):
                fresh = [one for one in edge.callees if one not in seen and not edge.is_leaf]
                seen.update(fresh)
                waiting.extend(fresh)

    def _is_made_on_a_loop(self, owner: str) -> bool:
        """Say whether every object of the class is made by code that a loop runs."""
        names = (owner, f"{owner}.__init__")
        makers = {call.caller for name in names for call in self._facts.graph.calls_of(name)}
        return bool(makers) and all(self._runs_on_a_loop(name, frozenset()) for name in makers)

    def _runs_on_a_loop(self, name: str, seen: frozenset[str]) -> bool:
        function = self._facts.function(name)
        if function is None or function.is_async or function.is_test:
            return function is not None  # what tests do with it, the gate sees
        if name in seen or function.exported or self._facts.graph.references_to(name):
            return False
        callers = {call.caller for call in self._facts.graph.calls_of(name)}
        return bool(callers) and all(self._runs_on_a_loop(one, seen | {name}) for one in callers)
