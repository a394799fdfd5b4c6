"""The operators' commands."""

import sqlite3
from pathlib import Path

import pytest
from backend import COLLECTION, Backend, Reply

from rag_service.cli import main
from rag_service.history import SCHEMA
from rag_service.settings import Settings

BUSY = Reply(429)


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_text("An apple and a boat, both of them.\nA cloud.\n", encoding="utf-8")
    return path


def test_push_indexes_a_file(
    note: Path, settings: Settings, backend: Backend, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["push", str(note)], settings) == 0

    assert capsys.readouterr().out == "2 chunks\n"
    assert [(point["id"], point["vector"]) for point in backend.points.values()] == [
        ("note#0", [1.0, 1.0, 0.0, 0.0]),
        ("note#1", [0.0, 0.0, 1.0, 0.0]),
    ]
    assert backend.to(f"{COLLECTION}/points")[0].headers["X-Client"] == "rag-service"


def test_push_waits_longer_and_longer_for_a_busy_server(
    note: Path, settings: Settings, backend: Backend, capsys: pytest.CaptureFixture[str]
) -> None:
    backend.script("/embed", BUSY, BUSY)

    assert main(["push", str(note)], settings) == 0

    output = capsys.readouterr()
    assert output.out == "2 chunks\n"
    assert output.err == "busy, waited 0.04 s\nbusy, waited 0.08 s\n"
    first, second, _ = backend.gaps("/embed")
    assert first >= 0.04
    assert second >= 0.08


def test_push_gives_up_on_a_server_that_stays_busy(
    note: Path, settings: Settings, backend: Backend
) -> None:
    backend.script("/embed", BUSY, BUSY, BUSY, BUSY)

    with pytest.raises(SystemExit, match="overloaded"):
        main(["push", str(note)], settings)

    assert len(backend.to("/embed")) == 4
    assert backend.points == {}


def test_count_asks_the_vector_store(
    note: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["count"], settings)
    main(["push", str(note)], settings)
    main(["count"], settings)

    assert capsys.readouterr().out == "0\n2 chunks\n2\n"


def test_history_prints_a_conversation(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = sqlite3.connect(settings.history_path)
    connection.executescript(SCHEMA)
    connection.executemany(
        "INSERT INTO messages (session_id, role, text) VALUES (?, ?, ?)",
        [("a", "user", "hello"), ("b", "user", "no"), ("a", "assistant", "yes?")],
    )
    connection.commit()
    connection.close()

    assert main(["history", "a"], settings) == 0
    assert capsys.readouterr().out == "user: hello\nassistant: yes?\n"


def test_settings_come_from_the_environment() -> None:
    settings = Settings.from_env({"RAG_MODEL_URL": "http://model", "RAG_BACKOFF": "0.5"})

    assert settings.model_url == "http://model"
    assert settings.backoff == 0.5
    assert settings.documents_dir == Path("data/documents")
