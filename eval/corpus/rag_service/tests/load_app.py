"""The service between the servers of the tests, to be driven from outside.

``python tests/load_app.py DELAY`` serves for as long as its standard input is open, and prints the
variables for the application of this module.
"""

import json
import os
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from backend import API_KEY, Backend, vector

from rag_service.app import create_app
from rag_service.settings import Settings

TEMPLATE = "{passages}\n{transcript}\nQuestion: {question}\n"


class SlowBackend(Backend):
    """Takes its time for every answer."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        super().__init__()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        backend, handler = self, super()._handler()

        class Slow(handler):
            def handle_any(self) -> None:
                time.sleep(backend.delay)
                super().handle_any()

            do_GET = do_POST = do_PUT = handle_any

        return Slow


def settings(place: Path, url: str) -> Settings:
    return Settings(
        data_dir=place / "data",
        model_url=url,
        embedding_url=url,
        vector_store_url=url,
        api_key_file=place / "api-key",
        admin_token_file=place / "admin-token",
    )


def serve(delay: float) -> None:
    backend = SlowBackend(delay)
    text = "an apple on a boat"
    backend.points["p1"] = {"id": "p1", "text": text, "vector": vector(text)}
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        made = settings(place, backend.url)
        made.prompts_dir.mkdir(parents=True)
        (made.prompts_dir / "answer.txt").write_text(TEMPLATE, encoding="utf-8")
        made.api_key_file.write_text(API_KEY)
        made.admin_token_file.write_text("let-me-in")
        variables = {"RAG_LOAD_PLACE": directory, "RAG_LOAD_URL": backend.url}
        print(json.dumps(variables), flush=True)
        sys.stdin.read()
    backend.close()


if __name__ == "__main__":
    serve(float(sys.argv[1]))
else:
    app = create_app(settings(Path(os.environ["RAG_LOAD_PLACE"]), os.environ["RAG_LOAD_URL"]))
