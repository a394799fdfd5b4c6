"""Room for deep recursion."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

__all__ = ["QUESTIONS", "on_deep_stack"]

T = TypeVar("T")

QUESTIONS = 600
"""Questions about values that may be open at once on such a stack; each takes some 20 frames."""
_FRAMES = 20_000
_BYTES = 256 * 1024 * 1024
"""Address space, of which only what is used takes memory."""


def on_deep_stack(work: Callable[[], T]) -> T:
    """Give the result of ``work``, done in a thread with a stack of its own; what it raises too."""
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again below
            done.set_exception(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_BYTES)
    try:
        sys.setrecursionlimit(max(limit, _FRAMES))
        thread = threading.Thread(target=run, name="deep stack", daemon=True)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    return done.result()
