"""Client of the embedding server, with a cache."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path

import httpx

from rag_service.retry import wait_retry_after
from rag_service.settings import Settings

Vector = list[float]


class EmbeddingError(RuntimeError):
    """The embedding server did not give vectors."""


class EmbeddingCache:
    """Vectors by text, kept in memory and mirrored to disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._vectors: dict[str, Vector] = {}
        self.saved = 0

    def lookup(self, text: str) -> Vector | None:
        return self._vectors.get(text)

    async def remember(self, texts: Sequence[str], vectors: Sequence[Vector]) -> None:
        """Add vectors and save all of them."""
        with self._lock:
            self._vectors.update(zip(texts, vectors, strict=True))
            self._path.write_text(json.dumps(self._vectors), encoding="utf-8")
            self.saved = len(self._vectors)

    def summary(self) -> dict[str, int]:
        """Count what is in memory and what is on disk."""
        with self._lock:
            return {"cached": len(self._vectors), "saved": self.saved}


class Embedder:
    """Turns texts into vectors."""

    def __init__(self, settings: Settings, cache: EmbeddingCache) -> None:
        self._settings = settings
        self._http = httpx.AsyncClient(
            base_url=settings.embedding_url, timeout=settings.request_timeout
        )
        self.cache = cache

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Return one vector per text, in order."""
        missing = [text for text in dict.fromkeys(texts) if self.cache.lookup(text) is None]
        if missing:
            await self.cache.remember(missing, await self._request(missing))
        return [vector for text in texts if (vector := self.cache.lookup(text)) is not None]

    async def _request(self, texts: Sequence[str]) -> list[Vector]:
        for _ in range(self._settings.max_attempts):
            response = await self._http.post("/embed", json={"texts": list(texts)})
            if response.status_code == 429:
                self._cool_down(response)
                continue
            if response.is_error:
                raise EmbeddingError(f"the embedding server answered {response.status_code}")
            return response.json()["embeddings"]
        raise EmbeddingError("the embedding server is overloaded")

    def _cool_down(self, response: httpx.Response) -> None:
        wait_retry_after(response.headers.get("Retry-After"), self._settings.backoff)

    async def aclose(self) -> None:
        await self._http.aclose()
