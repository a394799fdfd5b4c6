"""What was said, a file of JSON lines per conversation."""

import json
import threading
from pathlib import Path
from typing import Any


class Memory:
    """Keeps the messages of conversations."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self.appended = 0

    async def recall(self, conversation: str) -> list[dict[str, Any]]:
        """Return what was said, the oldest first."""
        return read_lines(self._path(conversation))

    def append(self, conversation: str, *messages: dict[str, Any]) -> None:
        """Add messages; threads of the importer call it, too."""
        with self._lock:
            with open(self._path(conversation), "a", encoding="utf-8") as file:
                for message in messages:
                    file.write(json.dumps(message, ensure_ascii=False) + "\n")
            self.appended += len(messages)

    def _path(self, conversation: str) -> Path:
        return self._directory / f"{conversation}.jsonl"


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the messages in a file; none where there is no file."""
    if not path.exists():
        return []
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]
