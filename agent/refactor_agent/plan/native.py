"""Native: what can be awaited all the way down to an async equivalent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from refactor_agent.domain.plan import Dependency, Refusal
from refactor_agent.edit import are_apart, normalized
from refactor_agent.plan.edges import Edge
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.kept import KeptClients
from refactor_agent.plan.places import place_refusals
from refactor_agent.plan.reasons import refuse
from refactor_agent.plan.shared import SharedClients
from refactor_agent.plan.stays import Stays
from refactor_agent.rulebook import NativeCall

__all__ = ["NativeLeaves", "Permitted", "PlainLeaves"]


class Permitted(NamedTuple):
    """Distributions that new code may import, by their normalised names."""

    declared: Mapping[str, str]
    """What the target depends on, and the versions it asks for."""
    allowed: Collection[str]
    """What its settings let a change add."""
    optional: Mapping[str, str]
    """What its extras ask for: code that imports it may go on to, and no other."""


class NativeLeaves:
    """Which blocking calls have an async equivalent that fits where they stand."""

    def __init__(
        self,
        facts: Facts,
        kept: KeptClients,
        shared: SharedClients,
        permitted: Permitted,
        stays: Stays,
    ) -> None:
        self._facts = facts
        self._kept = kept
        self._shared = shared
        self._permitted = permitted
        self._stays = stays

    def native(self, edge: Edge) -> NativeCall | None:
        """Give the equivalent of a leaf, if any."""
        return self._facts.book.native(edge.written.callees[0])

    def refusals(self, edge: Edge) -> tuple[Refusal, ...]:
        """Say why the blocking call of ``edge`` can't be replaced; empty when it can."""
        steps = edge if edge.maker is not None else None
        edge = edge.written
        native = self.native(edge)
        if native is None:
            return (self._refuse("no-async-equivalent", edge),)
        if stays := self._stays.refusals(steps or edge, "native", "native"):
            return stays
        if steps is not None and not self._reads_async(steps, native):
            return (self._refuse("loop-step", steps),)
        reasons = [
            *self._dependency(native),
            *self._receiver(edge, native),
            *self._result(edge, native),
        ]
        if self._is_read_async(edge, native):
            return tuple(self._refuse(reason, edge) for reason in reasons)
        placed = place_refusals(self._facts, edge, "native")
        return (*placed, *(self._refuse(reason, edge) for reason in reasons))

    def gains(self, edge: Edge) -> bool:
        """Say whether the callers of a leaf should become async for the sake of its equivalent.

        Not where a thread does just the same, of which the whole of a helper is one call.
        """
        native = self.native(edge)
        return not self.refusals(edge) and (native is None or native.vendored is None)

    def kept_by(self, edge: Edge) -> str | None:
        """Name what changes with ``edge``: the constructor whose object keeps the client.

        Or, by file and variable, the client that a module shares.
        """
        native = self.native(edge) if edge.is_leaf and not self.refusals(edge) else None
        edge = edge.written
        if native is None or native.types is None or native.half or edge.call is None:
            return None
        return self._kept.maker(edge.call) or self._shared.key(edge.call)

    def is_plain(self, edge: Edge) -> bool:
        """Say whether one call of the standard library is replaced by another, and nothing else."""
        return edge.is_leaf and self._is_plain(edge) and not self.refusals(edge)

    def dependency(self, edge: Edge) -> Dependency | None:
        """Give what the target must newly declare for the equivalent of ``edge``."""
        native = self.native(edge)
        if native is None or native.distribution is None or self._is_at_hand(native):
            return None
        return Dependency(distribution=native.distribution, specifier=native.versions)

    def _is_plain(self, edge: Edge) -> bool:
        native = self.native(edge)
        if native is None or native.distribution or native.types or native.opened:
            return False
        return not native.vendored  # a thread does the same, and what tests patch stays in place

    def _refuse(self, reason: str, edge: Edge) -> Refusal:
        return refuse(reason, edge.callees[0], edge.site, "native")

    def _dependency(self, native: NativeCall) -> Iterator[str]:
        name = normalized(native.distribution or "")
        if name and not self._is_at_hand(native) and name not in self._permitted.allowed:
            yield "dependency-not-declared"
        ranges = (*self._facts.book.checked_ranges(native.rule), (name, native.versions))
        asked = {**self._permitted.optional, **self._permitted.declared}
        if any(are_apart(asked.get(one, ""), versions) for one, versions in ranges):
            yield "version-not-checked"

    def _is_at_hand(self, native: NativeCall) -> bool:
        """Say whether the target depends on what has the async side, where it is imported."""
        name = normalized(native.distribution or "")
        found = self._facts.book.blocking(native.callee)
        own = normalized(found[0].distribution or "") if found is not None else ""
        is_own = name == own and name in self._permitted.optional
        return is_own or name in self._permitted.declared

    def _receiver(self, edge: Edge, native: NativeCall) -> Iterator[str]:
        """Check that the object whose type changes belongs to this function alone."""
        call = edge.call
        if native.types is None or call is None:
            return
        kind = native.types[0]
        if native.half is not None:
            yield from self._of_half(edge, kind)
            return
        if self._kept.may_change(call) or self._shared.key(call):
            return
        made_here = any(
            self._makes_client(callee, native.rule)
            for other in self._facts.graph.calls_in(edge.function)
            for callee in other.callees
        )
        if call.receiver_origin not in {"local", "result"} or not made_here:
            yield "client-not-local"
        if self._is_passed_on(edge.function, kind) or self._is_used_by_callers(edge, kind):
            yield "client-escapes"
        for other in self._facts.edges(edge.function):
            same = other.call is not None and other.call.receiver == call.receiver
            if same and self.native(other) is None:
                yield "no-async-equivalent"

    def _of_half(self, edge: Edge, kind: str) -> Iterator[str]:
        """Check that what is called is reached here by a client that has an async half."""
        calls = self._facts.graph.calls_in(edge.function)
        makers = (c for c in calls if any(self._makes(name, kind) for name in c.callees))
        ways = (edge.call, *makers)
        if not any(way and way.holder and self._facts.book.half(way.holder) for way in ways):
            yield "client-not-local"
        if self._is_passed_on(edge.function, kind) or self._is_used_by_callers(edge, kind):
            yield "client-escapes"

    def _makes(self, callee: str, kind: str) -> bool:
        return self._facts.book.returns(callee) == kind

    def _is_read_async(self, edge: Edge, native: NativeCall) -> bool:
        """Say whether a loop reads what another call of the function gives, as ``async for`` may.

        The loop changes along with that call.
        """
        steps = edge.call is None and native.target.endswith(".__anext__")
        return steps and any(
            other.call is not None and other.rule == edge.rule and not self.refusals(other)
            for other in self._facts.edges(edge.function)
        )

    def _reads_async(self, steps: Edge, native: NativeCall) -> bool:
        """Say whether ``async for`` takes the ``steps`` of a loop over what its call gives."""
        found = map(self._facts.book.native, steps.callees)
        return native.iterator or any(
            step is not None and step.target.endswith(".__anext__") for step in found
        )

    def _makes_client(self, callee: str, rule: str) -> bool:
        """Say whether ``callee`` makes the object that a client's resources hang on."""
        made = self._facts.book.returns(callee)
        other = None if made is None else self._facts.book.async_type(made)
        return other is not None and other.rule == rule

    def _result(self, edge: Edge, native: NativeCall) -> Iterator[str]:
        """Check that no other function gets an object of the sync library to work on."""
        if native.vendored:
            return
        made = self._facts.book.returns(edge.callees[0])
        if made is None or _package(made) != _package(self._facts.book.canonical(edge.callees[0])):
            return
        if _package(native.target) == _package(made) and not self._facts.book.async_type(made):
            return
        if self._is_passed_on(edge.function, made) or self._is_used_by_callers(edge, made):
            yield "result-escapes"

    def _is_passed_on(self, function: str, kind: str) -> bool:
        return any(
            kind in call.argument_types
            and any(self._facts.function(callee) for callee in call.callees)
            for call in self._facts.graph.calls_in(function)
        )

    def _is_used_by_callers(self, edge: Edge, kind: str) -> bool:
        callers = {call.caller for call in self._facts.graph.calls_of(edge.function)}
        return any(
            kind == call.receiver or kind in call.argument_types
            for caller in callers - {edge.function}
            for call in self._facts.graph.calls_in(caller)
        )


class PlainLeaves(NativeLeaves):
    """Only what the standard library has an async form of: everything else may go to a thread."""

    def refusals(self, edge: Edge) -> tuple[Refusal, ...]:
        """Say why the blocking call of ``edge`` is not replaced; empty when it is."""
        found = super().refusals(edge)
        if found or self._is_plain(edge):
            return found
        return (self._refuse("no-async-equivalent", edge),)


def _package(name: str) -> str:
    return name.partition(".")[0]
