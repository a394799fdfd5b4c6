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

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Seen", "serve"]

_TEXT = {"role": "assistant", "content": "Four."}
_COMPLETION = {"id": "1", "created": 1, "model": "small"}
_MESSAGE = {
    "id": "1", "type": "message", "role": "assistant", "model": "small",
    "usage": {"input_tokens": 1, "output_tokens": 1},
}  # fmt: skip
_CANDIDATE = {"content": {"role": "model", "parts": [{"text": "Four."}]}, "finishReason": "STOP"}
_ANSWERS: dict[str, tuple[int, object]] = {
    "/moved": (302, None),
    "/missing": (404, {"error": "no such page"}),
    "/broken": (500, {"error": "out of order"}),
    "/chat/completions": (200, {
        **_COMPLETION, "object": "chat.completion",
        "choices": [{"index": 0, "finish_reason": "stop", "message": _TEXT}],
    }),
    "/embeddings": (200, {
        "object": "list", "model": "embed", "usage": {"prompt_tokens": 1, "total_tokens": 1},
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}],
    }),
    "/v1/messages": (200, {
        **_MESSAGE, "stop_reason": "end_turn", "content": [{"type": "text", "text": "Four."}],
    }),
    "/v1/messages/count_tokens": (200, {"input_tokens": 7}),
    "/models": (200, {"models": [{"name": "models/small"}]}),
    "/models/small:generateContent": (200, {"candidates": [_CANDIDATE]}),
    "/rerank": (200, {"id": "1", "results": [{"index": 1, "relevance_score": 0.5}]}),
    "/embed": (200, {"id": "1", "embeddings": {"float": [[0.5, 0.25]]}, "texts": ["lamp"]}),
    "/indexes('films')/docs/search.post.search": (200, {
        "@odata.count": 1, "value": [{"title": "Up"}],
    }),
    "/api/chat": (200, {"model": "small", "message": _TEXT}),
    "/api/embed": (200, {"model": "embed", "embeddings": [[0.5, 0.25]]}),
}  # fmt: skip
_STREAMS: dict[str, list[tuple[str, object]]] = {
    "/chat/completions": [
        ("", {**_COMPLETION, "object": "chat.completion.chunk",
              "choices": [{"index": 0, "finish_reason": reason, "delta": {"content": text}}]})
        for text, reason in (("Fo", None), ("ur.", "stop"))
    ],
    "/v1/messages": [
        (str(event["type"]), event)
        for event in (
            {"type": "message_start", "message": {**_MESSAGE, "content": []}},
            {"type": "content_block_start", "index": 0,
             "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0,
             "delta": {"type": "text_delta", "text": "Four."}},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"},
             "usage": {"output_tokens": 1}},
            {"type": "message_stop"},
        )
    ],
    "/chat": [
        ("", {"type": "content-delta", "index": 0,
              "delta": {"message": {"content": {"text": text}}}})
        for text in ("Fo", "ur.")
    ],
    "/models/small:streamGenerateContent": [("", {"candidates": [_CANDIDATE]})],
}  # fmt: skip
"""What is answered to those who ask for a stream: events, by name and data."""
_LINES = {
    "/api/chat": [
        {"model": "small", "message": {"role": "assistant", "content": text}, "done": done}
        for text, done in (("Fo", False), ("ur.", True))
    ],
}
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
        status, kind, data = _answer(self.path, body)
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


def _answer(path: str, body: Any) -> tuple[int, str, bytes]:
    """Give the status, the type and the bytes of what is answered."""
    page = _VERSION.sub("", path.partition("?")[0])
    streamed = path.endswith("alt=sse") or (isinstance(body, dict) and bool(body.get("stream")))
    if page in _LINES and streamed:
        lines = "".join(f"{json.dumps(part)}\n" for part in _LINES[page])
        return 200, "application/x-ndjson", lines.encode()
    if page in _STREAMS and streamed:
        return 200, "text/event-stream", b"".join(map(_event, _STREAMS[page]))
    ill = next((name for name in ("/missing", "/broken") if name[1:] in page.split("/")), None)
    status, answer = _ANSWERS.get(page) or _ANSWERS.get(ill or page, _ANY)
    return status, "application/json", _NO_JSON.get(path, json.dumps(answer).encode())


def _event(told: tuple[str, object]) -> bytes:
    name, data = told
    head = f"event: {name}\n" if name else ""
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
