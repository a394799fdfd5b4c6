"""Runs a command, and ends all that it left behind. For Linux; standard library only.

``python -IS keeper.py WORD…``: what the command starts and leaves, in whatever session and with
whatever environment, becomes a child of this process, which kills it when the command has ended, or
when it is told to end itself (SIGTERM).
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SET_CHILD_SUBREAPER = 36
"""Of prctl(2): orphans below this process come to it, not to the first of all processes."""
_NOT_FOUND, _NOT_EXECUTABLE, _TOLD_TO_END = 127, 126, 143


def main(words: Sequence[str]) -> NoReturn:
    """Run ``words``; end as they end."""
    _adopt_orphans()
    child = os.fork()
    if child == 0:
        _become(words)
    signal.signal(signal.SIGTERM, _end)
    ended, status = 0, 0
    while ended != child:
        ended, status = os.waitpid(-1, 0)
    _end_children()
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        with suppress(OSError):  # nothing can be set for SIGKILL
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def _adopt_orphans() -> None:
    with suppress(ImportError, OSError, AttributeError):  # some builds do without
        import ctypes  # noqa: PLC0415

        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _become(words: Sequence[str]) -> NoReturn:
    os.setsid()  # who kills its own group must not kill the keeper
    try:
        os.execvp(words[0], list(words))  # noqa: S606 - the command is what this is for
    except OSError as error:
        sys.stderr.write(f"{error.strerror}: {words[0]}\n")
        sys.stderr.flush()
        os._exit(_NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_EXECUTABLE)


def _end(*_: object) -> NoReturn:
    _end_children()
    os._exit(_TOLD_TO_END)


def _end_children() -> None:
    """Kill the children, and those who become children by that, until there are none."""
    with suppress(ChildProcessError):
        while True:
            for pid in _children():
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            os.waitpid(-1, 0)


def _children() -> Iterator[int]:
    own = str(os.getpid())
    for directory in Path("/proc").iterdir():
        if directory.name.isdigit():
            with suppress(OSError, IndexError):
                status = (directory / "stat").read_text(encoding="ascii", errors="replace")
                if status.rpartition(")")[2].split()[1] == own:
                    yield int(directory.name)


if __name__ == "__main__":
    main(sys.argv[1:])
