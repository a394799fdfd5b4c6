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
from refactor_agent.verify.processes import MARK, end_processes

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
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            outputs = (out.fileno(), err.fileno())
            for handle in outputs:
                _append_only(handle)
            complaint = ""
            try:
                code, timed_out = await self._supervise(command, cwd, env, limit, outputs)
            except FileNotFoundError as error:
                code, timed_out, complaint = _NOT_FOUND, False, f"{error}\n"
            except PermissionError as error:
                code, timed_out, complaint = _NOT_EXECUTABLE, False, f"{error}\n"
            return CommandResult(
                returncode=code,
                stdout=self._tail(out.fileno()),
                stderr=self._tail(err.fileno()) + complaint,
                seconds=time.monotonic() - started,
                timed_out=timed_out,
            )

    async def _supervise(
        self,
        command: tuple[str, ...],
        cwd: Path,
        env: Mapping[str, str],
        limit: float,
        outputs: tuple[int, int],
    ) -> tuple[int, bool]:
        mark = uuid.uuid4().hex
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=cwd,
            env={**env, MARK: mark},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=outputs[0],
            stderr=outputs[1],
            start_new_session=True,
        )
        ended = asyncio.ensure_future(process.wait())
        try:
            timed_out = not await _ends_within(limit, ended, outputs)
        finally:
            end_processes(process.pid, mark)
        return await ended, timed_out

    def _tail(self, handle: int) -> str:
        size = os.fstat(handle).st_size
        start = max(0, size - self._output_limit)
        return os.pread(handle, self._output_limit, start).decode(errors="replace")


def _append_only(handle: int) -> None:
    """Let writes go to the end of the file, so that cutting it short moves the writer back too."""
    fcntl.fcntl(handle, fcntl.F_SETFL, fcntl.fcntl(handle, fcntl.F_GETFL) | os.O_APPEND)


async def _ends_within(limit: float, ended: asyncio.Future[int], outputs: tuple[int, int]) -> bool:
    deadline = time.monotonic() + limit
    while (left := deadline - time.monotonic()) > 0:
        await asyncio.wait({ended}, timeout=min(_POLL_SECONDS, left))
        if ended.done():
            return True
        for handle in outputs:
            if os.fstat(handle).st_size > _FILE_LIMIT:
                os.ftruncate(handle, 0)
    return False
