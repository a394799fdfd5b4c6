"""An HTTP server that stands for every server the service talks to."""

import json
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

WORDS = ("apple", "boat", "cloud", "drum")
API_KEY = "first-key"
COLLECTION = "/collections/documents"


@dataclass(frozen=True)
class Call:
    """One request, as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    at: float


@dataclass
class Reply:
    """What goes back."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Backend:
    """Keeps points, answers prompts, and records every request."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.points: dict[str, dict[str, Any]] = {}
        self.api_key = API_KEY
        self._scripted: dict[str, deque[Reply]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def script(self, path: str, *replies: Reply) -> None:
        """Give these replies first to requests for the path."""
        self._scripted[path].extend(replies)

    def paths(self) -> list[str]:
        return [call.path for call in self.calls]

    def to(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    def gaps(self, path: str) -> list[float]:
        """Seconds between the requests for a path."""
        times = [call.at for call in self.to(path)]
        return [after - before for before, after in pairwise(times)]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        backend = self

        class Handler(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True

            def handle_any(self) -> None:
                data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = json.loads(data) if data else None
                call = Call(self.command, self.path, dict(self.headers), body, time.monotonic())
                with backend._lock:
                    backend.calls.append(call)
                    scripted = backend._scripted[self.path]
                    reply = scripted.popleft() if scripted else backend._answer(call)
                self.send_response(reply.status)
                content = json.dumps(reply.body).encode()
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = handle_any

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler

    def _answer(self, call: Call) -> Reply:
        match call.method, call.path:
            case "GET", "/health":
                return Reply(200, "ok")
            case "GET", "/v1/models":
                return Reply(200, {"data": [{"id": "small"}, {"id": "large"}]})
            case "POST", "/v1/completions":
                return self._complete(call)
            case "POST", "/embed":
                return Reply(200, {"embeddings": [vector(text) for text in call.body["texts"]]})
            case "GET", "/collections/documents" if self.points:
                return Reply(200, {"count": len(self.points)})
            case "PUT", "/collections/documents/points":
                self.points |= {point["id"]: point for point in call.body["points"]}
                return Reply(200, {"count": len(self.points)})
            case "POST", "/collections/documents/search" if self.points:
                return Reply(200, {"matches": self._search(**call.body)})
            case "POST", "/hook":
                return Reply(200, {"accepted": len(call.body["documents"])})
        return Reply(404)

    def _complete(self, call: Call) -> Reply:
        if call.headers.get("Authorization") != f"Bearer {self.api_key}":
            return Reply(401)
        return Reply(200, {"text": "Reply to " + call.body["prompt"].strip().splitlines()[-1]})

    def _search(self, vector: list[float], limit: int) -> list[dict[str, Any]]:
        hits = [
            {
                "id": point["id"],
                "text": point["text"],
                "score": sum(a * b for a, b in zip(vector, point["vector"], strict=True)),
            }
            for point in self.points.values()
        ]
        return sorted(hits, key=lambda hit: (-hit["score"], hit["id"]))[:limit]


def vector(text: str) -> list[float]:
    """A vector that counts a few words."""
    return [float(text.lower().count(word)) for word in WORDS]
