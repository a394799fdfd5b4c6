"""The service under test, between a real server and real files."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from backend import Backend
from fastapi.testclient import TestClient

from event_etl.app import app


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    backend = Backend()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("ETL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ETL_UPSTREAM_URL", backend.url)
    monkeypatch.setenv("ETL_PAGE_PAUSE", "0.005")
    yield backend
    backend.shutdown()
    backend.server_close()


@pytest.fixture
def client(backend: Backend) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client
