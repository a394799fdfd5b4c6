"""What functions run, worked out in several processes that share what was read of the project.

Each process owns the functions of some modules, and starts with the async ones, where chains begin.
What a function runs in another's modules is handed on to that one, as are the names of wrappers
around offloads, until nobody finds anything new. Functions that no chain leads to are left out.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from multiprocessing.connection import Connection, wait
from typing import NamedTuple, cast

from refactor_agent.locate.effects import Effects
from refactor_agent.locate.incremental.part import Part
from refactor_agent.locate.incremental.worker import Worker
from refactor_agent.locate.resolve.index import ProjectFunction

__all__ = ["Found", "groups_of", "parts_of"]

_WORTH_A_PROCESS = 2_000
"""Functions; for fewer, starting a process costs more than it saves."""
_MOST_PROCESSES = 8


def groups_of(
    functions: Sequence[ProjectFunction], jobs: int | None
) -> list[Sequence[ProjectFunction]]:
    """Divide functions, in the order of their modules, among as many processes as are worth it.

    No groups mean that processes can't share memory here, or that one is enough. (On macOS they
    could be made, but the system's libraries do not bear it.)
    """
    if not sys.platform.startswith("linux"):
        return []
    count = min(jobs or os.cpu_count() or 1, _MOST_PROCESSES, len(functions) // _WORTH_A_PROCESS)
    if count < 2:
        return []
    ordered = sorted(functions, key=lambda function: function.module.name)
    size = -(-len(ordered) // count)
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]


class Found(NamedTuple):
    """What the processes worked out, as bytes of parts."""

    parts: list[bytes]
    """Without the notes."""
    whole: Callable[[], list[bytes]]
    """Waits for the same with all notes, which are put together while others go on."""


def parts_of(
    groups: Sequence[Sequence[ProjectFunction]],
    effects: Effects,
    part: Callable[[], Part],
) -> Found:
    """Work out each group in a process of its own, and give what ``part`` gives there.

    A process that fails is left out: what it would have found is worked out when it is asked for.
    """
    context = multiprocessing.get_context("fork")
    workers = [Worker(context, group, effects, part) for group in groups]
    _follow(workers, groups)
    _spread(workers)
    for worker in workers:  # each makes its part while the others do
        worker.end()
    return Found(
        _those_of(worker.found() for worker in workers),
        lambda: _those_of(worker.whole() for worker in workers),
    )


def _those_of(parts: Iterable[bytes | None]) -> list[bytes]:
    return [part for part in parts if part is not None]


def _follow(workers: Sequence[Worker], groups: Sequence[Sequence[ProjectFunction]]) -> None:
    """Have what the async functions run worked out, by the workers whose functions it is."""
    owners = {function.name: n for n, group in enumerate(groups) for function in group}
    asks_imports = any(f.module.outline.keeps_results for group in groups for f in group)
    waiting: list[set[str]] = [
        {f.name for f in group if f.facts.is_async or (asks_imports and not f.number)}
        for group in groups
    ]
    asked: set[str] = set()
    while True:
        for worker, names in zip(workers, waiting, strict=True):
            if names and worker.is_idle:
                worker.ask(names)
                asked |= names
                names.clear()
        busy = [worker for worker in workers if not worker.is_idle]
        if not busy:
            return
        for worker in _answering(busy):
            for name in worker.answer():
                if name in owners and name not in asked:
                    waiting[owners[name]].add(name)


def _spread(workers: Sequence[Worker]) -> None:
    """Have what is handed to worker threads worked out, until all know all names of wrappers."""
    names: set[str] = set()
    while True:
        for worker in workers:
            worker.ask_for_handed(names)
        found = {name for worker in workers for name in worker.answer()}
        if found <= names:
            return
        names |= found


def _answering(workers: Iterable[Worker]) -> list[Worker]:
    by_connection = {worker.connection: worker for worker in workers}
    return [by_connection[cast("Connection", ready)] for ready in wait(list(by_connection))]
