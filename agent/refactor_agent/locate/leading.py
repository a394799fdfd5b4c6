"""Which functions lead to calls that block: few do, and only these need be looked at closely."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, Protocol

__all__ = ["Leading", "leading"]


class _Leads(Protocol):
    def leads_to(self, name: str, /) -> Iterable[str | None]:
        """Give the functions that one runs, and ``None`` for each call that blocks."""
        ...


class Leading(NamedTuple):
    """What entries run, whatever is passed."""

    reached: Collection[str]
    """All functions, the entries included."""
    leading: Collection[str]
    """Those of them that lead to calls that block."""


def leading(effects: _Leads, entries: Iterable[str]) -> Leading:
    """Follow what ``entries`` run, and go back from the calls that block."""
    callers: dict[str, list[str]] = defaultdict(list)
    seen = dict.fromkeys(entries)
    waiting, blocking = list(seen), []
    while waiting:
        name = waiting.pop()
        for target in effects.leads_to(name):
            if target is None:
                blocking.append(name)
                continue
            callers[target].append(name)
            if target not in seen:
                seen[target] = None
                waiting.append(target)
    return Leading(seen, _above(blocking, callers))


def _above(names: Iterable[str], callers: Mapping[str, Iterable[str]]) -> set[str]:
    """Give ``names`` and all that lead to them."""
    found = set(names)
    waiting = list(found)
    while waiting:
        for caller in callers.get(waiting.pop(), ()):
            if caller not in found:
                found.add(caller)
                waiting.append(caller)
    return found
