"""A scripted OpenAI-compatible server on the loopback interface, for tests of the real client.

script = [answer({"pkg.mod.f": "async def f(): ..."}), Failed(500)]
with ScriptedModelServer(script) as server:
    ...  # point the client at server.base_url; then look at server.requests
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

__all__ = [
    "Cut",
    "Dropped",
    "Failed",
    "Reaction",
    "Request",
    "Said",
    "ScriptedModelServer",
    "Spoilt",
    "answer",
]


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    """By lower-case name."""
    body: Mapping[str, object]

    @property
    def format(self) -> str:
        """What kind of response was asked for: json_schema, json_object or text."""
        wanted = self.body.get("response_format")
        text = self.body.get("text")
        if isinstance(text, dict):
            wanted = text.get("format")
        return str(wanted["type"]) if isinstance(wanted, dict) else "text"

    @property
    def prompt(self) -> str:
        """The contents of all messages."""
        messages = self.body.get("messages") or self.body["input"]
        assert isinstance(messages, list)
        return "\n".join(message["content"] for message in messages)


@dataclass(frozen=True)
class Said:
    """A chat completion with this text."""

    content: str | None
    finish_reason: str = "stop"
    refusal: str | None = None
    usage: Mapping[str, object] | None = field(
        default_factory=lambda: {"prompt_tokens": 100, "completion_tokens": 20}
    )
    delay: float = 0.0


@dataclass(frozen=True)
class Failed:
    """Any other response."""

    status: int
    body: str = '{"error": {"message": "scripted failure"}}'
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Dropped:
    """The connection ends without a response."""


@dataclass(frozen=True)
class Cut:
    """A streamed answer whose connection ends in its middle."""

    content: str = "{"


@dataclass(frozen=True)
class Spoilt:
    """A stream with this event in its middle."""

    event: str


Reaction = Said | Failed | Dropped | Cut | Spoilt
Script = Iterable[Reaction] | Callable[[Request], Reaction]


def answer(
    functions: Mapping[str, str], *, imports: Collection[str] = (), assumes: Collection[str] = ()
) -> Said:
    """Make a well-formed answer with these functions."""
    content = {
        "status": "done",
        "functions": [{"name": name, "code": code} for name, code in functions.items()],
        "imports": list(imports),
        "assumptions": list(assumes),
        "refusal": None,
    }
    return Said(json.dumps(content))


class ScriptedModelServer:
    """Serves chat completions and responses, streamed or not, and keeps every request."""

    def __init__(
        self, script: Script, *, rejects: Collection[str] = (), unknown: Collection[str] = ()
    ) -> None:
        """Take reactions in order, or a function that gives one for each request.

        Requests whose response format is among ``rejects``, or that hold a parameter that is
        among ``unknown``, get a 400 and use up no reaction. A script that has run out answers
        418, which no client retries.
        """
        self._unknown = tuple(unknown)
        self.requests: list[Request] = []
        self.peak = 0
        """The most requests that were under way at once."""
        self._under_way = 0
        self._rejects = frozenset(rejects)
        self._script = script if callable(script) else None
        self._reactions = iter(() if callable(script) else script)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def base_url(self) -> str:
        """What the client is given."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening; requests after this are refused by the system."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def react(self, request: Request) -> Reaction:
        """Keep ``request`` and give the script's reaction to it."""
        with self._lock:
            self.requests.append(request)
            self._under_way += 1
            self.peak = max(self.peak, self._under_way)
            if request.path not in _PATHS:
                return Failed(404)
            for name in self._unknown:
                if name in request.body:
                    message = f"Unsupported parameter: '{name}' is not supported with this model."
                    return Failed(400, json.dumps({"error": {"message": message}}))
            if request.format in self._rejects:
                message = f"response_format {request.format} is not supported"
                return Failed(400, json.dumps({"error": {"message": message}}))
            if self._script is not None:
                return self._script(request)
            return next(self._reactions, Failed(418, '{"error": {"message": "script is over"}}'))

    def finish(self) -> None:
        """Note that the latest reaction is about to be sent."""
        with self._lock:
            self._under_way -= 1

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                body = json.loads(self.rfile.read(length))
                headers = {name.lower(): value for name, value in self.headers.items()}
                reaction = server.react(Request(self.path, headers, body))
                time.sleep(reaction.delay if isinstance(reaction, Said) else 0)
                server.finish()
                if isinstance(reaction, Dropped):
                    self.close_connection = True
                elif isinstance(reaction, Failed):
                    self._send(
                        reaction.status, reaction.body, reaction.content_type, reaction.headers
                    )
                elif isinstance(reaction, Cut | Spoilt) or body.get("stream"):
                    _stream(self, _events(reaction, body))
                else:
                    self._send(200, json.dumps(_whole(reaction, body)), "application/json", {})

            def _send(
                self, status: int, text: str, content_type: str, headers: Mapping[str, str]
            ) -> None:
                data = text.encode()
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Type", content_type)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except ConnectionError:  # the client gave up waiting, as some scripts want
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        return Handler


