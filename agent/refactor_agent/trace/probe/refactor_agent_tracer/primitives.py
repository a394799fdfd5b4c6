"""Blocking primitives that are called on a loop's thread, as the interpreter's audit tells."""

# ruff: noqa: SLF001 - what is looked at here has no public name

from __future__ import annotations

import sys
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from .cells import Cell
    from .stacks import Stacks

__all__ = ["Primitives"]

_EVENTS = frozenset(
    {
        "fcntl.flock",
        "fcntl.lockf",
        "open",
        "os.chmod",
        "os.chown",
        "os.fork",
        "os.forkpty",
        "os.link",
        "os.listdir",
        "os.mkdir",
        "os.posix_spawn",
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.scandir",
        "os.symlink",
        "os.system",
        "os.truncate",
        "os.utime",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.getnameinfo",
        "sqlite3.connect",
        "subprocess.Popen",
        "time.sleep",
    }
)
"""Of the audit events, those that stand for work which can hold a thread."""
_MOST = 5_000
_DETAIL = 200


class Primitives:
    """Counts calls by name and stack."""

    def __init__(self, cells: dict[int, Cell], stacks: Stacks) -> None:
        self._cells = cells
        self._stacks = stacks
        self._calls: dict[tuple[str, int], list[Any]] = {}
        self._changed: dict[tuple[str, int], None] = {}
        self._frame = sys._getframe

    def hook(
        self,
        event: str,
        arguments: tuple[Any, ...],
        _events: frozenset[str] = _EVENTS,
        _ident: Any = get_ident,
        _up: int = 1,
    ) -> None:
        """Take an audit event; defaults hold what is needed while the interpreter goes down.

        ``_up`` is the number of frames up to the one that made the call.
        """
        if event not in _events:
            return
        cell = self._cells.get(_ident())
        if cell is None or not (cell.began or cell.foreign is not None):
            return
        try:
            self._note(event, arguments, self._frame(_up), cell.base)
        except Exception:  # noqa: BLE001 - an error here would become the program's own
            return

    def _note(
        self, event: str, arguments: tuple[Any, ...], caller: FrameType, base: FrameType | None
    ) -> None:
        if _is_quick(event, arguments):
            return
        key = (event, self._stacks.number(caller, base))
        call = self._calls.get(key)
        if call is None:
            if len(self._calls) >= _MOST:
                return
            call = self._calls[key] = [0, None, _detail(event, arguments)]
        call[0] += 1
        if event == "time.sleep":
            call[1] = (call[1] or 0.0) + arguments[0]
        self._changed[key] = None

    def take_changed(self) -> list[dict[str, Any]]:
        """Give the sums of what was called since the last time."""
        taken = []
        for key in list(self._changed):
            self._changed.pop(key, None)
            count, seconds, detail = self._calls[key]
            name, stack = key
            taken.append(
                {
                    "event": "calls",
                    "name": name,
                    "stack": stack,
                    "count": count,
                    "seconds": seconds,
                    "detail": detail,
                }
            )
        return taken

    def forget(self) -> None:
        """Begin anew, in a forked child."""
        self._calls.clear()
        self._changed.clear()


def _is_quick(event: str, arguments: tuple[Any, ...]) -> bool:
    """Say whether a call can't block: an object made for a descriptor, a non-blocking socket."""
    if event == "open":
        return type(arguments[0]) is int
    return event == "socket.connect" and arguments[0].gettimeout() == 0


def _detail(event: str, arguments: tuple[Any, ...]) -> str:
    """Say what was opened, connected to or started; only of types whose text is the builtin one."""
    place = 1 if event == "socket.connect" else 0
    value = arguments[place] if len(arguments) > place else ""
    if isinstance(value, tuple) and value:
        return ":".join(str(part) for part in value[:2] if type(part) in (str, int))
    return str(value)[:_DETAIL] if type(value) in (str, bytes) else ""
