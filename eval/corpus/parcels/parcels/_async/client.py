"""The async client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from parcels._line import AsyncLine


class AsyncClient:
    """Asks where parcels are; tries again when the line breaks."""

    def __init__(self, line: AsyncLine, tries: int = 3) -> None:
        self._line = line
        self._tries = tries
        self._lock = asyncio.Lock()
        self.asked = 0

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._line.close()

    async def where(self, parcel: str) -> str:
        """Ask for one parcel."""
        async with self._lock:
            return await self._ask(f"where is {parcel}")

    async def _ask(self, question: str) -> str:
        for attempt in range(self._tries):
            try:
                self.asked += 1
                return await self._line.ask(question)
            except ConnectionError:
                if attempt + 1 == self._tries:
                    raise
                await asyncio.sleep(0.001)
        raise ValueError("tries must be positive")

    async def follow(self, parcel: str, stops: int) -> AsyncIterator[str]:
        """Give every stop as it is known."""
        for stop in range(stops):
            yield await self.where(f"{parcel} at {stop}")

    async def all(self, parcels: list[str]) -> dict[str, str]:
        return {parcel: await self.where(parcel) for parcel in parcels}


async def describe(client: AsyncClient, parcel: str) -> str:
    """Say it in words."""
    return f"Your parcel: {await client.where(parcel)}"
