"""A loopback server that stands for the completion server and for the shop.

There is no model: the answers are scripted by the last message. ``python tests/backend.py DELAY``
serves for as long as its standard input is open, and prints the variables for the service.
"""

import json
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ORDERS = {"1001": "on its way", "1002": "delivered"}


class Backend(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, delay: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.delay = delay
        self.busy = 0
        self.asked: list[dict[str, Any]] = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Backend
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        time.sleep(self.server.delay)
        number = self.path.rpartition("/")[2]
        state = ORDERS.get(number)
        self._send(200 if state else 404, {"number": number, "state": state})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(self.server.delay)
        if self.path.endswith("/cancel"):
            number = self.path.split("/")[2]
            self._send(409 if ORDERS.get(number) == "delivered" else 200, {"number": number})
        elif self.server.busy:
            self.server.busy -= 1
            self._send(429, {"error": {"message": "busy"}})
        else:
            asked = json.loads(body)
            self.server.asked.append(asked)
            self._send(200, completion(asked["messages"]))

    def _send(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


def completion(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """A tool call for what a customer asks, and then an answer that repeats what the tool said."""
    last = messages[-1]
    if last["role"] == "tool":
        return wrapped({"role": "assistant", "content": f"I found out: {last['content']}"})
    name, _, argument = last["content"].partition(" ")
    calls = {
        "status": ("order_status", {"number": argument}),
        "cancel": ("cancel_order", {"number": argument}),
        "note": ("read_note", {"topic": argument}),
        "sum": ("calculate", {"expression": argument}),
        "dance": ("dance", {}),
    }
    if name not in calls:
        return wrapped({"role": "assistant", "content": f"You said {last['content']}."})
    function = {"name": calls[name][0], "arguments": json.dumps(calls[name][1])}
    call = {"id": "call-1", "type": "function", "function": function}
    return wrapped({"role": "assistant", "content": None, "tool_calls": [call]})


def wrapped(message: dict[str, Any]) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    about = {"id": "c-1", "object": "chat.completion", "created": 1, "model": "small"}
    return {**about, "choices": [choice]}


if __name__ == "__main__":
    backend = Backend(float(sys.argv[1]))
    with tempfile.TemporaryDirectory() as place:
        variables = {
            "AGENT_DATA_DIR": place,
            "AGENT_MODEL_URL": f"{backend.url}/v1",
            "AGENT_SHOP_URL": backend.url,
        }
        print(json.dumps(variables), flush=True)
        sys.stdin.read()
