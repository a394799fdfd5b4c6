"""The local store: SQLite, one connection per use."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from event_etl.transform import Row

_SCHEMA = "CREATE TABLE IF NOT EXISTS event (id TEXT PRIMARY KEY, kind TEXT, at TEXT, amount INT)"


def write_batch(path: Path, rows: list[Row]) -> int:
    """Write rows; give how many were new."""
    with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
        connection.execute(_SCHEMA)
        before = connection.total_changes
        connection.executemany(
            "INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?)",
            [(row.id, row.kind, row.at, row.amount) for row in rows],
        )
        return connection.total_changes - before


def totals(path: Path) -> dict[str, dict[str, int]]:
    """Return the number and the sum of each kind."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        connection.execute(_SCHEMA)
        rows = connection.execute("SELECT kind, COUNT(*), SUM(amount) FROM event GROUP BY kind")
        return {kind: {"count": count, "sum": total} for kind, count, total in rows}


def reject(path: Path, event: dict[str, Any], reason: str) -> None:
    """Keep an event that can't be stored, with the reason."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps({"event": event, "reason": reason}) + "\n")


def rejected(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what was kept, the oldest first."""
    if not path.exists():
        return
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
