"""The service under test, over real files and real child processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from doc_ingest.app import app


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("INGEST_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("INGEST_TIMEOUT", "3")
    with TestClient(app) as client:
        yield client
