"""Run blocking calls from async code, on a bounded number of threads.

This file is self-contained: it needs the standard library only, Python 3.9 or
later, and asyncio (or uvloop). It was added by refactor-agent and is yours to
keep; the tool replaces it only while it is unchanged.

    text = await offload(path.read_text, encoding="utf-8")

What to expect of an offloaded call:

* It sees the caller's context variables; changes to them stay in the thread.
* Its result or exception reaches the caller unchanged. `StopIteration`, which
  no coroutine may raise, becomes `RuntimeError`, as in any coroutine.
* Cancelling the caller drops the result. A call that still waits for a thread
  never runs; one that runs goes on to its end, since threads can't be stopped.
  Keep the timeouts that the blocking library offers.
* At interpreter exit, calls that still run are waited for, so that no write is
  torn. Idle threads hold nothing up.

The threads are this module's own. The loop's default pool also resolves host
names, so a queue of slow calls there would hold up every connection.
"""

# ruff: noqa: RUF100, UP035, UP047

from __future__ import annotations

import asyncio
import contextvars
import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import ParamSpec

    P = ParamSpec("P")

__all__ = ["Limiter", "Usage", "default_limiter", "offload"]
__version__ = "1.0"

T = TypeVar("T")

_log = logging.getLogger("async_adapters")

THREADS_VARIABLE = "ASYNC_ADAPTERS_THREADS"
DEFAULT_THREADS = 40
"""What anyio, and with it Starlette and FastAPI, grant to blocking calls."""


def _threads_from_environment() -> int:
    text = os.environ.get(THREADS_VARIABLE, "")
    if not text:
        return DEFAULT_THREADS
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{THREADS_VARIABLE} is not a count: {text!r}")
    return int(text)


@dataclass(frozen=True)
class Usage:
    """What a limiter has done so far; times are in seconds."""

    calls: int = 0
    """Calls that got a thread."""
    waited: float = 0.0
    """Time those calls waited for one, added up."""
    longest_wait: float = 0.0


class Limiter:
    """A named bound on the calls that run at once, with threads of its own.

    It belongs to no event loop: any number of loops, in any threads, may use
    one limiter, together or one after the other.
    """

    def __init__(self, name: str, threads: int | None = None) -> None:
        """Allow `threads` calls at once.

        Without a number, the environment variable ASYNC_ADAPTERS_THREADS says
        how many when the first call comes, else DEFAULT_THREADS.
        """
        if threads is not None and threads < 1:
            raise ValueError(f"a limiter needs a thread, not {threads}")
        self.name = name
        self._threads = threads
        self._lock = threading.Lock()
        self._executor: ThreadPoolExecutor | None = None
        self._process = 0
        self._usage = Usage()

    @property
    def usage(self) -> Usage:
        """What was done so far: grow the limiter if calls wait for long."""
        return self._usage

    async def offload(
        self,
        function: Callable[P, T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Call `function` on one of this limiter's threads; give its result.

        See the module's own text on context, exceptions and cancellation.
        """
        context = contextvars.copy_context()
        queued = time.perf_counter()

        def call() -> T:
            self._note_wait(function, time.perf_counter() - queued)
            try:
                return context.run(function, *args, **kwargs)
            except StopIteration as error:
                # A future refuses it, and the caller would wait for ever.
                raise RuntimeError("StopIteration was raised") from error

        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool(), call)

    def _pool(self) -> ThreadPoolExecutor:
        with self._lock:
            process = os.getpid()
            # Threads do not survive a fork; their pool would wait for them.
            if self._executor is None or self._process != process:
                self._process = process
                self._executor = ThreadPoolExecutor(
                    self._threads or _threads_from_environment(),
                    thread_name_prefix=f"offload-{self.name}",
                )
            return self._executor

    def _note_wait(self, function: object, waited: float) -> None:
        with self._lock:
            self._usage = Usage(
                self._usage.calls + 1,
                self._usage.waited + waited,
                max(self._usage.longest_wait, waited),
            )
        if _log.isEnabledFor(logging.DEBUG):
            name = getattr(function, "__qualname__", repr(function))
            _log.debug(
                "%s waited %.4f s for a thread of limiter %s",
                name,
                waited,
                self.name,
            )


default_limiter = Limiter("default")
"""The bound of every `offload` that names no other limiter."""


async def offload(
    function: Callable[P, T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Call a blocking `function` on a thread of `default_limiter`.

    For another bound: `await Limiter("reports", 4).offload(function)`, with
    the limiter kept, since the bound is the limiter's.
    """
    return await default_limiter.offload(function, *args, **kwargs)
