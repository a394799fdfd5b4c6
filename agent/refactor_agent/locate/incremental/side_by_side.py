"""What functions run, worked out in several processes that share what was read of the project."""

from __future__ import annotations

import marshal
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, ForkProcess

from refactor_agent.locate.deep_stack import on_deep_stack
from refactor_agent.locate.effects import Effects
from refactor_agent.locate.elsewhere import prepare_handed_over
from refactor_agent.locate.incremental.part import Part
from refactor_agent.locate.resolve.index import ProjectFunction

__all__ = ["groups_of", "parts_of"]

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


def parts_of(
    groups: Sequence[Sequence[ProjectFunction]],
    effects: Effects,
    part: Callable[[], Part],
) -> list[Part]:
    """Work out each group in a process of its own, and give what ``part`` then gives there.

    A process that fails is left out: what it would have found is worked out when it is asked for.
    """
    context = multiprocessing.get_context("fork")
    running = [_start(context, group, effects, part) for group in groups]
    found = [_received(source) for source, _ in running]
    for _, process in running:
        process.join()
    return [one for one in found if one is not None]


def _start(
    context: ForkContext,
    group: Sequence[ProjectFunction],
    effects: Effects,
    part: Callable[[], Part],
) -> tuple[Connection, ForkProcess]:
    source, sink = context.Pipe(duplex=False)

    def work() -> None:
        source.close()
        # A fault is the first process's to show, which comes to the same function.
        with suppress(Exception), sink:
            on_deep_stack(lambda: _work_out(group, effects))
            sink.send_bytes(marshal.dumps(tuple(part())))

    process = context.Process(target=work, daemon=True)
    process.start()
    sink.close()
    return source, process


def _work_out(group: Sequence[ProjectFunction], effects: Effects) -> None:
    for function in group:
        effects.of(function)
    prepare_handed_over(effects, {function.module.name for function in group})


def _received(source: Connection) -> Part | None:
    with source:
        try:
            data = source.recv_bytes()
        except (EOFError, OSError):
            return None
    return Part._make(marshal.loads(data))  # noqa: S302 - the other end is this program
