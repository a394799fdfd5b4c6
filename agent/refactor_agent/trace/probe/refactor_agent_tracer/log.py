"""A file of JSON lines for each process."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

__all__ = ["Log"]

_FLAGS = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_APPEND
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
)


class Log:
    """Writes to ``<directory>/<pid>-<random>.jsonl``.

    The file is opened for each write: a program that closes every descriptor, as daemons do,
    would otherwise hand its number to a file of its own, and the trace would go in there.
    A forked child begins a file of its own with the first thing it has to tell.
    """

    def __init__(self, directory: str) -> None:
        self._directory = directory
        # Bound now, because tests replace those of `os` with that of a pretended file system.
        self._open, self._write, self._close = os.open, os.write, os.close
        self._getpid, self._urandom = os.getpid, os.urandom
        self._dumps: Any = None
        self._pid = 0
        self._path = ""

    @staticmethod
    def cwd() -> str:
        """Give the current directory, which relative file names in stacks start from."""
        try:
            return os.getcwd()  # noqa: PTH109 - as above
        except OSError:  # it was removed
            return ""

    def tell_start(self) -> None:
        """Say that the tracer waits here; as cheap as can be, for programs without a loop."""
        self._append("")

    def tell_fault(self, text: str) -> None:
        """Say that the tracer failed, and why."""
        self.tell([{"event": "fault", "text": text}])

    def tell(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Write events; what can't be written is lost, quietly."""
        if self._dumps is None:
            import json  # noqa: PLC0415 - programs without a loop do without it

            self._dumps = json.dumps
        self._append("".join(self._dumps(event) + "\n" for event in events))

    def _append(self, text: str) -> None:
        if self._getpid() != self._pid:
            text = self._begin() + text
        data = text.encode("ascii")
        try:
            handle = self._open(self._path, _FLAGS, 0o600)
            try:
                while data:
                    data = data[self._write(handle, data) :]
            finally:
                self._close(handle)
        except OSError:  # no descriptors left, a full disk, another root directory
            return

    def _begin(self) -> str:
        self._pid = self._getpid()
        name = f"{self._pid}-{self._urandom(4).hex()}.jsonl"
        self._path = os.path.join(self._directory, name)  # noqa: PTH118 - no pathlib at start-up
        version = ".".join(map(str, sys.version_info[:3]))
        return f'{{"event": "start", "pid": {self._pid}, "python": "{version}"}}\n'
