"""Bounds for async code: threads, loops, time, retries, and a rollout's share.

It needs nothing but the standard library of Python 3.9 or later, and asyncio.

An offloaded call sees its caller's context variables; its result or exception
comes back unchanged. Cancelling the caller drops it: a call that waits for a
thread never runs, one that runs goes on, and the interpreter waits at exit.

Settings, read anew each time: the variable ASYNC_ADAPTERS_FLAG_CHECKOUT, or
else {"flag": {"checkout": 25}} in the file that ASYNC_ADAPTERS_SETTINGS names.
"""

# fmt: off
# ruff: noqa: RUF100, ANN401, BLE001, S311, UP035, UP041, UP047

from __future__ import annotations

import asyncio
import contextvars
import hashlib
import importlib
import json
import logging
import os
import random
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Callable, TypeVar

if TYPE_CHECKING:
    from collections import abc

    from typing_extensions import ParamSpec

    P = ParamSpec("P")

__all__ = [
    "Limiter", "Policy", "budget", "default_limiter", "enabled", "flag_key",
    "offload", "ordered_map", "remaining", "set_flag_provider", "span",
]
__version__ = "2.0"

S = TypeVar("S")
T = TypeVar("T")
NO_LIMIT = float("inf")
_log = logging.getLogger("async_adapters")
_source = SimpleNamespace(provider=None, sections={}, read_again=0.0)
_deadline = contextvars.ContextVar("deadline", default=NO_LIMIT)
_held: Any = contextvars.ContextVar("held", default=frozenset())
flag_key = contextvars.ContextVar("flag_key", default="")
"""Who asks, such as a user's id: the same key gets the same side of a flag."""
_lock = threading.Lock()  # of all limiters; a fork waits until it is free
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release)
    os.register_at_fork(after_in_child=_lock.release)
_trace: Any = None
_waits: Any = None
with suppress(ImportError):
    _trace = importlib.import_module("opentelemetry.trace")
    _metrics = importlib.import_module("opentelemetry.metrics")
    _meter = _metrics.get_meter("async_adapters")
    _waits = _meter.create_histogram("async_adapters.queue_wait", unit="s")


@contextmanager
def span(name: str, **fields: str | float) -> abc.Iterator[None]:
    """Trace what runs inside with OpenTelemetry, or log how long it took."""
    if _trace is not None:
        tracer = _trace.get_tracer("async_adapters")
        with tracer.start_as_current_span(name, attributes=fields):
            yield
        return
    began = time.perf_counter()
    try:
        yield
    finally:
        fields["seconds"] = time.perf_counter() - began
        _log.debug("%s %s", name, fields, extra={"span": name, **fields})


