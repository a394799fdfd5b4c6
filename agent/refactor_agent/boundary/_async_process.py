"""Child processes that the event loop waits for, as `subprocess` would.

It needs nothing but the standard library of Python 3.9 or later, and asyncio.

Arguments, results and exceptions are those of `subprocess`. A caller that is
cancelled takes its child along. On Windows, where not every event loop can
start children, a thread waits.
"""

# fmt: off
# ruff: noqa: RUF100, A002, ANN401, ASYNC109, S404, S603, UP035, UP041

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
from contextlib import suppress
from functools import partial
from subprocess import PIPE
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections import abc

__all__ = [
    "call_process", "check_process", "open_process", "process_output", "run_process",
]
__version__ = "1.1"


async def run_process(
    args: Any, *, input: Any = None, capture_output: bool = False,
    timeout: float | None = None, check: bool = False, **options: Any,
) -> subprocess.CompletedProcess[Any]:
    """Do what `subprocess.run` does."""
    if input is not None:
        _refuse(options, "input", "stdin")
        options["stdin"] = PIPE
    if capture_output:
        _refuse(options, "capture_output", "stdout", "stderr")
        options["stdout"] = options["stderr"] = PIPE
    child = await open_process(args, **options)
    try:
        output, errors = await child.communicate(input, timeout)
    except BaseException:
        await child.stop()
        raise
    done = subprocess.CompletedProcess(args, child.returncode or 0, output, errors)
    if check:
        done.check_returncode()
    return done


async def call_process(args: Any, **options: Any) -> int:
    """Do what `subprocess.call` does."""
    return (await run_process(args, **options)).returncode


async def check_process(args: Any, **options: Any) -> int:
    """Do what `subprocess.check_call` does."""
    code = await call_process(args, **options)
    if code:
        raise subprocess.CalledProcessError(code, args)
    return 0


async def process_output(args: Any, **options: Any) -> Any:
    """Do what `subprocess.check_output` does."""
    _refuse(options, "check_output", "stdout", "check")
    if options.get("input", PIPE) is None:
        options["input"] = "" if _is_text(options) else b""
    done = await run_process(args, stdout=PIPE, check=True, **options)
    return done.stdout


async def open_process(args: Any, **options: Any) -> Process:
    """Do what `subprocess.Popen` does, for a caller that waits for the child."""
    if os.name == "nt":
        opened = await _in_thread(subprocess.Popen, args, **options)
        return _Threaded(opened)  # type: ignore[return-value]  # has its methods
    text = _Text(options)
    child, pipe = await _begin(args, options)
    return Process(args, child, text, pipe)


class Process:
    """A child that was opened, with the methods of `subprocess.Popen`, awaited."""

    returncode: int | None = None

    def __init__(self, args: Any, child: Any, text: Any, pipe: int) -> None:
        self.args, self.pid = args, child.transport.get_pid()
        self._child, self._text, self._pipe = child, text, pipe
        self._has_begun = False

    async def communicate(
        self, input: Any = None, timeout: float | None = None,
    ) -> tuple[Any, Any]:
        if self._has_begun and input:
            raise ValueError("Cannot send input after starting communication")
        self._has_begun, child, pipe, self._pipe = True, self._child, self._pipe, -1
        await child.send(pipe, partial(self._text.encoded, input))
        if not await self._until(child.ended, timeout):
            raise subprocess.TimeoutExpired(
                self.args, timeout or 0, child.said(1) or None, child.said(2) or None,
            )
        child.close()
        self.returncode = child.code
        decoded = self._text.decoded
        return decoded(child.said(1)), decoded(child.said(2))

    async def wait(self, timeout: float | None = None) -> int:
        if not await self._until(self._child.exited, timeout):
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        code: int = self._child.code
        self.returncode = code
        if not self._child.pipes:
            self._child.close()
        return code

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        """Send it past the transport, which would ask and lose how it ended."""
        if not self._child.exited.done():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def stop(self) -> None:
        """End it and see it end; what it started may live on."""
        self.kill()
        await self._child.exited
        self._child.close()

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *error: object) -> None:
        _close(self._pipe)
        self._pipe = -1
        for pipe in self._child.pipes:
            pipe.close()
        await self.wait()
        self._child.close()

    async def _until(
        self, moment: asyncio.Future[None], timeout: float | None,
    ) -> bool:
        try:
            await asyncio.wait_for(asyncio.shield(moment), timeout)
        except asyncio.TimeoutError:
            return False
        except asyncio.CancelledError:
            await self.stop()
            raise
        return True

    def __del__(self) -> None:
        _close(self._pipe)


