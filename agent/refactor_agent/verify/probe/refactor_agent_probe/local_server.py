"""A local HTTP server that answers by path, and keeps what it was asked. Standard library only.

What it answers is what services do on good and on bad days: redirects, errors, answers that are no
JSON, and those of the APIs that rules have examples for.
"""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Seen", "serve"]

_TEXT = {"role": "assistant", "content": "Four."}
_ANSWERS: dict[str, tuple[int, object]] = {
    "/moved": (302, None),
    "/missing": (404, {"error": "no such page"}),
    "/broken": (500, {"error": "out of order"}),
    "/chat/completions": (200, {
        "id": "1", "object": "chat.completion", "created": 1, "model": "small",
        "choices": [{"index": 0, "finish_reason": "stop", "message": _TEXT}],
    }),
    "/embeddings": (200, {
        "object": "list", "model": "embed", "usage": {"prompt_tokens": 1, "total_tokens": 1},
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}],
    }),
    "/v1/messages": (200, {
        "id": "1", "type": "message", "role": "assistant", "model": "small",
        "stop_reason": "end_turn", "content": [{"type": "text", "text": "Four."}],
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }),
    "/v1/messages/count_tokens": (200, {"input_tokens": 7}),
    "/api/chat": (200, {"model": "small", "message": _TEXT}),
    "/api/embed": (200, {"model": "embed", "embeddings": [[0.5, 0.25]]}),
}  # fmt: skip
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
        self.seen.append(Seen(self.command, self.path, _read(self.rfile.read(length))))
        status, answer = _ANSWERS.get(self.path.partition("?")[0], _ANY)
        data = _NO_JSON.get(self.path, json.dumps(answer).encode())
        self.send_response(status)
        if self.path == "/moved":
            self.send_header("location", "/good")
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the names http.server looks for

    def log_message(self, *args: object) -> None:
        """Stay quiet."""


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
