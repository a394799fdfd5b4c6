"""Drives an ASGI application in its own process and tells how fast it was. Standard library only.

Run with `-m` and a JSON file: ``app`` (``module:name``), ``requests`` (method, target, body),
``endpoints`` (``file::name`` of handlers, used when there are no requests), ``root``,
``concurrency``, ``count``, ``seconds`` and ``log``. Writes one JSON object.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

_LAG_EVERY = 0.005


def main(path: str) -> None:
    """Do what the settings at ``path`` ask for."""
    settings = json.loads(Path(path).read_text(encoding="ascii"))
    try:
        told = _told(settings)
    except BaseException as error:  # noqa: BLE001 - whatever ends the application is the answer
        told = {"problem": f"{type(error).__name__}: {error}"}
    Path(settings["log"]).write_text(json.dumps(told), encoding="ascii")


def _told(settings: dict[str, Any]) -> dict[str, Any]:
    module, _, name = settings["app"].partition(":")
    app: Any = importlib.import_module(module)
    for part in name.split("."):
        app = getattr(app, part)
    requests = settings["requests"] or list(_found(app, settings["root"], settings["endpoints"]))
    if not requests:
        return {"problem": "no GET route without parameters leads to what changed"}
    return asyncio.run(_measure(app, requests, settings))


async def _measure(app: Any, requests: list[list[str]], settings: dict[str, Any]) -> dict[str, Any]:
    async with _lifespan(app) as state:
        warm = [await _send(app, request, state) for request in requests]
        figures = await _drive(app, requests, state, settings)
    return {"statuses": warm, "requests": requests, **figures}


def _found(app: Any, root: str, endpoints: list[str]) -> Iterator[list[str]]:
    """Give the GET routes without parameters that lead to one of ``endpoints``."""
    for route in getattr(app, "routes", ()):
        code = getattr(getattr(route, "endpoint", None), "__code__", None)
        path = getattr(route, "path", "{")
        if code is None or "{" in path or "GET" not in (getattr(route, "methods", None) or ()):
            continue
        file = os.path.relpath(os.path.realpath(code.co_filename), os.path.realpath(root))
        if f"{file}::{code.co_name}" in endpoints:
            yield ["GET", path, ""]


async def _drive(
    app: Any, requests: list[list[str]], state: dict[str, Any], settings: dict[str, Any]
) -> dict[str, float]:
    """Send requests from several tasks until there were enough of them, or time is up."""
    times: list[float] = []
    statuses: list[int] = []
    lags: list[float] = []
    left = iter(range(settings["count"]))
    begin = time.perf_counter()

    async def client() -> None:
        for number in left:
            start = time.perf_counter()
            if start - begin > settings["seconds"]:
                return
            # Others get their turn first, as behind a server: waiting for the loop is waiting.
            await asyncio.sleep(0)
            statuses.append(await _send(app, requests[number % len(requests)], state))
            times.append(time.perf_counter() - start)

    watch = asyncio.create_task(_watch(lags))
    await asyncio.gather(*(client() for _ in range(settings["concurrency"])))
    took = time.perf_counter() - begin
    await asyncio.sleep(_LAG_EVERY)  # what held the loop to the end is told too
    watch.cancel()
    times.sort()
    return {
        "throughput": len(times) / took,
        "p50": _at(times, 0.5),
        "p95": _at(times, 0.95),
        "p99": _at(times, 0.99),
        "lag": max(lags, default=took),
        "errors": sum(status >= 500 for status in statuses),
    }


async def _watch(lags: list[float]) -> None:
    while True:
        start = time.perf_counter()
        await asyncio.sleep(_LAG_EVERY)
        lags.append(time.perf_counter() - start - _LAG_EVERY)


def _at(times: list[float], share: float) -> float:
    return times[min(len(times) - 1, int(share * len(times)))]


async def _send(app: Any, request: list[str], state: dict[str, Any]) -> int:
    """Send one request; give the status, 599 where the application raises or does not answer."""
    method, target, body = request
    path, _, query = target.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": method, "scheme": "http", "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "root_path": "", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "state": dict(state),
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json"),
                    (b"content-length", str(len(body.encode())).encode())],
    }  # fmt: skip
    messages = [{"type": "http.request", "body": body.encode(), "more_body": False}]
    done, status = asyncio.Event(), 599

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await done.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif not message.get("more_body", False):
            done.set()

    try:
        await app(scope, receive, send)
    except Exception:  # noqa: BLE001 - a server answers 500 here
        return 599
    return status


@contextlib.asynccontextmanager
async def _lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """Start the application up and shut it down, where it knows of that."""
    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    outbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    state: dict[str, Any] = {}

    async def run() -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": state}
        with contextlib.suppress(Exception):  # the way to say that there is no lifespan
            await app(scope, inbox.get, outbox.put)
        await outbox.put({"type": "ended"})

    task = asyncio.create_task(run())
    await inbox.put({"type": "lifespan.startup"})
    answer = await outbox.get()
    if answer["type"] == "lifespan.startup.failed":
        raise RuntimeError(f"startup failed: {answer.get('message', '')}")
    try:
        yield state
    finally:
        await inbox.put({"type": "lifespan.shutdown"})
        await task


if __name__ == "__main__":
    main(sys.argv[1])
