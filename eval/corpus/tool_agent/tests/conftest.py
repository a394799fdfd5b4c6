"""The service under test, between real servers and real files."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from backend import Backend
from fastapi.testclient import TestClient

from tool_agent.app import app


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    backend = Backend()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("AGENT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("AGENT_MODEL_URL", f"{backend.url}/v1")
    monkeypatch.setenv("AGENT_SHOP_URL", backend.url)
    monkeypatch.setenv("AGENT_BACKOFF", "0.01")
    yield backend
    backend.shutdown()
    backend.server_close()


@pytest.fixture
def client(backend: Backend) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client
