"""The job and the service under test, between a real server and real files."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from backend import CATALOGUE, Backend
from fastapi.testclient import TestClient

from price_batch.service import app


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    backend = Backend()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("PRICES_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PRICES_RATES_URL", backend.url)
    monkeypatch.setenv("PRICES_PAUSE", "0.005")
    (tmp_path / "catalogue.csv").write_text(CATALOGUE, encoding="utf-8")
    yield backend
    backend.shutdown()
    backend.server_close()


@pytest.fixture
def client(backend: Backend) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client
