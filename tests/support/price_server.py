"""The text of a target's test of a price, which its own server gives."""

from __future__ import annotations

__all__ = ["price_test"]

_TEXT = """\
import asyncio
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from {module} import price


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "12")
        self.end_headers()
        self.wfile.write(b'{{"price": 3}}')

    def log_message(self, *args):
        pass


def test_price():
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        for _ in range({times}):
            threading.Thread(target=server.handle_request).start()
            assert asyncio.run(price(f"http://127.0.0.1:{{server.server_port}}")) == 3
"""


def price_test(module: str, times: int = 1) -> str:
    """Give a test file that asks ``price`` of ``module`` for a URL's price, ``times`` in turn."""
    return _TEXT.format(module=module, times=times)
