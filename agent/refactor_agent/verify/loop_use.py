"""What blocked a loop's thread while the tests ran, as the tracer saw it."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from refactor_agent.domain.values import Value
from refactor_agent.trace import Calls, Frame, Stack, read_recording, tracing_environment
from refactor_agent.verify.workspace import Workspace

__all__ = ["BlockingCall", "LoopUse", "in_order", "read_loop_use", "with_tracer"]

_DIRECTORY = "trace"
_THRESHOLD = 0.05
"""Seconds a callback may hold its loop before it counts as a stall: half of what asyncio's own
debug mode tells of, because tests work on little data."""
_QUIET = (
    "<frozen importlib", "linecache.py", "tokenize.py", "traceback.py", "warnings.py",
    "asyncio/unix_events.py", "asyncio/windows_events.py",
)  # fmt: skip
"""Files of the interpreter that block on their own account: the first import of a module, the
source lines of a traceback, and asyncio, which starts a child process on the loop's thread. Which
test happens to come first decides where the first two fall; the third has no other way."""


class BlockingCall(Value):
    """A blocking primitive on a loop's thread, and the target's functions that led to it."""

    primitive: str
    """The interpreter's audit event: ``open``, ``time.sleep``, ``socket.connect``."""
    chain: tuple[str, ...]
    """``file::name`` of the target's own functions, outermost first."""
    innermost: int = 0
    """Where in the chain the last async function stands: those before it only await it."""


class LoopUse(Value):
    """What the loops of one run of the suite went through."""

    blocking: tuple[BlockingCall, ...] = ()
    stalls: int = 0
    """Callbacks that held a loop longer than 50 ms."""
    stolen: float = 0.0
    """Seconds in such callbacks."""


def with_tracer(environment: Mapping[str, str], workspace: Workspace) -> dict[str, str]:
    """Give ``environment`` with what makes every Python in it tell what blocks its loops."""
    directory = workspace.notes / _DIRECTORY
    directory.mkdir()
    return tracing_environment(directory, _THRESHOLD, environment)


def read_loop_use(workspace: Workspace) -> LoopUse:
    """Read what was written down; nothing, where no loop ran."""
    logs = workspace.notes / _DIRECTORY / "logs"
    recording = read_recording(logs, _THRESHOLD)
    loops = [loop for process in recording.processes for loop in process.loops]
    calls = [call for process in recording.processes for call in process.calls]
    return LoopUse(
        blocking=in_order(_blocking(calls, os.path.realpath(workspace.tree))),
        stalls=sum(loop.stalls for loop in loops),
        stolen=round(sum(loop.stolen for loop in loops), 3),
    )


def in_order(calls: Iterable[BlockingCall]) -> tuple[BlockingCall, ...]:
    """Give each call once, sorted, so that a baseline is the same bytes each time."""
    return tuple(sorted(set(calls), key=lambda call: (call.primitive, call.chain, call.innermost)))


def _blocking(calls: list[Calls], root: str) -> Iterator[BlockingCall]:
    lines = cache(_async_functions)  # for this run: the next one's files have the same paths
    for call in calls:
        if call.seconds == 0 or _is_quiet(call.stack):
            continue
        own = [(name, frame) for frame in call.stack if (name := _own(frame, root))]
        if own:
            awaited = [
                place
                for place, (_, frame) in enumerate(own)
                if frame.first_line in lines(frame.file)
            ]
            yield BlockingCall(
                primitive=call.name,
                chain=tuple(name for name, _ in own),
                innermost=max(awaited, default=0),
            )


def _async_functions(file: str) -> frozenset[int]:
    """Give the lines on which async functions start, as the interpreter counts: decorators too."""
    try:
        module = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return frozenset()
    return frozenset(
        min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        for node in ast.walk(module)
        if isinstance(node, ast.AsyncFunctionDef)
    )


def _is_quiet(stack: Stack) -> bool:
    return any(
        frame.file.startswith(_QUIET[0]) or frame.file.endswith(_QUIET[1:]) for frame in stack
    )


def _own(frame: Frame, root: str) -> str | None:
    path = os.path.realpath(frame.file)
    if not path.startswith(root + os.sep):
        return None
    return f"{Path(path).relative_to(root).as_posix()}::{frame.name}"
