"""What the loop waits for, or computes, while it is held."""

from __future__ import annotations

from typing import Literal

__all__ = ["Category"]

Category = Literal[
    "network",  # a request, a connection, a name look-up
    "database",
    "disk",
    "process",  # starting a child process, or waiting for one
    "sleep",
    "lock",  # waiting for another thread: locks, queues, futures
    "cpu",
    "import",
    "console",
    "other",
]
