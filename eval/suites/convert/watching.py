"""What hidden tests import: other work beside what they try, and a server that is slow.

Standard library alone: it lies beside the tests, in whatever environment these run.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

__all__ = ["Answer", "Asked", "Server", "beside", "later", "maybe", "served"]

T = TypeVar("T")
_TICK = 0.01
WAIT = 1.2
"""Seconds that whatever is slow here takes."""
_HELD = WAIT * 2 / 3
"""Seconds without a turn of the loop from which on something held it."""


def beside(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run ``work`` with another task beside it; fails when that one gets no turns meanwhile."""
    result, gap = asyncio.run(_watched(work))
    if gap >= _HELD:
        raise AssertionError(f"the loop was held for {gap:.2f} s")
    return result


async def maybe(work: Callable[..., T | Awaitable[T]], *given: object) -> T:
    """Call what may have become async, or not; the answer is the same."""
    found = work(*given)
    return await found if isinstance(found, Awaitable) else found


async def _watched(work: Callable[[], Coroutine[Any, Any, T]]) -> tuple[T, float]:
    gaps: list[float] = [0.0]

    async def tick() -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(_TICK)
            now = time.monotonic()
            gaps.append(now - last)
            last = now

    ticker = asyncio.create_task(tick())
    await asyncio.sleep(3 * _TICK)
    result = await work()
    await asyncio.sleep(3 * _TICK)
    ticker.cancel()
    return result, max(gaps)


@contextmanager
def later(action: Callable[[], object], seconds: float = WAIT) -> Iterator[None]:
    """Do ``action`` on a thread of its own after a while: what someone else does meanwhile."""
    timer = threading.Timer(seconds, action)
    timer.start()
    try:
        yield
    finally:
        timer.join()


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What is answered; ``wait`` seconds later."""

    status: int = 200
    body: bytes | str | dict[str, Any] | list[Any] = b""
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0


@dataclass
class Server:
    """An HTTP server on the loopback interface, and what it was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    most: int = 0
    """So many requests at once, at most."""


@contextmanager
def served(respond: Callable[[Asked], Answer]) -> Iterator[Server]:
    """Serve ``respond`` for as long as the block lasts."""
    state = Server("")
    lock, now = threading.Lock(), [0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            parts = urlsplit(self.path)
            query = parse_qs(parts.query, keep_blank_values=True)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, query, headers, self.rfile.read(length))
            with lock:
                state.asked.append(asked)
                now[0] += 1
                state.most = max(state.most, now[0])
            answer = respond(asked)
            time.sleep(answer.wait)
            with lock:
                now[0] -= 1
            self._send(answer)

        def _send(self, answer: Answer) -> None:
            body = answer.body
            if isinstance(body, (dict, list)):
                body = json.dumps(body)
            data = body.encode() if isinstance(body, str) else body
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _any  # noqa: N815 - its names

        def log_message(self, *arguments: object) -> None:
            del arguments

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
