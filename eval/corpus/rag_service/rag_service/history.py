"""Chat history and votes, in SQLite."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from rag_service.vector_store import Match

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, session_id TEXT NOT NULL, role TEXT NOT NULL, text TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS votes (chunk_id TEXT NOT NULL, vote INTEGER NOT NULL);
"""


class ChatHistory:
    """Writes messages and votes over one connection."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path)
        self._db.executescript(SCHEMA)

    async def append(self, session_id: str, role: str, text: str) -> int:
        """Add a message and return its number."""
        cursor = self._db.execute(
            "INSERT INTO messages (session_id, role, text) VALUES (?, ?, ?)",
            (session_id, role, text),
        )
        self._db.commit()
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    async def vote(self, chunk_id: str, vote: int) -> int:
        """Add a vote and return the chunk's new score."""
        self._db.execute("INSERT INTO votes VALUES (?, ?)", (chunk_id, vote))
        self._db.commit()
        return self._score(chunk_id)

    async def rank(self, matches: Sequence[Match]) -> list[Match]:
        """Order matches by votes; equal ones stay in the order they came in."""
        return sorted(matches, key=self._votes_for, reverse=True)

    def _votes_for(self, match: Match) -> int:
        return self._score(match.id)

    def _score(self, chunk_id: str) -> int:
        query = "SELECT COALESCE(SUM(vote), 0) FROM votes WHERE chunk_id = ?"
        return self._db.execute(query, (chunk_id,)).fetchone()[0]

    def close(self) -> None:
        self._db.close()


def recent_messages(path: Path, session_id: str, limit: int) -> list[str]:
    """Return a session's last messages, the oldest first."""
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(
            "SELECT role, text FROM messages WHERE session_id = ? ORDER BY id DESC LIMIT ?",
            (session_id, limit),
        ).fetchall()
    finally:
        connection.close()
    return [f"{role}: {text}" for role, text in reversed(rows)]


def newest_message(connection: sqlite3.Connection) -> int | None:
    """Return the number of the last message of all sessions."""
    return connection.execute("SELECT MAX(id) FROM messages").fetchone()[0]


def count_messages(connection: sqlite3.Connection, limit: int) -> list[tuple[str, int]]:
    """Return the sessions and how many messages each has, the latest first."""
    rows = connection.execute(
        "SELECT session_id, COUNT(*), MAX(id) AS newest FROM messages"
        " GROUP BY session_id ORDER BY newest DESC LIMIT ?",
        (limit,),
    )
    return [(name, count) for name, count, _ in rows.fetchall()]