@contextmanager
def budget(seconds: float) -> abc.Iterator[None]:
    """Give policies and limiters so long; what is left is for nested calls."""
    token = _deadline.set(min(_deadline.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _deadline.reset(token)


def remaining() -> float:
    """Give the seconds left of the budget; infinite where none was set."""
    return max(0.0, _deadline.get() - time.monotonic())


class Limiter:
    """A named bound on the calls that run at once, with threads of its own.

    Not the loop's threads: those resolve host names, which would queue too.
    Any number of loops may use it, in any threads, together or in turn. It
    counts its calls, and the seconds that they waited for a thread.
    """

    def __init__(self, name: str, threads: int | None = None) -> None:
        """Allow `threads` calls at once; else the setting "threads", or 40."""
        if threads is not None and threads < 1:
            raise ValueError(f"a limiter needs a thread, not {threads}")
        self.name = name
        self.calls, self.waited, self.longest_wait = 0, 0.0, 0.0
        self._threads = threads
        self._pools: dict[int, ThreadPoolExecutor] = {}

    async def offload(
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs,
    ) -> T:
        """Call `function` on a thread of this limiter; give its result."""
        name = getattr(function, "__qualname__", repr(function))
        with span(f"offload {name}", limiter=self.name):
            context, held = contextvars.copy_context(), _held.get()
            context.run(_held.set, held | {self})
            queued = time.perf_counter()

            def call() -> T:
                self._note(name, time.perf_counter() - queued)
                if not context.run(remaining):
                    raise TimeoutError(f"the budget ended before {name}")
                try:
                    return context.run(function, *args, **kwargs)
                except StopIteration as error:
                    # A future refuses it; the caller would wait for ever.
                    raise RuntimeError("StopIteration was raised") from error

            # Whoever holds a thread here and asks for another could wait for
            # itself: such a call runs on the loop's own threads.
            pool = None if self in held else self._pool()
            return await asyncio.get_running_loop().run_in_executor(pool, call)

    def _pool(self) -> ThreadPoolExecutor:
        with _lock:
            if os.getpid() not in self._pools:  # threads do not survive a fork
                wanted = self._threads or _setting("threads", self.name, 40)
                pool = ThreadPoolExecutor(int(wanted), f"offload-{self.name}")
                self._pools = {os.getpid(): pool}
            return self._pools[os.getpid()]

    def _note(self, name: str, waited: float) -> None:
        with _lock:
            self.calls, self.waited = self.calls + 1, self.waited + waited
            self.longest_wait = max(self.longest_wait, waited)
        if _waits is not None:
            _waits.record(waited, {"limiter": self.name})
        extra = {"limiter": self.name, "waited": waited}
        _log.debug("%s waited %.4f s for a thread", name, waited, extra=extra)


default_limiter = Limiter("default")


async def offload(
    function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs,
) -> T:
    """Call a blocking `function` on a thread of `default_limiter`."""
    return await default_limiter.offload(function, *args, **kwargs)


async def ordered_map(
    function: Callable[[S], abc.Awaitable[T]],
    items: abc.Iterable[S] | abc.AsyncIterable[S], *, limit: int,
) -> abc.AsyncIterator[T]:
    """Await `function(item)` for `limit` items at once; give results in order.

    The first exception, in the order of the items, comes after the results
    before it, as from a plain loop. Calls for up to `limit` - 1 later items
    may have begun by then; they are cancelled, and no more begin.
    """
    if limit < 1:
        raise ValueError(f"at least one call must run, not {limit}")
    room = asyncio.Semaphore(limit)
    begun: asyncio.Queue[asyncio.Future[T] | None] = asyncio.Queue()
    running: deque[asyncio.Future[T]] = deque()

    async def begin() -> None:
        await room.acquire()
        async for item in _each(items):
            running.append(asyncio.ensure_future(function(item)))
            begun.put_nowait(running[-1])
            await room.acquire()
            ended = (task for task in running if task.done())
            if any(task.cancelled() or task.exception() for task in ended):
                break

    beginning = asyncio.ensure_future(begin())
    beginning.add_done_callback(lambda _: begun.put_nowait(None))
    try:
        while (task := await begun.get()) is not None:
            result = await task
            running.popleft()
            room.release()
            yield result
        await beginning
    finally:
        rest: list[asyncio.Future[Any]] = [beginning, *running]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


async def _each(items: Any) -> abc.AsyncIterator[Any]:
    if hasattr(items, "__aiter__"):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


@dataclass(frozen=True)
class Policy:
    """Timeouts and retries of a named dependency; times are in seconds.

    Only `idempotent` calls are tried again. The setting "policy" of its name
    overrides the numbers: `{"timeout": 2, "attempts": 3}`.
    """

    name: str
    idempotent: bool = False
    timeout: float = NO_LIMIT
    attempts: int = 3
    total: float = NO_LIMIT
    backoff: float = 0.1
    retry_on: tuple[type[Exception], ...] = (OSError, asyncio.TimeoutError)

    async def call(
        self, function: Callable[P, abc.Awaitable[T]], /,
        *args: P.args, **kwargs: P.kwargs,
    ) -> T:
        """Await `function`; raises `asyncio.TimeoutError` when time is up."""
        policy = replace(self, **_setting("policy", self.name, {}))
        with span(f"call {self.name}"), budget(policy.total):
            attempt = 0
            while True:
                attempt += 1
                left = min(policy.timeout, remaining())
                limit = None if left == NO_LIMIT else left
                try:
                    made = function(*args, **kwargs)
                    return await asyncio.wait_for(made, limit)
                except policy.retry_on:
                    pause = random.random() * policy.backoff * 2**attempt
                    over = attempt >= policy.attempts or pause >= remaining()
                    if over or not policy.idempotent:
                        raise
                await asyncio.sleep(pause)


def set_flag_provider(ask: Callable[[str, str], float | None]) -> None:
    """Let `ask(name, key)` give shares first; its `None` leaves one open."""
    _source.provider = ask


def enabled(name: str, percent: float = 0, *, key: str = "") -> bool:
    """Say whether the new path is on: for `percent` of keys, or of calls.

    The provider, then the setting "flag" of that name, override `percent`; a
    share that can't be had leaves the old path on.
    """
    key = key or flag_key.get()
    try:
        share = _source.provider and _source.provider(name, key)
        share = _setting("flag", name, percent) if share is None else share
        share = 100.0 if share is True else float(share)
    except Exception:
        _log.exception("flag %s is off: its share can't be had", name)
        return False
    digest = hashlib.sha256(f"{name}:{key}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    return (place if key else random.random()) * 100 < share


def _setting(section: str, name: str, default: Any) -> Any:
    words = f"ASYNC_ADAPTERS_{section}_{name}".upper().replace("-", "_")
    if os.environ.get(words):
        return json.loads(os.environ[words])
    file = os.environ.get("ASYNC_ADAPTERS_SETTINGS")
    if file and time.monotonic() >= _source.read_again:
        _source.read_again = time.monotonic() + 1.0
        try:
            text = Path(file).read_bytes()  # refactor-agent: ignore rarely, small
            _source.sections = dict(json.loads(text))
        except (OSError, TypeError, ValueError):
            _log.exception("%s can't be read; what it said holds", file)
    return _source.sections.get(section, {}).get(name, default)
