"""The service under test, between real servers and real files."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from backend import API_KEY, Backend
from fastapi import FastAPI

from rag_service.app import create_app
from rag_service.pipeline import Services
from rag_service.settings import Settings

ADMIN = {"X-Admin-Token": "let-me-in"}

ANSWER_TEMPLATE = """\
# Filled in for every question.
Passages:
{passages}
So far:
{transcript}
Question: {question}
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def backend() -> Iterator[Backend]:
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture
def settings(tmp_path: Path, backend: Backend) -> Settings:
    settings = Settings(
        data_dir=tmp_path / "data",
        model_url=backend.url,
        embedding_url=backend.url,
        vector_store_url=backend.url,
        webhook_url=f"{backend.url}/hook",
        api_key_file=tmp_path / "api-key",
        admin_token_file=tmp_path / "admin-token",
        backoff=0.04,
        stream_delay=0.03,
        startup_timeout=2.0,
        extract_timeout=10.0,
        chunk_chars=40,
        max_upload_bytes=200_000,
    )
    settings.api_key_file.write_text(f"{API_KEY}\n")
    settings.admin_token_file.write_text(ADMIN["X-Admin-Token"])
    settings.prompts_dir.mkdir(parents=True)
    (settings.prompts_dir / "answer.txt").write_text(ANSWER_TEMPLATE, encoding="utf-8")
    (settings.prompts_dir / "greeting.prompt").write_text("Who are you?\n", encoding="utf-8")
    return settings


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def services(app: FastAPI) -> Services:
    return app.state.services


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://rag") as client:
        yield client
