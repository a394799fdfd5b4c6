"""The standard library's sync and async counterparts, and which of their methods are awaited.

Source: the reference of `asyncio` (synchronisation primitives, queues) and of `contextlib`, and
the reference of `anyio` (synchronisation primitives), as of Python 3.11 and anyio 4.
"""

from __future__ import annotations

from refactor_agent.asyncify.leaves.member import Member

__all__ = [
    "ASYNC_CONTEXTS",
    "ASYNC_ITERATORS",
    "COMPANIONS",
    "COUNTERPARTS",
    "FUNCTIONS",
    "MEMBERS",
    "MIRRORED",
    "POOLS",
]

POOLS = {
    "concurrent.futures.ThreadPoolExecutor": "asyncio.TaskPool",
    "multiprocessing.pool.ThreadPool": "asyncio.TaskPoolOfJobs",
}
"""Pools of threads, and what `pool_code` defines in a file in their place: asyncio has none."""

COUNTERPARTS = {
    "time.sleep": "asyncio.sleep",
    "contextlib.ExitStack": "contextlib.AsyncExitStack",
    "contextlib.contextmanager": "contextlib.asynccontextmanager",
    "contextlib.AbstractContextManager": "contextlib.AbstractAsyncContextManager",
    "threading.Lock": "asyncio.Lock",
    "threading.RLock": "asyncio.Lock",
    "threading.Event": "asyncio.Event",
    "threading.Condition": "asyncio.Condition",
    "threading.Semaphore": "asyncio.Semaphore",
    "threading.BoundedSemaphore": "asyncio.BoundedSemaphore",
    "_thread.LockType": "asyncio.Lock",
    "queue.Queue": "asyncio.Queue",
    "queue.Empty": "asyncio.QueueEmpty",
    "queue.Full": "asyncio.QueueFull",
    "concurrent.futures.Future": "asyncio.Future",
    "concurrent.futures.TimeoutError": "asyncio.TimeoutError",
    "concurrent.futures.CancelledError": "asyncio.CancelledError",
    "concurrent.futures.as_completed": "asyncio.as_they_complete",
    "concurrent.futures.wait": "asyncio.wait",
    "multiprocessing.pool.AsyncResult": "asyncio.Future",
    **POOLS,
}
"""What takes the place of what, once a function that uses it has become async."""

COMPANIONS = {
    "queue.Queue": ("queue.Empty", "queue.Full"),
    "threading.Lock": ("_thread.LockType",),
    "concurrent.futures.ThreadPoolExecutor": tuple(
        f"concurrent.futures.{name}"
        for name in ("Future", "TimeoutError", "CancelledError", "as_completed", "wait")
    ),
    "multiprocessing.pool.ThreadPool": ("multiprocessing.pool.AsyncResult",),
}
"""What goes with a class: other names, and exceptions that its counterpart raises others for."""

_LOCK = {"acquire": Member("acquire"), "release": Member("release", awaited=False)}
_PLAIN = {
    name: Member(name, awaited=False)
    for name in (
        "clear", "empty", "full", "get_nowait", "is_set", "locked", "notify", "notify_all",
        "put_nowait", "qsize", "set", "task_done",
    )
}  # fmt: skip

MEMBERS = {
    "asyncio.Lock": _LOCK,
    "asyncio.Semaphore": _LOCK,
    "asyncio.BoundedSemaphore": _LOCK,
    "asyncio.Condition": {**_LOCK, "wait": Member("wait"), "wait_for": Member("wait_for")},
    "asyncio.Event": {"wait": Member("wait")},
    "asyncio.Future": {name: Member(name) for name in ("result", "exception", "get")},
    "asyncio.TaskPool": {
        "map": Member("map", awaited=False, gives="iterator"),
        "shutdown": Member("shutdown"),
    },
    "asyncio.TaskPoolOfJobs": {"join": Member("join")},
    "asyncio.Queue": {"get": Member("get"), "put": Member("put"), "join": Member("join")},
    "anyio.Lock": _LOCK,
    "anyio.Semaphore": _LOCK,
    "anyio.Condition": {**_LOCK, "wait": Member("wait")},
    "anyio.Event": {"wait": Member("wait")},
    "contextlib.AsyncExitStack": {
        "close": Member("aclose"),
        "callback": Member("callback", awaited=False),
        "pop_all": Member("pop_all", awaited=False),
    },
}
"""Async class to the attributes that its sync counterpart is used by."""

for _members in MEMBERS.values():
    for _name, _member in _PLAIN.items():
        _members.setdefault(_name, _member)

FUNCTIONS = {
    "asyncio.as_they_complete": Member("asyncio.as_they_complete", awaited=False, gives="iterator"),
    "contextlib.asynccontextmanager": Member("contextlib.asynccontextmanager", awaited=False),
}
"""Counterparts of functions whose call is not awaited."""

MIRRORED = {"sqlite3.Connection": {"cursor": Member("cursor")}}
"""Methods that don't block, and are awaited all the same in libraries that mirror the class: they
run every call on the thread that holds the connection. Source: the documentation of aiosqlite."""

ASYNC_CONTEXTS = frozenset(
    f"{home}.{name}"
    for home in ("asyncio", "anyio")
    for name in ("Lock", "Semaphore", "BoundedSemaphore", "Condition", "CapacityLimiter")
) | {
    "asyncio.TaskPool",
    "contextlib.AsyncExitStack",
    "contextlib.AbstractAsyncContextManager",
}
"""Async classes that are entered with ``async with``."""

ASYNC_ITERATORS = frozenset({"asyncio.StreamReader"})
"""Async classes that are read with ``async for``."""
