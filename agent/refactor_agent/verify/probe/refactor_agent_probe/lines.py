"""Collects which lines of watched files run. Standard library only, Python 3.9 on."""

from __future__ import annotations

import dis
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
        """See to it that lines which ran before are heard of again: a test begins."""
        raise NotImplementedError

    def rest(self) -> None:
        """Cost nothing more in this thread until the next test; threads of its own go on."""

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
    """With `sys.settrace`, which slows the interpreter down in all code while it is set.

    So it is set during tests only: what a runner and its plugins import takes twice as long under
    it. And a function whose every line was seen in a test is left alone for the rest of the test,
    except in other threads than the test's: there a call can go on into the next test.
    """

    _thread = 0

    def __init__(self, root: str, watch: Iterable[str]) -> None:
        super().__init__(root, watch)
        self._left: dict[int, _Left] = {}

    def start(self) -> None:
        if self._paths:
            threading.settrace(self._call)

    def rearm(self) -> None:
        for left in list(self._left.values()):
            left.renew()
        self._thread = threading.get_ident()
        if self._paths and sys.gettrace() is None:
            sys.settrace(self._call)

    def rest(self) -> None:
        if sys.gettrace() == self._call:
            sys.settrace(None)

    def _call(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        code = frame.f_code
        try:
            lines = self._known[code.co_filename]
        except KeyError:
            lines = self._set_for(code.co_filename)
        if lines is None:
            return None
        left = self._left.get(id(code))
        if left is None:
            left = self._left[id(code)] = _Left(code, lines.add)
        if threading.get_ident() != self._thread:
            return left.trace
        return left.trace_rest if left.lines else None


class _Left:
    """Which lines of a code object have not run in this test yet."""

    def __init__(self, code: CodeType, add: Callable[[int], None]) -> None:
        self._code = code  # kept, so that no other one gets its `id`
        self._all = _traceable_lines(code)
        self._add = add
        self.lines = set(self._all)

    def renew(self) -> None:
        """Another test begins."""
        self.lines = set(self._all)

    def trace(self, frame: FrameType, event: str, _argument: Any) -> Any:
        """Hear of a line."""
        if event == "line":
            self._add(frame.f_lineno)
        return self.trace

    def trace_rest(self, frame: FrameType, event: str, _argument: Any) -> Any:
        """Hear of a line, until there is nothing more to hear."""
        if event == "line":
            line = frame.f_lineno
            self._add(line)
            self.lines.discard(line)
            if not self.lines:
                frame.f_trace = None
                return None
        return self.trace_rest


def _traceable_lines(code: CodeType) -> frozenset[int]:
    """Give the lines of ``code`` that a trace function is told of, or more of them."""
    if not hasattr(code, "co_lines"):
        return frozenset(line for _, line in dis.findlinestarts(code))
    resume = dis.opmap.get("RESUME")
    # What comes before it (3.11 on) makes cells and generators, and stands on the line of `def`.
    body = 0 if resume is None else code.co_code[::2].find(resume) * 2 + 2
    ranges: Any = code.co_lines()
    return frozenset(line for _, end, line in ranges if line and end > body)


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
