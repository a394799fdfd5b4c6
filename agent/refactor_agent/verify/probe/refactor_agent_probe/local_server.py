"""A local HTTP server that answers by path, and keeps what it was asked. Standard library only.

What it answers is what services do on good and on bad days: redirects, errors, answers that are no
JSON, and those of the APIs that rules have examples for, streams of events too.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

from .local_answers import ANSWERS, LINES, STREAMS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Seen", "serve"]

_VERSION = re.compile(r"^(/openai)?/v[12](beta)?(?=/(chat|embed|models|rerank))")
_NO_JSON = {"/no-json": b"<html>", "/reports/a/b": b""}
_ANY = (200, {"price": 3, "version": "1.2"})


class Seen(NamedTuple):
    """What the server was asked."""

    method: str
    path: str
    body: Any
    """Read as JSON where it is some; else its text."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[Seen]

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = _read(self.rfile.read(length))
        self.seen.append(Seen(self.command, self.path, body))
        events = self.headers.get("accept") == "text/event-stream"
        status, kind, data = _answer(self.path, body, events=events)
        self.send_response(status)
        if self.path == "/moved":
            self.send_header("location", "/good")
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the names http.server looks for

    def log_message(self, *args: object) -> None:
        """Stay quiet."""


def _answer(path: str, body: Any, *, events: bool) -> tuple[int, str, bytes]:
    """Give the status, the type and the bytes of what is answered."""
    page = _VERSION.sub("", path.partition("?")[0])
    asked = isinstance(body, dict) and bool(body.get("stream"))
    streamed = events or asked or path.endswith("alt=sse")
    if page in LINES and streamed:
        lines = "".join(f"{json.dumps(part)}\n" for part in LINES[page])
        return 200, "application/x-ndjson", lines.encode()
    if page in STREAMS and streamed:
        return 200, "text/event-stream", b"".join(map(_event, STREAMS[page]))
    ill = next((name for name in ("/missing", "/broken") if name[1:] in page.split("/")), None)
    status, answer = ANSWERS.get(page) or ANSWERS.get(ill or page, _ANY)
    return status, "application/json", _NO_JSON.get(path, json.dumps(answer).encode())


def _event(told: tuple[str, object]) -> bytes:
    name, data = told
    head = f"event: {name}\nid: 1\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def _read(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")


@contextlib.contextmanager
def serve() -> Iterator[tuple[str, list[Seen]]]:
    """Serve on loopback, on a free port; give the address and the growing list of requests."""
    seen: list[Seen] = []
    handler = type("Recorder", (_Handler,), {"seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.server_port}", seen
        finally:
            running.shutdown()
            thread.join()
