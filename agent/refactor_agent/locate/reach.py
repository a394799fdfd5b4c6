"""The shortest chain from each function to each blocking call it runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from refactor_agent.locate.at_import import AtImport
from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.effects import Effect, Effects
from refactor_agent.locate.leading import leading
from refactor_agent.locate.passed_flags import Flags, Known
from refactor_agent.locate.receivers import ITSELF, SUPER
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.suppressed import BlockedPlace, Running, is_suppressed, suppressed_rules
from refactor_agent.locate.ways import END, Edge, Node, Way, find_ways, is_hidden, name_of

__all__ = ["At", "Chain", "Reach", "Step"]


class At(NamedTuple):
    """A function, what is known of the object whose method it is, and of its parameters."""

    name: str
    receiver: str
    known: Known


class Step(NamedTuple):
    """One function on a chain, and the effect by which the chain leaves it."""

    function: Running
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


class Reach:
    """Chains from entries to blockers, through functions that run on the caller's thread."""

    def __init__(self, effects: Effects, entries: Iterable[str]) -> None:
        self._effects = effects
        self._tails: dict[tuple[Node, int], tuple[Step, ...]] = {}
        self._steps: dict[tuple[str, int], Step] = {}
        """By function and the identity of the effect, which the ways hold."""
        every = list(entries)
        self._reached, leads = leading(effects, every)
        self._leading = leads
        self._functions = {name: Running(name, effects.module_of(name)) for name in leads}
        self._entries = [name for name in every if name in leads]
        found = {name: self._usable(self._functions[name]) for name in leads}
        self._varied = _varied(found)
        """Methods that run other ones for an object of another class."""
        self._about = {name: effects.about(name) for name in found}
        self.flags = Flags({name: about.guards for name, about in self._about.items()}, found)
        self._own_edges: dict[str, list[Edge]] = {}
        """Of the entries."""
        edges = self._edges_of(found)
        self._nodes: dict[str, list[Node]] = {}
        for node in edges:
            self._nodes.setdefault(name_of(node), []).append(node)
        self._next, self._endings, self._once = find_ways(edges)
        self._at_import: AtImport | None = None

    def called(self) -> Collection[str]:
        """Give all that is called on chains, the blocking calls included."""
        direct = (edge.effect.target for own in self._own_edges.values() for edge in own)
        blockers = [target for target in direct if isinstance(target, Blocker)]
        blockers += (ending.blocker for ending in self._endings)
        return {**dict.fromkeys(self._nodes), **{one.callee: None for one in blockers}}

    def files(self) -> dict[str, list[str]]:
        """Give the files with entries that lead to blocking calls, in order, and these."""
        found: dict[str, list[str]] = {}
        for name in self._entries:
            found.setdefault(self._functions[name].module.file, []).append(name)
        return dict(sorted(found.items()))

    def edges(self, entry: str) -> Sequence[Edge]:
        """Give what an entry runs that leads to blocking calls, or is one."""
        return self._own_edges.get(entry, ())

    def ways(self, node: Node) -> Mapping[int, Way]:
        """Give the ways from a node to the endings, by their numbers."""
        return self._next.get(node, _NOWHERE)

    def running(self, name: str) -> Running:
        """Give a function that leads to blocking calls."""
        return self._functions[name]

    def callees(self, entry: str) -> set[str]:
        """Give the blocking calls that an entry leads to."""
        entries = [entry] if entry in self._own_edges else []
        return {chain.blocker.callee for chain in self.chains(entries)}

    def chains(self, entries: Iterable[str]) -> Iterable[Chain]:
        """Give one chain for each entry, effect in it, and blocking call behind that effect."""
        for entry in entries:
            for edge in self._own_edges[entry]:
                for chain in self._along(entry, edge):
                    if not (self._is_once(edge, chain) and self.had_by(chain)):
                        yield chain

    def settle(self) -> None:
        """Ask by now all that is asked when regions are made: so its answers are kept."""
        for entry in self._entries:
            for _ in self.had(entry):
                pass

    def had(self, entry: str) -> Iterator[bool]:
        """Say of each chain that runs once whether importing its modules has run it."""
        for edge in self._own_edges[entry]:
            for chain in self._along(entry, edge):
                if self._is_once(edge, chain):
                    yield bool(self.had_by(chain))

    def _along(self, entry: str, edge: Edge) -> Iterator[Chain]:
        effect, node = edge.effect, edge.node
        first = self._step(entry, effect)
        if isinstance(effect.target, Blocker):
            yield Chain(first, 1, entry, effect.target, node, -1)
            return
        for number, way in self._next.get(node, _NOWHERE).items():
            last, blocker = self._endings[number]
            if edge.hidden is None or not is_hidden(edge, blocker.rule):
                yield Chain(first, 1 + way.length, last, blocker, node, number)

    def _is_once(self, edge: Edge, chain: Chain) -> bool:
        return bool(chain.node) and (edge.once != "" or (chain.node, chain.ending) in self._once)

    def tail(self, chain: Chain) -> tuple[Step, ...]:
        """Give what follows the first step, in turn to the blocking call; chains share it."""
        return self._tail(chain.node, chain.ending) if chain.node else ()

    def keeper(self, step: Step) -> str:
        """Name the function that keeps what a step gives, so that it is had once; or nobody."""
        name = step.function.name
        about = self._about[name] if name in self._about else self._effects.about(name)
        return about.keeper(step.effect)

    def had_by(self, chain: Chain) -> str:
        """Name what a chain has once and had while its modules were imported, or nobody."""
        steps = (chain.first, *self.tail(chain))
        keepers = [keeper for keeper in map(self.keeper, steps) if keeper]
        if not keepers:
            return ""
        modules = {step.function.module.name for step in steps}
        return next((one for one in keepers if self.at_import.has_run(one, modules)), "")

    @property
    def at_import(self) -> AtImport:
        """What has run once modules are imported; made when first needed."""
        if self._at_import is None:
            self._at_import = AtImport(self._effects, self._effects.evaluator.index)
        return self._at_import

    def had_behind(self, function: ProjectFunction, effect: Effect) -> Iterator[str]:
        """Name what lies behind an effect and was had when modules were imported."""
        first = Step(Running(function.name, function.module), effect)
        target = effect.target
        for node in self._nodes.get(target, ()) if isinstance(target, str) else ():
            for number in self._next[node]:
                last, blocker = self._endings[number]
                had = self.had_by(Chain(first, 0, last, blocker, node, number))
                if had:
                    yield had

    def blocked(self) -> Iterator[BlockedPlace]:
        """Give every place with a comment that a chain leads through, or would but for it."""
        for function in map(self._functions.__getitem__, (*self._entries, *self._nodes)):
            if not function.module.comments.ignores:
                continue
            for effect in self._effects.effects_of(function.name):
                for blocker in self.behind(effect):
                    yield BlockedPlace(function, effect.place, blocker.rule)

    def behind(self, effect: Effect) -> Iterable[Blocker]:
        """Give what an effect blocks in, comments on its own line apart."""
        target = effect.target
        if isinstance(target, Blocker):
            return (target,)
        numbers = (number for node in self._nodes.get(target, ()) for number in self._next[node])
        return dict.fromkeys(self._endings[number].blocker for number in numbers)

    def reaches(self, name: str) -> bool:
        """Say whether an entry runs a function, whatever is passed to it, or it is one."""
        return name in self._reached

    def blocks(self, name: str) -> bool:
        """Say whether a sync function that an entry runs leads to a blocking call."""
        return any(self._next[node] for node in self._nodes.get(name, ()))

    def run_as(self, name: str) -> list[At]:
        """Give what is known where chains lead through a function."""
        own = [_at(node) for node in self._nodes.get(name, ())]
        return [self._by_anybody(name), *own] if name in self._own_edges else own

    def leads_to(self, at: At, effect: Effect) -> list[At]:
        """Give where an effect leads: nowhere if it is not had there, or is a blocking call."""
        if effect.target not in self._leading:
            return []
        return [_at(edge.node) for edge in self._edges(at, [effect])]

    def _tail(self, node: Node, ending: int) -> tuple[Step, ...]:
        """Give the steps from a sync function to an ending."""
        known = self._tails.get((node, ending))
        if known is not None:
            return known
        steps: list[Step] = []
        step: Node = node
        while step:
            way = self._next[step][ending]
            steps.append(self._step(name_of(step), way.effect))
            step = way.node
        tail = self._tails[node, ending] = tuple(steps)
        return tail

    def _step(self, name: str, effect: Effect) -> Step:
        step = self._steps.get((name, id(effect)))
        if step is None:
            step = self._steps[name, id(effect)] = Step(self._functions[name], effect)
        return step

    def _usable(self, function: Running) -> list[Effect]:
        """Give the effects that lead to a blocking call, or are one that no comment hides."""
        return [
            effect
            for effect in self._effects.effects_of(function.name)
            if (
                effect.target in self._leading
                if isinstance(effect.target, str)
                else not is_suppressed(function, effect.place, effect.target.rule)
            )
        ]

    def _by_anybody(self, name: str) -> At:
        return At(name, self._about[name].method.owner if self._varied else "", ())

    def _edges(self, at: At, effects: Iterable[Effect]) -> Iterator[Edge]:
        """Give of a function's effects those that it has ``at`` a node, and where each leads."""
        name, receiver, known = at
        function = self._functions[name]
        hides, about = bool(function.module.comments.ignores), self._about[name]
        for effect in effects:
            target = effect.target
            if not self.flags.runs(name, known, effect):
                continue
            hidden = suppressed_rules(function, effect.place) if hides else None
            once = about.keeper(effect)
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
        run = self._effects.receivers.run_by(effect.on, receiver, self._about[target].method)
        return run if run is None or target in self._varied else ""

    def _edges_of(self, effects: Mapping[str, list[Effect]]) -> dict[Node, list[Edge]]:
        """Give the edges of every function that an entry reaches, for each object it is run on."""
        found: dict[Node, list[Edge]] = {}
        waiting: list[Node] = []
        for name in self._entries:
            own = self._own_edges[name] = list(self._edges(self._by_anybody(name), effects[name]))
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
