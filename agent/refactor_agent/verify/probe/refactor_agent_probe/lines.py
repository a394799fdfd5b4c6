"""Collects which lines of watched files run. Standard library only, Python 3.9 on."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType, FrameType

__all__ = ["Lines", "line_collector"]

_TOOLS = (4, 3, 0)
"""Identifiers that debuggers, coverage and profilers leave alone by convention come first."""

# Not a plain attribute access: the type checker looks at this file as Python 3.11.
_monitoring: Any = getattr(sys, "monitoring", None)


class Lines:
    """What the two ways of collecting share."""

    def __init__(self, root: str, watch: Iterable[str]) -> None:
        self._paths = {str(Path(root, file)): file for file in watch}
        self._sets: dict[str, set[int]] = {file: set() for file in self._paths.values()}
        self._known: dict[str, set[int] | None] = {}

    def start(self) -> None:
        """Begin to collect, in this thread and those that start later."""
        raise NotImplementedError

    def rearm(self) -> None:
        """See to it that lines which ran before are heard of again."""
        raise NotImplementedError

    def take(self) -> dict[str, str]:
        """Give what ran since the last call, as ``{file: "3-7,9"}``."""
        taken = {}
        for file, lines in self._sets.items():
            if lines:
                numbers = sorted(lines)
                lines.clear()
                taken[file] = _ranges(numbers)
        return taken

    def _set_for(self, filename: str) -> set[int] | None:
        """Give the set for a code object's file name; None when it is not watched."""
        try:
            return self._known[filename]
        except KeyError:
            path = os.path.realpath(filename)
            found = self._sets.get(self._paths.get(path, ""))
            self._known[filename] = found
            return found


class _TracedLines(Lines):
    """With `sys.settrace`, which costs next to nothing in files that are not watched."""

    def __init__(self, root: str, watch: Iterable[str]) -> None:
        super().__init__(root, watch)
        self._tracers: dict[str, Callable[..., Any] | None] = {}

    def start(self) -> None:
        if self._paths:
            threading.settrace(self._call)
            self.rearm()

    def rearm(self) -> None:
        if self._paths and sys.gettrace() is None:
            sys.settrace(self._call)

    def _call(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        filename = frame.f_code.co_filename
        try:
            return self._tracers[filename]
        except KeyError:
            lines = self._set_for(filename)
            tracer = None if lines is None else _line_tracer(lines.add)
            self._tracers[filename] = tracer
            return tracer


def _line_tracer(add: Callable[[int], None]) -> Callable[..., Any]:
    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            add(frame.f_lineno)
        return trace

    return trace


class _MonitoredLines(Lines):
    """With `sys.monitoring`: each line is reported once per test, in every thread."""

    _tool: int | None = None

    def start(self) -> None:
        if not self._paths:
            return
        self._tool = next(number for number in _TOOLS if _monitoring.get_tool(number) is None)
        _monitoring.use_tool_id(self._tool, "refactor-agent")
        events = _monitoring.events
        _monitoring.register_callback(self._tool, events.PY_START, self._enter)
        _monitoring.register_callback(self._tool, events.LINE, self._line)
        _monitoring.set_events(self._tool, events.PY_START)

    def rearm(self) -> None:
        if self._tool is not None:
            _monitoring.restart_events()

    def _enter(self, code: CodeType, _offset: int) -> Any:
        if self._set_for(code.co_filename) is not None:
            _monitoring.set_local_events(self._tool, code, _monitoring.events.LINE)
        return _monitoring.DISABLE

    def _line(self, code: CodeType, line: int) -> Any:
        lines = self._set_for(code.co_filename)
        if lines is not None:
            lines.add(line)
        return _monitoring.DISABLE


def line_collector(root: str, watch: Iterable[str]) -> Lines:
    """Give the collector that suits this interpreter; ``watch`` is relative to ``root``."""
    kind = _TracedLines if _monitoring is None else _MonitoredLines
    return kind(root, watch)


def _ranges(numbers: Iterable[int]) -> str:
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)
