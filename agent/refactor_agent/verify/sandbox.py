"""Runs the target's commands so that nothing they start outlives its time limit."""

from __future__ import annotations

import asyncio
import fcntl
import os
import tempfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

from refactor_agent.ports import CommandResult
from refactor_agent.verify.processes import MARK, end_group, end_strays

__all__ = ["ProcessSandbox"]

_NOT_FOUND = 127
_NOT_EXECUTABLE = 126
_POLL_SECONDS = 0.25
_FILE_LIMIT = 16 * 1024 * 1024
"""Bytes of output kept on disk while a command runs; what came before is thrown away."""


class ProcessSandbox:
    """Runs each command as a plain child process in a session of its own.

    It has no walls: a command can still write wherever the user may. What it does promise is
    that the command, and all that it started, is gone when `run` returns or is cancelled.
    """

    def __init__(self, output_limit: int = 64 * 1024) -> None:
        self._output_limit = output_limit

    async def run(
        self, command: tuple[str, ...], *, cwd: Path, env: Mapping[str, str], limit: float
    ) -> CommandResult:
        """Run ``command``; the last bytes of its output are kept, up to the output limit.

        A command that can't be started ends with 127 (not found) or 126, as in a shell.
        """
        started = time.monotonic()
        outputs = await asyncio.to_thread(_Outputs, self._output_limit)
        complaint = ""
        try:
            code, timed_out = await self._supervise(command, cwd, env, limit, outputs)
        except FileNotFoundError as error:
            code, timed_out, complaint = _NOT_FOUND, False, f"{error}\n"
        except PermissionError as error:
            code, timed_out, complaint = _NOT_EXECUTABLE, False, f"{error}\n"
        finally:
            stdout, stderr = await asyncio.to_thread(outputs.close)
        return CommandResult(
            returncode=code,
            stdout=stdout,
            stderr=stderr + complaint,
            seconds=time.monotonic() - started,
            timed_out=timed_out,
        )

    async def _supervise(
        self,
        command: tuple[str, ...],
        cwd: Path,
        env: Mapping[str, str],
        limit: float,
        outputs: _Outputs,
    ) -> tuple[int, bool]:
        mark = uuid.uuid4().hex
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=cwd,
            env={**env, MARK: mark},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=outputs.out.handle,
            stderr=outputs.err.handle,
            start_new_session=True,
        )
        ended = asyncio.ensure_future(process.wait())
        try:
            timed_out = not await _ends_within(limit, ended, outputs)
        finally:
            end_group(process.pid)
            await process.wait()  # else its end is reported to a loop that is closed
            await asyncio.shield(asyncio.to_thread(end_strays, mark))
        return await ended, timed_out


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


async def _ends_within(limit: float, ended: asyncio.Future[int], outputs: _Outputs) -> bool:
    deadline = time.monotonic() + limit
    while (left := deadline - time.monotonic()) > 0:
        await asyncio.wait({ended}, timeout=min(_POLL_SECONDS, left))
        if ended.done():
            return True
        await asyncio.to_thread(outputs.cut)
    return False
