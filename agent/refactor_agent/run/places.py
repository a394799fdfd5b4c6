"""The directory that a process works in: gone when the process is, with all that runs there."""

from __future__ import annotations

import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["new_places", "owned"]

_JANITOR = Path(__file__).with_name("_janitor.py")


def new_places(run: str) -> Path:
    """Name a directory for this process to work in; two processes on one run share none.

    Short, because sockets that tests open below it may have paths of 107 bytes at most.
    """
    return Path(tempfile.gettempdir()) / f"refactor-agent-{run}-{secrets.token_hex(3)}"


@contextmanager
def owned(places: Path) -> Iterator[None]:
    """Make ``places``; afterwards end the processes that have their home there, and remove it.

    A process of its own does that, so that it happens after `kill -9` too. Without ``/proc``
    only the directory is removed then.
    """
    places.mkdir(mode=0o700)
    with subprocess.Popen(
        [sys.executable, "-I", "-S", str(_JANITOR), str(places)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in the terminal must not reach it
    ):
        yield
