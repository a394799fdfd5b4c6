"""Library classes that have an async side with the same arguments: client to async client."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from refactor_agent.domain.callgraph import Call, CallGraph
from refactor_agent.domain.plan import Refusal
from refactor_agent.edit import normalized
from refactor_agent.entry.keywords import Keywords
from refactor_agent.rulebook import Arguments, AsyncType, RuleBook

__all__ = ["Pairs"]


class Pairs:
    """Which of the calls that block become async with the class of their object.

    Only where nothing has to be written out at any call: where arguments differ, each call is
    converted on its own, or handed to a thread.
    """

    def __init__(
        self,
        book: RuleBook,
        graph: CallGraph,
        usable: Collection[str],
        keywords: Keywords,
    ) -> None:
        """Take the distributions, normalised, that the project declares or allows."""
        self._book = book
        self._graph = graph
        self._usable = usable
        self._keywords = keywords

    def of(self, calls: Iterable[Call]) -> tuple[Mapping[str, str], tuple[Refusal, ...]]:
        """Give the classes, and the functions that make their instances, with their async side.

        The refusals say which are left out although there is one.
        """
        found: dict[str, str] = {}
        kinds: dict[str, str] = {}
        spoilt: dict[str, Refusal] = {}
        for call in calls:
            pair = dict(self._pair(call))
            found.update(pair)
            kinds.update(dict.fromkeys(pair, next(iter(pair), "")))
            for sync in pair:
                spoilt.update((sync, why) for why in self._against(call, sync))
        spoilt.update((sync, why) for sync in found for why in self._made_unlike(sync))
        bad = {kinds[sync] for sync in spoilt}
        kept = {sync: aio for sync, aio in found.items() if kinds[sync] not in bad}
        return kept, tuple(spoilt.values())

    def resolves(self, call: Call, pairs: Mapping[str, str]) -> bool:
        """Say whether ``call`` becomes async with its object, given the classes of `of`."""
        return any(sync in pairs for sync, _ in self._pair(call))

    def _pair(self, call: Call) -> Iterator[tuple[str, str]]:
        """Give the class by whose method ``call`` blocks, or what it makes, with its async side."""
        callee = self._callee(call)
        native = self._book.native(callee)
        if native is not None and native.types is not None:
            if not native.half and self._is_usable(self._book.async_type(native.types[0])):
                yield native.types
            return
        made = self._book.returns(callee)
        kind = self._book.async_type(made) if made else None
        factory = self._book.async_type(callee)
        if made and kind and factory and self._is_usable(kind) and self._is_usable(factory):
            yield made, kind.name
            yield callee, factory.name

    def _against(self, call: Call, sync: str) -> Iterator[Refusal]:
        """Say what would have to be written out at a call that blocks."""
        callee = self._callee(call)
        native = self._book.native(callee)
        arguments = native.arguments if native is not None else Arguments()
        if arguments.add or arguments.rename:
            message = f"{callee}: its async form needs other arguments; converted call by call"
            yield Refusal(reason="arguments-differ", message=message, site=call.site)
        yield from self._refused(call, sync, arguments)
        if self._book.lacks(callee):
            message = f"{callee}: the async side has no such method"
            yield Refusal(reason="missing-there", message=message, site=call.site)

    def _made_unlike(self, sync: str) -> Iterator[Refusal]:
        """Say where an object is made with what its async side does not take."""
        kind = self._book.async_type(sync)
        if kind is None:
            return
        if kind.arguments.add or kind.arguments.rename or kind.arguments.made:
            yield Refusal(
                reason="arguments-differ",
                message=f"{sync}: {kind.name} is made otherwise; converted call by call",
            )
        for call in self._graph.calls_of(sync):
            function = self._graph.functions.get(call.caller)
            if function is None or not function.is_test:
                yield from self._refused(call, sync, kind.arguments)

    def _refused(self, call: Call, sync: str, arguments: Arguments) -> Iterator[Refusal]:
        given = self._keywords.of(call.site)
        unknown = given is None and bool(arguments.refuse)
        named = sorted(set(given or ()) & set(arguments.refuse))
        if unknown or named:
            what = ", ".join(f"{name}=" for name in named) or "arguments that can't be read"
            message = f"{sync}: given {what} here, which its async side does not take alike"
            yield Refusal(reason="arguments-differ", message=message, site=call.site)

    def _is_usable(self, kind: AsyncType | None) -> bool:
        name = normalized(kind.distribution or "") if kind is not None else ""
        return kind is not None and (not name or name in self._usable)

    def _callee(self, call: Call) -> str:
        names = [name for name in call.callees if name not in self._graph.functions]
        return names[0] if names else ""
