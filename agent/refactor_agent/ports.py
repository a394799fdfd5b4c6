"""What the stages need from the world, as Protocols."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from refactor_agent.domain.values import Value

__all__ = ["CommandResult", "Reporter", "Sandbox"]


class CommandResult(Value):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool = False
    breach: str = ""
    """The limit on memory, disk or processes that it was ended for, in a line."""


class Sandbox(Protocol):
    """Runs the target's commands, so that none outlives its time limit."""

    @property
    def warning(self) -> str:
        """One line for a person when there are no walls around the commands; else empty."""
        ...

    @property
    def keeps_apart(self) -> bool:
        """Whether two commands side by side can't meet: each has its own network and files."""
        ...

    async def run(
        self,
        command: tuple[str, ...],
        *,
        cwd: Path,
        env: Mapping[str, str],
        limit: float,
        writable: Path | None = None,
    ) -> CommandResult:
        """Run ``command`` in ``cwd``; after ``limit`` seconds kill its whole process group.

        ``writable`` is the one directory it may write to; ``cwd`` when not given.
        """
        ...


class Reporter(Protocol):
    """Hears what a run does, as it happens."""

    def event(self, name: str, /, **fields: str | float) -> None:
        """Take one event, such as ``verify:started`` with ``change_set="001-…"``."""
        ...
