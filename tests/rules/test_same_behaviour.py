"""Runs both sides of examples against one local server and compares what they did."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from refactor_agent import boundary
from rules.sides import run, sides

CHAT = {
    "id": "1", "object": "chat.completion", "created": 1, "model": "small",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Four."}}
    ],
}  # fmt: skip
VECTORS = {
    "object": "list", "model": "embed", "usage": {"prompt_tokens": 1, "total_tokens": 1},
    "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}],
}  # fmt: skip

MESSAGE = {
    "id": "1", "type": "message", "role": "assistant", "model": "small", "stop_reason": "end_turn",
    "content": [{"type": "text", "text": "Four."}],
    "usage": {"input_tokens": 1, "output_tokens": 1},
}  # fmt: skip


class Seen(NamedTuple):
    """What the server was asked."""

    method: str
    path: str
    body: object


class Handler(BaseHTTPRequestHandler):
    """Answers by path: what a service does on good and on bad days."""

    protocol_version = "HTTP/1.1"
    seen: list[Seen]

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        self.seen.append(Seen(self.command, self.path, json.loads(body) if body else None))
        status, answer = {
            "/moved": (302, None),
            "/missing": (404, {"error": "no such page"}),
            "/broken": (500, {"error": "out of order"}),
            "/chat/completions": (200, CHAT),
            "/embeddings": (200, VECTORS),
            "/v1/messages": (200, MESSAGE),
            "/v1/messages/count_tokens": (200, {"input_tokens": 7}),
            "/api/chat": (200, {"model": "small", "message": CHAT["choices"][0]["message"]}),
            "/api/embed": (200, {"model": "embed", "embeddings": [[0.5, 0.25]]}),
            "/bad/api/embed": (404, {"error": "no such model"}),
            "/reports/a/b": (200, ""),
        }.get(self.path, (200, {"price": 3, "version": "1.2"}))
        text = json.dumps(answer) if answer != "" else ""
        data = text.encode() if self.path != "/no-json" else b"<html>"
        self.send_response(status)
        if status == 302:
            self.send_header("location", "/good")
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PUT = do_GET  # noqa: N815 - the names http.server looks for

    def log_message(self, *args: object) -> None:
        """Stay quiet."""


@pytest.fixture
def server() -> Iterator[tuple[str, list[Seen]]]:
    """Serve on loopback; give the address and the list of requests."""
    seen: list[Seen] = []
    handler = type("Recorder", (Handler,), {"seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", seen
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def environment(monkeypatch, server):
    address, _ = server
    monkeypatch.syspath_prepend(Path(boundary.__file__).parent)
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", address)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "none")


@pytest.mark.parametrize("path", ["/good", "/moved", "/missing", "/broken", "/no-json"])
@pytest.mark.parametrize(
    ("file", "title", "function"),
    [
        ("network/requests.md", "In a handler", "forecast"),
        ("network/requests.md", "In a project that depends on httpx", "forecast"),
        ("network/requests.md", "In a project that depends on httpx2", "price"),
        (
            "network/requests.md",
            "A session that a module shares, in a project that depends on httpx",
            "forecast",
        ),
        ("network/requests.md", "Through a helper and an alias", "ping"),
        (
            "network/requests.md",
            "Handlers are mapped to the other library's exceptions",
            "price",
        ),
        ("network/httpx-client.md", "A client opened in a handler", "status"),
        ("network/httpx-client.md", "A function of the package, under another name", "status"),
        ("network/httpx-client.md", "The twin package", "status"),
        ("network/urllib-request.md", "A page fetched in a handler", "fetch"),
    ],
)
def test_both_sides_do_the_same(server, file, title, function, path):
    address, seen = server

    before, after = (
        (run(code, function, address + path), take(seen)) for code in sides(file, title)
    )

    assert before == after
    assert before[1]


@pytest.mark.parametrize(
    ("title", "function", "argument"),
    [
        ("A completion in a handler", "answer", "What is two and two?"),
        ("Embeddings, under another name", "embed", ["one", "two"]),
        ("A client that is shared with sync code", "search", "text"),
        ("A client closed at the end, and its errors", "embed", "text"),
        ("A client kept by an object", "Index.embed", "text"),
        ("A client kept by an object that a loop makes", "embed", "text"),
        ("A client that a module shares", "embed", "text"),
    ],
)
def test_both_openai_clients_ask_the_same(server, title, function, argument):
    pytest.importorskip("openai")
    _, seen = server

    before, after = (
        (run(code, function, argument), take(seen)) for code in sides("ai/openai.md", title)
    )

    assert before == after
    assert before[1]


@pytest.mark.parametrize(
    ("title", "function", "argument", "result"),
    [
        ("A message in a handler", "summary", "What is two and two?", "Four."),
        ("Under another name", "size", [{"role": "user", "content": "hello"}], 7),
    ],
)
def test_both_anthropic_clients_ask_the_same(server, title, function, argument, result):
    pytest.importorskip("anthropic")
    _, seen = server

    before, after = (
        (run(code, function, argument), take(seen)) for code in sides("ai/anthropic.md", title)
    )

    assert before == after
    assert before[0] == result


@pytest.mark.filterwarnings("ignore:.*socket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("example", "place", "result"),
    [
        (("A client opened in a handler", "answer"), "", "Four."),
        (("A question in a handler", "answer"), "", "Four."),
        (("A client that a module shares", "vector"), "", [0.5, 0.25]),
        (("A client that a module shares", "vector"), "/bad", []),
    ],
)
def test_both_ollama_clients_ask_the_same(server, monkeypatch, example, place, result):
    # The sync client of a module is never closed: its connection goes with the module.
    (title, function), (address, seen) = example, server
    monkeypatch.setenv("OLLAMA_HOST", address + place)
    ollama = pytest.importorskip("ollama")
    for name in ("chat", "embed"):  # those of a client that was made when it was imported
        monkeypatch.setattr(ollama, name, getattr(ollama.Client(), name))

    before, after = (
        (run(code, function, "two and two?"), take(seen)) for code in sides("ai/ollama.md", title)
    )

    assert before == after
    assert before[0] == result
    assert before[1]


def test_boto3_stores_the_same(server, monkeypatch):
    pytest.importorskip("boto3")
    address, seen = server
    settings = {
        "AWS_ENDPOINT_URL": address, "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    example = ("cloud/boto3.md", "An object stored in a handler")
    before, after = (
        (run(code, "store", "a/b", b'{"x": 1}'), take(seen)) for code in sides(*example)
    )

    assert before == after
    assert before == ("a/b", [Seen("PUT", "/reports/a/b", {"x": 1})])


def take(seen: list[Seen]) -> list[Seen]:
    taken = list(seen)
    seen.clear()
    return taken