def _stream(handler: BaseHTTPRequestHandler, events: Iterable[str]) -> None:
    """Send events without a length; only the connection's end ends them."""
    handler.close_connection = True
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Connection", "close")
    handler.end_headers()
    for event in events:
        handler.wfile.write(f"{event}\n\n".encode())
        handler.wfile.flush()


_PATHS = {"/v1/chat/completions", "/v1/responses"}


def _whole(said: Said, body: Mapping[str, object]) -> Mapping[str, object]:
    return _response(said, body) if "input" in body else _completion(said, body)


def _events(reaction: Reaction, body: Mapping[str, object]) -> Iterator[str]:
    if isinstance(reaction, Cut):
        yield from _pieces(reaction.content, body)
    elif isinstance(reaction, Spoilt):
        yield from _pieces("{", body)
        yield reaction.event
    elif isinstance(reaction, Said):
        yield from _pieces(reaction.content or "", body)
        yield from _end(reaction, body)


def _pieces(content: str, body: Mapping[str, object]) -> Iterator[str]:
    """Give the text in two events."""
    half = len(content) // 2
    for text in (content[:half], content[half:]):
        if "input" in body:
            yield _event({"type": "response.output_text.delta", "delta": text})
        else:
            yield _event(
                {
                    "id": "chatcmpl-scripted",
                    "object": "chat.completion.chunk",
                    "created": 0,
                    "model": body.get("model"),
                    "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
                }
            )


def _end(said: Said, body: Mapping[str, object]) -> Iterator[str]:
    if "input" in body:
        response = _response(said, body)
        yield _event({"type": f"response.{response['status']}", "response": response})
        return
    delta = {"refusal": said.refusal} if said.refusal else {}
    choice = {"index": 0, "delta": delta, "finish_reason": said.finish_reason}
    yield _event({"model": body.get("model"), "choices": [choice]})
    options = body.get("stream_options")
    if said.usage is not None and isinstance(options, dict) and options.get("include_usage"):
        yield _event({"model": body.get("model"), "choices": [], "usage": said.usage})
    yield "data: [DONE]"


def _event(data: Mapping[str, object]) -> str:
    name = data.get("type")
    return (f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}"


_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


def _response(said: Said, body: Mapping[str, object]) -> Mapping[str, object]:
    content: list[Mapping[str, object]] = []
    if said.content:
        content.append({"type": "output_text", "text": said.content, "annotations": []})
    if said.refusal is not None:
        content.append({"type": "refusal", "refusal": said.refusal})
    reason = _INCOMPLETE.get(said.finish_reason)
    response: dict[str, object] = {
        "id": "resp-scripted",
        "object": "response",
        "created_at": 0,
        "model": body.get("model"),
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "output": [
            {"type": "reasoning", "id": "r", "summary": []},
            {"type": "message", "id": "m", "role": "assistant", "content": content},
        ],
    }
    if said.usage is not None:
        response["usage"] = {
            "input_tokens": said.usage.get("prompt_tokens"),
            "output_tokens": said.usage.get("completion_tokens"),
        }
    return response


def _completion(said: Said, body: Mapping[str, object]) -> Mapping[str, object]:
    message = {"role": "assistant", "content": said.content}
    if said.refusal is not None:
        message["refusal"] = said.refusal
    completion: dict[str, object] = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model"),
        "choices": [{"index": 0, "message": message, "finish_reason": said.finish_reason}],
    }
    if said.usage is not None:
        completion["usage"] = said.usage
    return completion
