"""Clients that a whole module shares, one for each event loop.

It needs nothing but the standard library of Python 3.9 or later, and asyncio.

An async client belongs to the loop that first uses it and fails on any other.
"""

# fmt: off
# ruff: noqa: RUF100, ANN401, UP035, UP046

from __future__ import annotations

import asyncio
import inspect
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Generic, TypeVar

if TYPE_CHECKING:
    from collections import abc

__all__ = ["PerLoop"]
__version__ = "1.1"

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Makes a client for each event loop, when code on it first asks.

    `session = PerLoop(Client, timeout=5)` makes none; `session()` gives the
    running loop's, always the same. It is closed where `asyncio.run`, or
    whatever else runs the loop, shuts down its async generators.
    """

    def __init__(
        self, make: Callable[..., T], /, *args: Any, **kwargs: Any,
    ) -> None:
        """Take what makes a client, and what it is given."""
        self._make: Callable[[], T] = partial(make, *args, **kwargs)
        self._made: dict[Any, tuple[T, Any]] = {}
        self._lock = threading.Lock()  # loops in several threads may ask

    def __call__(self) -> T:
        """Give the client of the running loop."""
        loop = asyncio.get_running_loop()
        with self._lock:
            found = self._made.get(loop)
            if found is None:
                for other in [one for one in self._made if one.is_closed()]:
                    del self._made[other]
                client = self._make()
                closing: Any = self._close_at_the_end(loop, client)
                # Its first step makes it known to the loop, and is no wait.
                with suppress(StopIteration):
                    closing.__anext__().send(None)
                found = self._made[loop] = client, closing
        return found[0]

    async def _close_at_the_end(
        self, loop: Any, client: Any,
    ) -> abc.AsyncIterator[None]:
        try:
            yield
        finally:
            self._made.pop(loop, None)
            close = getattr(client, "aclose", getattr(client, "close", None))
            leave = getattr(client, "__aexit__", None)
            if close is None and leave is not None:
                close = partial(leave, None, None, None)
            ended = close() if close is not None else None
            if inspect.isawaitable(ended):
                await ended
