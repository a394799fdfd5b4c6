"""Events and their deliveries: SQLite, a connection per use."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
    id TEXT PRIMARY KEY, source TEXT, payload TEXT, state TEXT DEFAULT 'new', attempts INT DEFAULT 0
)
"""


class Duplicate(Exception):
    """An event of that id is known."""


def create(path: Path) -> None:
    """Make the table, where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with transaction(path) as connection:
        connection.execute(_SCHEMA)


@contextmanager
def transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """Commit at the end, or roll back; the connection is closed in either case."""
    with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
        yield connection


def insert(path: Path, event: str, source: str, payload: dict[str, Any]) -> None:
    """Keep an event; raises `Duplicate`."""
    try:
        with transaction(path) as connection:
            connection.execute(
                "INSERT INTO event (id, source, payload) VALUES (?, ?, ?)",
                (event, source, json.dumps(payload)),
            )
    except sqlite3.IntegrityError as error:
        raise Duplicate(event) from error


def record(path: Path, event: str, state: str) -> int:
    """Note what became of one more attempt; give how many there were."""
    with transaction(path) as connection:
        connection.execute(
            "UPDATE event SET state = ?, attempts = attempts + 1 WHERE id = ?", (state, event)
        )
        row = connection.execute("SELECT attempts FROM event WHERE id = ?", (event,)).fetchone()
    return row[0]


def find(path: Path, event: str) -> dict[str, Any] | None:
    """Return an event with its state."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        row = connection.execute(
            "SELECT source, payload, state, attempts FROM event WHERE id = ?", (event,)
        ).fetchone()
    if row is None:
        return None
    source, payload, state, attempts = row
    return {
        "id": event,
        "source": source,
        "payload": json.loads(payload),
        "state": state,
        "attempts": attempts,
    }


def in_state(path: Path, state: str) -> list[str]:
    """Return the ids of events in a state, the oldest first."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        rows = connection.execute("SELECT id FROM event WHERE state = ? ORDER BY rowid", (state,))
        return [event for (event,) in rows]
