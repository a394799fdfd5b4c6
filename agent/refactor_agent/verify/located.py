"""Remembers what was located, because most changes start from the same tree."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from refactor_agent.domain.region import Located
from refactor_agent.tree import Tree, sha256

__all__ = ["remember_located"]

_KEPT = 3


def remember_located(locate: Callable[[Tree], Located]) -> Callable[[Tree], Located]:
    """Give ``locate`` with a memory of the last few trees; one thread locates at a time."""
    turn = threading.Lock()
    known: OrderedDict[str, Located] = OrderedDict()

    def remembering(tree: Tree) -> Located:
        key = _key(tree)
        with turn:
            if key not in known:
                known[key] = locate(tree)
            known.move_to_end(key)
            while len(known) > _KEPT:
                known.popitem(last=False)
            return known[key]

    return remembering


def _key(tree: Tree) -> str:
    parts = [f"{file}\0{sha256(data)}" for file, data in sorted(tree.changes.items())]
    return "\0".join([str(tree.root), *parts])
