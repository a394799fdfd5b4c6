"""Client of the vector store."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import requests

from rag_service.settings import Settings


class CollectionNotFound(LookupError):
    """The vector store does not know the collection."""


@dataclass(frozen=True)
class Point:
    """One chunk of a document, as stored."""

    id: str
    text: str
    vector: list[float]


@dataclass(frozen=True)
class Match:
    """One chunk found by a search."""

    id: str
    text: str
    score: float


class VectorStore:
    """Reads and writes one collection over kept-alive connections."""

    def __init__(self, settings: Settings) -> None:
        self._url = f"{settings.vector_store_url}/collections/{settings.collection}"
        self._timeout = settings.request_timeout
        self._session = requests.Session()
        self._session.headers["X-Client"] = "rag-service"

    async def search(self, vector: Sequence[float], limit: int) -> list[Match]:
        """Return the nearest chunks, best first."""
        body = {"vector": list(vector), "limit": limit}
        response = self._session.post(f"{self._url}/search", json=body, timeout=self._timeout)
        if response.status_code == 404:
            raise CollectionNotFound(self._url)
        response.raise_for_status()
        return [Match(**hit) for hit in response.json()["matches"]]

    def upsert(self, points: Sequence[Point]) -> int:
        """Write points; return the size of the collection afterwards."""
        body = {"points": [asdict(point) for point in points]}
        response = self._session.put(f"{self._url}/points", json=body, timeout=self._timeout)
        response.raise_for_status()
        return response.json()["count"]

    def close(self) -> None:
        self._session.close()


def count_points(settings: Settings) -> int:
    """Return the size of the collection."""
    url = f"{settings.vector_store_url}/collections/{settings.collection}"
    response = requests.get(url, timeout=settings.request_timeout)
    if response.status_code == 404:
        return 0
    response.raise_for_status()
    return response.json()["count"]
