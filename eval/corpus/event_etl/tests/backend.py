"""A loopback server that stands for the upstream log.

``python tests/backend.py DELAY`` serves for as long as its standard input is open, and prints the
variables for the service.
"""

import json
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 20


def event(number: int) -> dict[str, Any]:
    kind = ("Sale", "Refund")[number % 4 == 3]
    return {"id": number, "kind": kind, "at": "2026-05-01T12:00:00+00:00", "amount": number / 4}


TOPICS: dict[str, list[dict[str, Any]]] = {
    "sales": [event(number) for number in range(130)],
    "few": [event(number) for number in range(1000, 1003)],
    "none": [],
    "odd": [event(1), {"id": 2, "kind": "Sale"}, {**event(3), "at": "yesterday"}],
}


class Backend(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, delay: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.delay = delay
        self.failures = 0
        self.asked: list[str] = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Backend
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        time.sleep(self.server.delay)
        self.server.asked.append(self.path)
        parts = urlsplit(self.path)
        events = TOPICS.get(parts.path.rpartition("/")[2])
        if self.server.failures:
            self.server.failures -= 1
            self._send(503, {})
        elif events is None:
            self._send(404, {})
        else:
            at = int(parse_qs(parts.query)["cursor"][0])
            after = str(at + PAGE) if at + PAGE < len(events) else ""
            self._send(200, {"events": events[at : at + PAGE], "next": after})

    def _send(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    backend = Backend(float(sys.argv[1]))
    with tempfile.TemporaryDirectory() as place:
        variables = {"ETL_DATA_DIR": place, "ETL_UPSTREAM_URL": backend.url}
        print(json.dumps({**variables, "ETL_PAGE_PAUSE": "0.02"}), flush=True)
        sys.stdin.read()
