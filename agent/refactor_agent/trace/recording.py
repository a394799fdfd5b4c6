"""What the tracer wrote down in the processes of one command."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Calls", "Frame", "Loop", "Process", "Recording", "Sample", "Stack", "Stall"]


class Frame(NamedTuple):
    """One Python frame."""

    file: str
    line: int
    name: str
    """Qualified from Python 3.11 on."""
    first_line: int
    """Where its function is defined."""


Stack = tuple[Frame, ...]
"""Outermost frame first, from what the loop called to the innermost Python function."""


class Sample(NamedTuple):
    """A stack, and the part of a stall that it stands for."""

    stack: Stack
    seconds: float


@dataclass(frozen=True, slots=True)
class Stall:
    """One callback that held its loop for longer than the threshold."""

    held: float
    samples: tuple[Sample, ...]
    callback: Frame | None = None
    """What was called; only known where there are no samples."""
    unfinished: bool = False
    """The process ended before the callback did."""


@dataclass(frozen=True, slots=True)
class Calls:
    """A blocking primitive that was called on a loop's thread, at one place."""

    name: str
    """The audit event: ``open``, ``socket.connect``."""
    stack: Stack
    count: int
    seconds: float | None = None
    """How long they took, where the call itself says so (``time.sleep``)."""
    detail: str = ""
    """What the first of them opened, connected to or started."""


@dataclass(frozen=True, slots=True)
class Loop:
    """The loops that one thread ran, summed up."""

    kind: str
    """The class of the last of them."""
    ran: float
    """Seconds from start to stop."""
    busy: float | None
    """Seconds in callbacks; None where callbacks can't be timed."""
    callbacks: int
    stalls: int
    stolen: float
    """Seconds in callbacks that took longer than the threshold."""


@dataclass(slots=True)
class Process:
    """One traced interpreter."""

    pid: int = 0
    python: str = ""
    arguments: tuple[str, ...] = ()
    """Empty where the process never imported asyncio."""
    loops: tuple[Loop, ...] = ()
    stalls: tuple[Stall, ...] = ()
    calls: tuple[Calls, ...] = ()
    faults: tuple[str, ...] = ()
    """What went wrong in the tracer itself."""
    watching: float = 0.0
    """Seconds of processor time that the tracer's thread took."""
    per_callback: float = 0.0
    """Seconds by which timing makes a callback longer."""

    @property
    def overhead(self) -> float:
        """Seconds that tracing took: looking on, and timing every callback that can be timed."""
        timed = sum(loop.callbacks for loop in self.loops if loop.busy is not None)
        return self.watching + self.per_callback * timed


@dataclass(slots=True)
class Recording:
    """All processes of a command, in no order."""

    threshold: float
    processes: list[Process] = field(default_factory=list)
