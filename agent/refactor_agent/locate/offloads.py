"""Callables that take work off the loop: which argument they run, and where."""

from __future__ import annotations

__all__ = ["BOUNDARY", "METHODS", "OFFLOADS", "TARGET_KEYWORDS", "WRAPPERS"]

OFFLOADS = {
    "asyncio.to_thread": 0,
    "anyio.to_thread.run_sync": 0,
    "anyio.to_process.run_sync": 0,
    "anyio.run_sync_in_worker_thread": 0,
    "asyncer.runnify": 0,
    "fastapi.concurrency.run_in_threadpool": 0,
    "starlette.concurrency.run_in_threadpool": 0,
    "trio.to_thread.run_sync": 0,
    "trio.run_sync_in_worker_thread": 0,
    "langchain_core.runnables.run_in_executor": 1,
    "langchain_core.runnables.config.run_in_executor": 1,
    "threading.Thread": 1,
    "threading.Timer": 1,
    "multiprocessing.Process": 1,
    "_thread.start_new_thread": 0,
    "starlette.background.BackgroundTask": 0,
}
"""Qualified name to the position of the callable that runs elsewhere."""

WRAPPERS = frozenset(
    {
        "asgiref.sync.sync_to_async",
        "asgiref.sync.SyncToAsync",
        "asyncer.asyncify",
        "channels.db.database_sync_to_async",
        "aiofiles.ospath.wrap",
        "aiofiles.os.wrap",
    }
)
"""Given a function, they give an async one that runs it on a worker thread."""

METHODS = {
    "run_in_executor": 1,
    "async_add_executor_job": 0,
    "add_executor_job": 0,
    "run_in_threadpool": 0,
    "submit": 0,
    "apply_async": 0,
    "run_sync": 0,
    "defer_to_thread": 0,
    "deferToThread": 0,
}
"""Method name to the position of the callable; only ever used to stay quiet."""

BOUNDARY = ("_async_adapters.offload", "_async_adapters.Limiter.offload")
"""Ends of the names under which the vendored boundary module lives in a target."""

TARGET_KEYWORDS = frozenset({"target", "func", "fn", "function", "callable"})
"""Keywords by which the callable may be given instead."""
