"""A loopback server that stands for the finance team's rates.

``python tests/backend.py DELAY`` serves for as long as its standard input is open, and prints the
variables for the service.
"""

import json
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

RATES = {"EUR": 1.0, "USD": 0.9, "SEK": 0.09, "NOK": 0.085}
CATALOGUE = """number,cost,currency
p1,10,EUR
p2,200,USD
p3,1000,SEK
p4,50,USD
"""


class Backend(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, delay: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.delay = delay
        self.asked: list[str] = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Backend
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        time.sleep(self.server.delay)
        currency = self.path.rpartition("/")[2]
        self.server.asked.append(currency)
        data = json.dumps({"rate": RATES.get(currency)}).encode()
        self.send_response(200 if currency in RATES else 404)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    backend = Backend(float(sys.argv[1]))
    with tempfile.TemporaryDirectory() as place:
        Path(place, "catalogue.csv").write_text(CATALOGUE, encoding="utf-8")
        variables = {"PRICES_DATA_DIR": place, "PRICES_RATES_URL": backend.url}
        print(json.dumps(variables), flush=True)
        sys.stdin.read()
