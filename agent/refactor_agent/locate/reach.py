"""The shortest chain from each function to each blocking call it runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar

from refactor_agent.locate.at_import import AtImport, Imported
from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.effects import Effect
from refactor_agent.locate.leading import leading
from refactor_agent.locate.passed_flags import Flags, Known
from refactor_agent.locate.receivers import ITSELF, SUPER
from refactor_agent.locate.summary import Guard
from refactor_agent.locate.suppressed import BlockedPlace, is_suppressed, suppressed_rules
from refactor_agent.locate.ways import END, Edge, Node, Way, find_ways, is_hidden, name_of

__all__ = ["At", "Chain", "Reach", "Step"]


class At(NamedTuple):
    """A function, what is known of the object whose method it is, and of its parameters."""

    name: str
    receiver: str
    known: Known


class Step(NamedTuple):
    """One function on a chain, and the effect by which the chain leaves it."""

    function: Imported
    effect: Effect


class Chain(NamedTuple):
    """From a function to a blocking call; `Reach.tail` gives what lies between."""

    first: Step
    length: int
    """As many functions lie on it, both ends counted."""
    last: str
    """The function that makes the blocking call."""
    blocker: Blocker
    node: Node
    """Where its second step stands, in the `Reach` that made it."""
    ending: int
    """Stands for the last function and the blocker there."""


_NOWHERE: Mapping[int, Way] = {}

F = TypeVar("F", bound=Imported)
F_contra = TypeVar("F_contra", bound=Imported, contravariant=True)


class Runs(Protocol[F_contra]):
    """Knows the objects of methods; `refactor_agent.locate.receivers.Receivers` does."""

    def of(self, function: F_contra, /) -> str:
        """Give what is known of the object of a method that anybody may call."""
        ...

    def run_by(self, on: str, receiver: str, target: F_contra, /) -> str | None:
        """Give the receiver of a call; ``None`` where no object in question runs ``target``."""
        ...


class RunBy(Protocol[F]):
    """Knows what functions run; `refactor_agent.locate.effects.Effects` does."""

    @property
    def functions(self) -> Mapping[str, F]:
        """The functions of the project by qualified name."""
        ...

    @property
    def receivers(self) -> Runs[F]:
        """Which objects run which methods."""
        ...

    def of(self, function: F, /) -> tuple[Effect, ...]:
        """Give what the body of ``function`` runs."""
        ...

    def leads_to(self, name: str, /) -> Iterable[str | None]:
        """Give the functions that one runs, and ``None`` for each call that blocks."""
        ...

    def guards(self, function: F, /) -> tuple[Guard, ...]:
        """Give the tests of its own parameters that parts of ``function`` stand behind."""
        ...

    def once(self, function: F, effect: Effect, /) -> str:
        """Name the function that keeps what ``effect`` gives, so that it is had once; or nobody."""
        ...


class Reach(Generic[F]):
    """Chains from entries to blockers, through functions that run on the caller's thread."""

    def __init__(self, effects: RunBy[F], entries: Iterable[F]) -> None:
        self._effects = effects
        self._functions = effects.functions
        self._tails: dict[tuple[Node, int], tuple[Step, ...]] = {}
        self._steps: dict[tuple[str, int], Step] = {}
        """By function and the identity of the effect, which the ways hold."""
        every = {entry.name: entry for entry in entries}
        self._reached, leads = leading(effects, every)
        self._leading = leads
        self._entries = {name: entry for name, entry in every.items() if name in leads}
        found = {name: self._usable(self._functions[name]) for name in leads}
        self._varied = _varied(found)
        """Methods that run other ones for an object of another class."""
        guards = {name: effects.guards(self._functions[name]) for name in found}
        self.flags = Flags(guards, found)
        self._own_edges: dict[str, list[Edge]] = {}
        """Of the entries."""
        edges = self._edges_of(found)
        self._nodes: dict[str, list[Node]] = {}
        for node in edges:
            self._nodes.setdefault(name_of(node), []).append(node)
        self._next, self._endings, self._once = find_ways(edges)
        self._at_import: AtImport[F] | None = None

    def chains(self) -> Iterable[Chain]:
        """Give one chain for each entry, effect in it, and blocking call behind that effect."""
        for entry in self._entries.values():
            for edge in self._own_edges[entry.name]:
                effect, node = edge.effect, edge.node
                first = Step(entry, effect)
                if isinstance(effect.target, Blocker):
                    yield Chain(first, 1, entry.name, effect.target, node, -1)
                    continue
                for number, way in self._next.get(node, _NOWHERE).items():
                    last, blocker = self._endings[number]
                    if edge.hidden is not None and is_hidden(edge, blocker.rule):
                        continue
                    chain = Chain(first, 1 + way.length, last, blocker, node, number)
                    if not ((edge.once or (node, number) in self._once) and self.had_by(chain)):
                        yield chain

    def tail(self, chain: Chain) -> tuple[Step, ...]:
        """Give what follows the first step, in turn to the blocking call; chains share it."""
        return self._tail(chain.node, chain.ending) if chain.node else ()

    def keeper(self, step: Step) -> str:
        """Name the function that keeps what a step gives, so that it is had once; or nobody."""
        return self._effects.once(self._functions[step.function.name], step.effect)

    def had_by(self, chain: Chain) -> str:
        """Name what a chain has once and had while its modules were imported, or nobody."""
        steps = (chain.first, *self.tail(chain))
        keepers = [keeper for keeper in map(self.keeper, steps) if keeper]
        if not keepers:
            return ""
        if self._at_import is None:
            self._at_import = AtImport(self._effects, self._functions)
        at_import = self._at_import
        modules = {step.function.module.name for step in steps}
        return next((one for one in keepers if at_import.has_run(one, modules)), "")

    def had_behind(self, function: F, effect: Effect) -> Iterator[str]:
        """Name what lies behind an effect and was had when modules were imported."""
        first, target = Step(function, effect), effect.target
        for node in self._nodes.get(target, ()) if isinstance(target, str) else ():
            for number in self._next[node]:
                last, blocker = self._endings[number]
                had = self.had_by(Chain(first, 0, last, blocker, node, number))
                if had:
                    yield had

    def blocked(self) -> Iterator[BlockedPlace]:
        """Give every place with a comment that a chain leads through, or would but for it."""
        reached = (self._functions[name] for name in self._nodes)
        for function in (*self._entries.values(), *reached):
            for effect in self._effects.of(function) if function.module.unnoted.ignores else ():
                for blocker in self.behind(effect):
                    yield BlockedPlace(function, effect.place, blocker.rule)

    def behind(self, effect: Effect) -> Iterable[Blocker]:
        """Give what an effect blocks in, comments on its own line apart."""
        target = effect.target
        if isinstance(target, Blocker):
            return (target,)
        numbers = (number for node in self._nodes.get(target, ()) for number in self._next[node])
        return dict.fromkeys(self._endings[number].blocker for number in numbers)

    def reaches(self, function: F) -> bool:
        """Say whether an entry runs ``function``, whatever is passed to it, or it is one."""
        return function.name in self._reached

    def blocks(self, function: F) -> bool:
        """Say whether a sync function that an entry runs leads to a blocking call."""
        return any(self._next[node] for node in self._nodes.get(function.name, ()))

    def run_as(self, function: F) -> list[At]:
        """Give what is known where chains lead through ``function``."""
        own = [_at(node) for node in self._nodes.get(function.name, ())]
        return [self._by_anybody(function), *own] if function.name in self._entries else own

    def leads_to(self, at: At, effect: Effect) -> list[At]:
        """Give where an effect leads: nowhere if it is not had there, or is a blocking call."""
        return [_at(edge.node) for edge in self._edges(at, [effect]) if edge.node]

    def _tail(self, node: Node, ending: int) -> tuple[Step, ...]:
        """Give the steps from a sync function to an ending."""
        known = self._tails.get((node, ending))
        if known is None:
            effect, following, _ = self._next[node][ending]
            rest = self._tail(following, ending) if following else ()
            known = self._tails[node, ending] = (self._step(name_of(node), effect), *rest)
        return known

    def _step(self, name: str, effect: Effect) -> Step:
        step = self._steps.get((name, id(effect)))
        if step is None:
            step = self._steps[name, id(effect)] = Step(self._functions[name], effect)
        return step

    def _usable(self, function: F) -> list[Effect]:
        """Give the effects that lead to a blocking call, or are one that no comment hides."""
        return [
            effect
            for effect in self._effects.of(function)
            if (
                effect.target in self._leading
                if isinstance(effect.target, str)
                else not is_suppressed(function, effect.place, effect.target.rule)
            )
        ]

    def _by_anybody(self, function: F) -> At:
        return At(function.name, self._effects.receivers.of(function) if self._varied else "", ())

    def _edges(self, at: At, effects: Iterable[Effect]) -> Iterator[Edge]:
        """Give of a function's effects those that it has ``at`` a node, and where each leads."""
        name, receiver, known = at
        function = self._functions[name]
        hides = bool(function.module.unnoted.ignores)
        for effect in effects:
            target = effect.target
            if not self.flags.runs(name, known, effect):
                continue
            hidden = suppressed_rules(function, effect.place) if hides else None
            once = self._effects.once(function, effect)
            if isinstance(target, Blocker):
                yield Edge(effect, END, hidden, once)
                continue
            run = self._run_on(receiver, effect, target)
            if run is not None:
                passed = self.flags.passed(known, effect, run)
                node = (target, run, passed) if run or passed else target
                yield Edge(effect, node, hidden, once)

    def _run_on(self, receiver: str, effect: Effect, target: str) -> str | None:
        """Give what is known of the object that a method is run on; ``None`` where it is not."""
        if not (target in self._varied or (effect.on == ITSELF and receiver)):
            return ""
        run = self._effects.receivers.run_by(effect.on, receiver, self._functions[target])
        return run if run is None or target in self._varied else ""

    def _edges_of(self, effects: Mapping[str, list[Effect]]) -> dict[Node, list[Edge]]:
        """Give the edges of every function that an entry reaches, for each object it is run on."""
        found: dict[Node, list[Edge]] = {}
        waiting: list[Node] = []
        for name, entry in self._entries.items():
            own = self._own_edges[name] = list(self._edges(self._by_anybody(entry), effects[name]))
            waiting.extend(edge.node for edge in own)
        while waiting:
            node = waiting.pop()
            if node and node not in found:
                at = _at(node)
                found[node] = list(self._edges(at, effects[at.name]))
                waiting.extend(edge.node for edge in found[node])
        return {node: found[node] for node in sorted(found, key=_at)}


def _at(node: Node) -> At:
    return At(node, "", ()) if isinstance(node, str) else At._make(node)


def _varied(effects: Mapping[str, list[Effect]]) -> frozenset[str]:
    """Give the methods that call themselves where subclasses differ, and those that lead there."""
    callers: dict[str, list[str]] = defaultdict(list)
    waiting: list[str] = []
    for name, own in effects.items():
        for effect in own:
            if effect.on and isinstance(effect.target, str) and effect.on in {ITSELF, SUPER}:
                callers[effect.target].append(name)
                if effect.on == ITSELF and not effect.certain:
                    waiting.append(name)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(callers[name])
    return frozenset(found)
