"""The audit log: one JSON object a line, each holding the hash of the line before it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from refactor_agent.errors import UsageError
from refactor_agent.tree import sha256

__all__ = ["AuditLog"]

_START = "0" * 64


class AuditLog:
    """Appends events to ``audit.jsonl``.

    A line changed, added or removed later breaks the chain at the line after it; only the end of
    the log stands for nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def append(self, event: str, /, **facts: object) -> None:
        """Add one event; ``facts`` must be JSON."""
        with self._lock:
            lines = self._lines()
            record = {
                "number": len(lines) + 1,
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "event": event,
                **facts,
                "previous": sha256(lines[-1]) if lines else _START,
            }
            with self._path.open("ab") as file:
                file.write(json.dumps(record, sort_keys=True).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())

    def append_once(self, event: str, /, **facts: object) -> None:
        """Add one event unless it stands already, so that a resumed run does not say it twice."""
        if not self.has(event, **facts):
            self.append(event, **facts)

    def events(self) -> list[Mapping[str, object]]:
        """Give every event, oldest first; raises `UsageError` when a line is none."""
        records = [_read(line) for line in self._lines()]
        for number, record in enumerate(records, start=1):
            if record is None:
                raise UsageError(f"{self._path} is damaged in line {number}")
        return [record for record in records if record is not None]

    def has(self, event: str, /, **facts: object) -> bool:
        """Say whether an event with these facts was recorded."""
        # As they would be read back: JSON knows no tuples.
        wanted = json.loads(json.dumps({"event": event, **facts})).items()
        return any(wanted <= record.items() for record in self.events())

    def broken_at(self) -> int | None:
        """Give the number of the first line that does not follow from the one before it."""
        previous = _START
        for number, line in enumerate(self._lines(), start=1):
            record = _read(line)
            if record is None or record.get("previous") != previous:
                return number
            previous = sha256(line)
        return None

    def _lines(self) -> list[bytes]:
        """Give the whole lines; a last line cut short by a kill is dropped from the file."""
        if not self._path.exists():
            return []
        data = self._path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) != len(data):
            self._path.write_bytes(whole)
        return whole.splitlines()


def _read(line: bytes) -> Mapping[str, object] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "event" in record else None
