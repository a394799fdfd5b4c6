"""A loopback server that stands for the subscriber.

``python tests/backend.py DELAY`` serves for as long as its standard input is open, and prints the
variables for the service.
"""

import json
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Backend(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, delay: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.delay = delay
        self.statuses: list[int] = []
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Backend
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(self.server.delay)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append((self.path, headers, body))
        self._send(self.server.statuses.pop(0) if self.server.statuses else 200)

    def do_HEAD(self) -> None:
        time.sleep(self.server.delay)
        self._send(204)

    def _send(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def fill(place: str, backend: Backend, events: int) -> None:
    """Put events into the service's store, so that there is something to show and to deliver."""
    from pathlib import Path

    from hook_relay import database
    from hook_relay.settings import Settings

    settings = Settings(Path(place), backend.url, "secret")
    database.create(settings.database)
    for number in range(events):
        database.insert(settings.database, f"e{number}", "shop", {"number": number})


if __name__ == "__main__":
    backend = Backend(float(sys.argv[1]))
    with tempfile.TemporaryDirectory() as place:
        fill(place, backend, 50)
        variables = {"RELAY_DATA_DIR": place, "RELAY_SUBSCRIBER_URL": backend.url}
        print(json.dumps(variables), flush=True)
        sys.stdin.read()
