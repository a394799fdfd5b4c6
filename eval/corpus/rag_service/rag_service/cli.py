"""Commands for operators."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import requests

from rag_service import documents
from rag_service.history import recent_messages
from rag_service.retry import pause_before_retry
from rag_service.settings import Settings
from rag_service.vector_store import Point, VectorStore, count_points


def embed(settings: Settings, text: str) -> list[float]:
    """Return a text's vector."""
    for attempt in range(settings.max_attempts):
        if attempt:
            waited = pause_before_retry(attempt, settings.backoff)
            print(f"busy, waited {waited:g} s", file=sys.stderr)
        response = requests.post(
            f"{settings.embedding_url}/embed",
            json={"texts": [text]},
            timeout=settings.request_timeout,
        )
        if response.status_code != 429:
            response.raise_for_status()
            return response.json()["embeddings"][0]
    raise SystemExit("the embedding server is overloaded")


def push(settings: Settings, path: Path) -> int:
    """Index a text file without the service; return the number of its chunks."""
    store = VectorStore(settings)
    try:
        count = 0
        for chunk in documents.iter_chunks(path, settings.chunk_chars):
            vector = embed(settings, chunk)
            store.upsert([Point(f"{path.stem}#{count}", chunk, vector)])
            count += 1
        return count
    finally:
        store.close()


def main(argv: Sequence[str] | None = None, settings: Settings | None = None) -> int:
    """Run a command."""
    parser = argparse.ArgumentParser(prog="rag-service")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("push", help="index a text file").add_argument("file", type=Path)
    commands.add_parser("count", help="print the size of the collection")
    commands.add_parser("history", help="print a conversation").add_argument("session")
    arguments = parser.parse_args(argv)
    settings = settings or Settings.from_env()
    if arguments.command == "push":
        print(f"{push(settings, arguments.file)} chunks")
    elif arguments.command == "count":
        print(count_points(settings))
    else:
        print("\n".join(recent_messages(settings.history_path, arguments.session, 1000)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
