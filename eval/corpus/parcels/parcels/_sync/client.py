"""The sync client."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from parcels._line import Line


class Client:
    """Asks where parcels are; tries again when the line breaks."""

    def __init__(self, line: Line, tries: int = 3) -> None:
        self._line = line
        self._tries = tries
        self._lock = threading.Lock()
        self.asked = 0

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._line.close()

    def where(self, parcel: str) -> str:
        """Ask for one parcel."""
        with self._lock:
            return self._ask(f"where is {parcel}")

    def _ask(self, question: str) -> str:
        for attempt in range(self._tries):
            try:
                self.asked += 1
                return self._line.ask(question)
            except ConnectionError:
                if attempt + 1 == self._tries:
                    raise
                time.sleep(0.001)
        raise ValueError("tries must be positive")

    def follow(self, parcel: str, stops: int) -> Iterator[str]:
        """Give every stop as it is known."""
        for stop in range(stops):
            yield self.where(f"{parcel} at {stop}")

    def all(self, parcels: list[str]) -> dict[str, str]:
        return {parcel: self.where(parcel) for parcel in parcels}


def describe(client: Client, parcel: str) -> str:
    """Say it in words."""
    return f"Your parcel: {client.where(parcel)}"