class _Threaded:
    """One that threads wait for."""

    def __init__(self, opened: subprocess.Popen[Any]) -> None:
        self._opened = opened

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._opened, name)
        return partial(_in_thread, value) if name in {"communicate", "wait"} else value

    async def stop(self) -> None:
        self._opened.kill()
        await _in_thread(self._opened.wait)

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *error: object) -> None:
        await _in_thread(self._opened.__exit__, *error)


async def _in_thread(call: abc.Callable[..., Any], *given: Any, **named: Any) -> Any:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, partial(call, *given, **named))


async def _begin(args: Any, options: dict[str, Any]) -> tuple[_Child, int]:
    """Start it; give the end of the pipe to its input too, -1 where it has none."""
    pipe = -1
    if options.get("stdin") == PIPE:
        # A pipe, where some versions give a socket: that has no /dev/stdin.
        options["stdin"], pipe = os.pipe()
    is_one = isinstance(args, (str, bytes, os.PathLike))
    words: list[Any] = [args] if is_one else list(args)
    if options.pop("shell", False):
        words = [options.get("executable") or "/bin/sh", "-c", *words]
    options.pop("bufsize", None)
    given = {"stdin": None, "stdout": None, "stderr": None, **options}
    loop = asyncio.get_running_loop()
    try:
        transport, child = await loop.subprocess_exec(_Child, *words, **given)
    except BaseException:
        _close(pipe)
        raise
    finally:
        if pipe >= 0:
            _close(options["stdin"])
    child.transport = transport
    return child, pipe


class _Child(asyncio.SubprocessProtocol):
    """A running child and what it has said."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = loop.create_future()
        self.transport: Any = None
        self.exited: asyncio.Future[None] = loop.create_future()
        self._said: dict[int, bytearray] = {}
        self._input: tuple[asyncio.WriteTransport, _Pipe] | None = None

    async def send(self, pipe: int, make: abc.Callable[[], bytes]) -> None:
        """Write to the child; `pipe` is open until it has read all."""
        if pipe < 0:
            return
        file = os.fdopen(pipe, "wb", 0)  # refactor-agent: ignore is open
        try:
            data = make()
            loop = asyncio.get_running_loop()
            self._input = await loop.connect_write_pipe(_Pipe, file)
        except BaseException:
            file.close()  # refactor-agent: ignore holds nothing back
            raise
        writer, _ = self._input
        writer.write(data)
        writer.write_eof()

    def said(self, number: int) -> bytes | None:
        """Give what it wrote; `None` where nothing listened."""
        if self.transport.get_pipe_transport(number) is None:
            return None
        return bytes(self._said.get(number, b""))

    @property
    def pipes(self) -> list[Any]:
        found = [self.transport.get_pipe_transport(number) for number in (1, 2)]
        return [pipe for pipe in found if pipe is not None]

    @property
    def code(self) -> int:
        return int(self.transport.get_returncode())

    def close(self) -> None:
        if self._input is not None and self._input[1].is_open:
            self._input[0].abort()
        self.transport.close()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._said.setdefault(fd, bytearray()).extend(data)

    def process_exited(self) -> None:
        if not self.exited.done():
            self.exited.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if not self.ended.done():
            self.ended.set_result(None)


class _Pipe(asyncio.BaseProtocol):
    """Knows whether the pipe still takes what is written."""

    is_open = True

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.is_open = False


class _Text:
    """How bytes are read, where the options ask for text."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._is_on = _is_text(options)
        self._how = {
            name: options.pop(name, None) for name in ("encoding", "errors")
        }
        for name in ("text", "universal_newlines"):
            options.pop(name, None)

    def encoded(self, data: Any) -> bytes:
        if not data:
            return b""
        if not self._is_on:
            return bytes(memoryview(data))
        like = self._like()
        made: bytes = data.encode(like.encoding, like.errors)
        return made

    def decoded(self, data: bytes | None) -> Any:
        if data is None or not self._is_on:
            return data
        like = self._like()
        text = data.decode(like.encoding, like.errors or "strict")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _like(self) -> io.TextIOWrapper:
        """Know the encoding as `subprocess` does, by opening such a file."""
        return io.TextIOWrapper(io.BytesIO(), **self._how)


def _is_text(options: abc.Mapping[str, Any]) -> bool:
    names = ("encoding", "errors", "text", "universal_newlines")
    return any(options.get(name) for name in names)


def _refuse(options: abc.Mapping[str, Any], used: str, *others: str) -> None:
    for name in others:
        if options.get(name) is not None:
            raise ValueError(f"{used} and {name} may not both be used")


def _close(descriptor: int) -> None:
    if descriptor >= 0:
        os.close(descriptor)
