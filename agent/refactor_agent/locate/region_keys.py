"""Names for the regions of a file, made of all that these follow from.

What a scan writes of a file's regions is kept under such a name: an edit of one function leaves
most chains, and what is written of them, as they were.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.effects import Effect
from refactor_agent.locate.noted import Notes
from refactor_agent.locate.reach import Chain, Reach, Step
from refactor_agent.locate.ways import Node, name_of

__all__ = ["RegionKeys"]

_BYTES = 16


class RegionKeys:
    """Hashes chains from their ends, and what they share once."""

    def __init__(self, reach: Reach, notes: Notes) -> None:
        self._reach = reach
        self._notes = notes
        self._steps: dict[tuple[str, int], bytes] = {}
        """By function and the identity of the effect, which the reach holds."""
        self._tails: dict[tuple[Node, int], bytes] = {}
        self._nodes: dict[Node, bytes] = {}

    def of(self, entries: Iterable[str]) -> str:
        """Give a name for the regions that start in ``entries``: those of one file."""
        found = blake2b(digest_size=_BYTES)
        for entry in entries:
            found.update(f"{entry}\0{self._reach.running(entry).module.key}\0".encode())
            found.update(bytes(self._reach.had(entry)))
            for edge in self._reach.edges(entry):
                found.update(self._step(entry, edge.effect))
                found.update(repr(edge.hidden).encode())
                if edge.node:
                    found.update(self._node(edge.node))
        return found.hexdigest()

    def chain(self, chain: Chain) -> str:
        """Give a name for the region of a chain."""
        function, effect = chain.first
        tail = self._tail(chain.node, chain.ending) if chain.node else b""
        start = f"{function.module.key}\0".encode()  # the line that begins it is quoted
        return _hashed(start + self._step(function.name, effect) + tail).hex()

    def _node(self, node: Node) -> bytes:
        """Hash all chains that begin at a node."""
        known = self._nodes.get(node)
        if known is None:
            tails = (self._tail(node, ending) for ending in self._reach.ways(node))
            known = self._nodes[node] = _hashed(b"".join(tails))
        return known

    def _tail(self, node: Node, ending: int) -> bytes:
        """Hash the chain from a node to an ending."""
        ahead: list[tuple[Node, bytes]] = []
        step, known = node, self._tails.get((node, ending))
        while known is None:
            way = self._reach.ways(step)[ending]
            ahead.append((step, self._step(name_of(step), way.effect)))
            step = way.node
            known = self._tails.get((step, ending)) if step else b""
        for step, content in reversed(ahead):
            known = self._tails[step, ending] = _hashed(content + known)
        return known

    def _step(self, name: str, effect: Effect) -> bytes:
        """Write a step of a chain, with what is said of what it calls."""
        known = self._steps.get((name, id(effect)))
        if known is None:
            target, module = effect.target, self._reach.running(name).module
            is_last = isinstance(target, Blocker)
            said = self._notes.of(target.callee if isinstance(target, Blocker) else target)
            text = module.key if is_last else ""  # the line that blocks is quoted
            keeper = self._reach.keeper(Step(self._reach.running(name), effect))
            content = (name, module.file, text, effect.place, effect.certain, target, said, keeper)
            known = self._steps[name, id(effect)] = repr(content).encode("utf-8", "surrogatepass")
        return known


def _hashed(data: bytes) -> bytes:
    return blake2b(data, digest_size=_BYTES).digest()
