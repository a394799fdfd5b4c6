"""Runs the target's commands so that nothing they start outlives its time limit."""

from __future__ import annotations

import asyncio
import fcntl
import os
import tempfile
import time
import uuid
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from pathlib import Path

from refactor_agent.ports import CommandResult
from refactor_agent.verify.isolation import Isolation
from refactor_agent.verify.limits import Limits, breached, free_bytes
from refactor_agent.verify.processes import MARK, end_group, end_strays, kept

__all__ = ["ProcessSandbox"]

_NOT_FOUND = 127
_NOT_EXECUTABLE = 126
_POLL_SECONDS = 0.25
_SECONDS_TO_END = 3
_FILE_LIMIT = 16 * 1024 * 1024
"""Bytes of output kept on disk while a command runs; what came before is thrown away."""


class ProcessSandbox:
    """Runs each command in a session of its own, within the walls that ``isolation`` gives.

    Without walls a command can still write wherever the user may. With and without, the command
    and all that it started is gone when `run` returns or is cancelled.
    """

    def __init__(
        self,
        isolation: Isolation | None = None,
        limits: Limits | None = None,
        output_limit: int = 64 * 1024,
    ) -> None:
        self._isolation = isolation or Isolation()
        self._limits = limits or Limits()
        self._output_limit = output_limit

    @property
    def warning(self) -> str:
        """Why there are no walls; empty when they stand."""
        return self._isolation.warning

    @property
    def keeps_apart(self) -> bool:
        """Whether commands have a network and temporary files of their own."""
        return bool(self._isolation.bubblewrap) and not self._isolation.local_services

    async def run(
        self,
        command: tuple[str, ...],
        *,
        cwd: Path,
        env: Mapping[str, str],
        limit: float,
        writable: Path | None = None,
    ) -> CommandResult:
        """Run ``command``; the last bytes of its output are kept, up to the output limit.

        A command that can't be started ends with 127 (not found) or 126, as in a shell.
        """
        started = time.monotonic()
        outputs = await asyncio.to_thread(_Outputs, self._output_limit)
        watch = await asyncio.to_thread(_Watch, limit, self._limits, writable or cwd, outputs)
        fenced = await asyncio.to_thread(self._isolation.command, command, writable or cwd, cwd)
        if not self._isolation.bubblewrap:
            fenced = kept(fenced)
        complaint = ""
        try:
            code = await _supervise(fenced, cwd, env, watch)
        except FileNotFoundError as error:
            code, complaint = _NOT_FOUND, f"{error}\n"
        except PermissionError as error:
            code, complaint = _NOT_EXECUTABLE, f"{error}\n"
        finally:
            stdout, stderr = await asyncio.to_thread(outputs.close)
        return CommandResult(
            returncode=code,
            stdout=stdout,
            stderr=stderr + complaint,
            seconds=time.monotonic() - started,
            timed_out=watch.timed_out,
            breach=watch.breach,
        )


async def _supervise(
    command: tuple[str, ...], cwd: Path, env: Mapping[str, str], watch: _Watch
) -> int:
    mark = uuid.uuid4().hex
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env={**env, MARK: mark},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=watch.outputs.out.handle,
        stderr=watch.outputs.err.handle,
        start_new_session=True,
    )
    ended = asyncio.ensure_future(process.wait())
    try:
        await watch.until(ended, process.pid)
    finally:
        await _surely(_reap(process, mark))
    return await ended


async def _reap(process: asyncio.subprocess.Process, mark: str) -> None:
    with suppress(ProcessLookupError):
        process.terminate()  # a keeper ends all that it keeps; walls end with their first process
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(process.wait()), _SECONDS_TO_END)
    end_group(process.pid)
    await process.wait()  # else its end is reported to a loop that is closed
    await asyncio.to_thread(end_strays, mark)


async def _surely(work: Coroutine[None, None, None]) -> None:
    """Wait for ``work`` to end, however often the one who waits is cancelled meanwhile."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    task.result()


class _Output:
    """A file without a name that takes what a command writes, and keeps the last of it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = b""
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` ends it
        self.handle = self._file.fileno()
        # Writes go to the end of the file, so cutting it short moves the writer back too.
        flags = fcntl.fcntl(self.handle, fcntl.F_GETFL)
        fcntl.fcntl(self.handle, fcntl.F_SETFL, flags | os.O_APPEND)

    def cut(self) -> None:
        """Throw away what is too much to keep on disk."""
        if os.fstat(self.handle).st_size > _FILE_LIMIT:
            self._kept = self._last()
            os.ftruncate(self.handle, 0)

    def close(self) -> str:
        """Give the last that was written, and let go of the file."""
        try:
            return self._last().decode(errors="replace")
        finally:
            self._file.close()

    def _last(self) -> bytes:
        size = os.fstat(self.handle).st_size
        fresh = os.pread(self.handle, self._limit, max(0, size - self._limit))
        return (self._kept + fresh)[-self._limit :]


class _Outputs:
    """Standard output and standard error."""

    def __init__(self, limit: int) -> None:
        self.out, self.err = _Output(limit), _Output(limit)

    def cut(self) -> None:
        """Bound both."""
        self.out.cut()
        self.err.cut()

    def close(self) -> tuple[str, str]:
        """Give the last of both."""
        return self.out.close(), self.err.close()


class _Watch:
    """Looks after a running command: its time, its output, and what it uses."""

    def __init__(self, limit: float, limits: Limits, directory: Path, outputs: _Outputs) -> None:
        self._limit = limit
        self._limits = limits
        self._directory = directory
        self._room = free_bytes(directory)
        self.outputs = outputs
        self.timed_out = False
        self.breach = ""

    async def until(self, ended: asyncio.Future[int], leader: int) -> None:
        """Return when the command ended, or is to be ended."""
        deadline = time.monotonic() + self._limit
        while (left := deadline - time.monotonic()) > 0:
            await asyncio.wait({ended}, timeout=min(_POLL_SECONDS, left))
            if ended.done():
                return
            await asyncio.to_thread(self._look, leader)
            if self.breach:
                return
        self.timed_out = True

    def _look(self, leader: int) -> None:
        self.outputs.cut()
        self.breach = breached(leader, self._directory, self._room, self._limits)
