"""What functions run, worked out in several processes that share what was read of the project.

Each process works out the functions of some modules, and starts with the async ones, where chains
begin. What a function runs in another's modules is handed on to that one, as are the names of
wrappers around offloads, until nobody finds anything new. Functions that no chain leads to are left
out.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Container, Iterable, Sequence
from multiprocessing.connection import Connection, wait
from typing import NamedTuple, cast

from refactor_agent.locate.effects import Effects
from refactor_agent.locate.incremental.part import Part
from refactor_agent.locate.incremental.pieces import Pieces
from refactor_agent.locate.incremental.worker import Worker
from refactor_agent.locate.resolve.index import ProjectFunction

__all__ = ["Found", "parts_of", "processes_for"]

_WORTH_A_PROCESS = 2_000
"""Functions; for fewer, starting a process costs more than it saves."""
_MOST_PROCESSES = 8


def processes_for(functions: int, jobs: int | None) -> int:
    """Give how many processes are worth it for so many functions; one core each, at most ``jobs``.

    None where processes can't share memory, or where one is enough. (On macOS they could be made,
    but the system's libraries do not bear it.)
    """
    if not sys.platform.startswith("linux"):
        return 0
    count = min(jobs or os.cpu_count() or 1, _MOST_PROCESSES, functions // _WORTH_A_PROCESS)
    return count if count > 1 else 0


class Found(NamedTuple):
    """What the processes worked out, as bytes of parts."""

    parts: list[bytes]
    """Without the notes."""
    whole: Callable[[], list[bytes]]
    """Waits for the same with all notes, which are put together while others go on."""


def parts_of(
    functions: Sequence[ProjectFunction],
    processes: int,
    effects: Effects,
    part: Callable[[], Part],
) -> Found:
    """Work out ``functions`` in processes, and give what ``part`` gives in each.

    A process that fails is left out: what it would have found is worked out when it is asked for.
    """
    context = multiprocessing.get_context("fork")
    asynchronous = frozenset(effects.evaluator.index.asynchronous())
    pieces = Pieces(functions, processes, _starts(functions, asynchronous))
    workers = [Worker(context, pieces.all, effects, part) for _ in range(processes)]
    _follow(workers, pieces)
    _spread(workers)
    for worker in workers:  # each makes its part while the others do
        worker.end()
    return Found(
        _those_of(worker.found() for worker in workers),
        lambda: _those_of(worker.whole() for worker in workers),
    )


def _starts(functions: Sequence[ProjectFunction], asynchronous: Container[str]) -> set[str]:
    """Give the functions that are worked out whoever runs them."""
    asks_imports = any(function.module.outline.keeps_results for function in functions)
    return {
        function.name
        for function in functions
        if function.name in asynchronous or (asks_imports and not function.number)
    }


def _those_of(parts: Iterable[bytes | None]) -> list[bytes]:
    return [part for part in parts if part is not None]


def _follow(workers: Sequence[Worker], pieces: Pieces) -> None:
    """Have what the async functions run worked out, by the workers that hold their pieces."""
    while True:
        for number, worker in enumerate(workers):
            if worker.is_idle:
                taken, names = pieces.work_for(number)
                if taken or names:
                    worker.ask(taken, names)
        busy = [worker for worker in workers if not worker.is_idle]
        if not busy:
            return
        for worker in _answering(busy):
            pieces.add(worker.answer())


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
