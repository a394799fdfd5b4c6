"""Writes down what a test run did, whichever runner it is. Standard library only, Python 3.9 on.

The settings are read from the JSON file that ``REFACTOR_AGENT_PROBE`` names: ``root``, ``log``,
``watch`` (files whose executed lines are wanted), ``noted`` (test ids of which they are wanted)
and ``select`` (test ids to run), each null for all tests, ``half`` (0 or 1: of which half of the
tests they are wanted; null for both), and ``files`` (where those to run stand).
"""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
import warnings
import zlib
from pathlib import Path
from typing import Any

from .lines import line_collector
from .network import close_network

__all__ = ["Probe", "open_probe"]

_SETTINGS = "REFACTOR_AGENT_PROBE"
_TEXT_LIMIT = 6000
_MANY = 300


class _Log:
    """JSON lines, written by this process only: a forked child stays silent."""

    def __init__(self, path: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
        self._handle = os.open(path, flags, 0o600)
        self._pid = os.getpid()
        # Bound here because tests replace `os.write` with that of a pretended file system.
        self._write = os.write
        self._getpid = os.getpid
        self._dump = json.dumps

    def write(self, event: str, **fields: Any) -> None:
        if self._getpid() != self._pid:
            return
        data = (self._dump({"event": event, **fields}) + "\n").encode("ascii")
        while data:
            data = data[self._write(self._handle, data) :]


class _LoopErrors(logging.Handler):
    """Hears asyncio complain of lost tasks and exceptions nobody looked at."""

    def __init__(self, probe: Probe) -> None:
        super().__init__(logging.ERROR)
        self._probe = probe

    def emit(self, record: logging.LogRecord) -> None:
        self._probe.note("loop_error", text=record.getMessage().splitlines()[0][:200])


class Probe:
    """Hears the interpreter, and is told by a runner of each test."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.root = os.path.realpath(settings["root"])
        self.select = None if settings["select"] is None else set(settings["select"])
        self._noted = None if settings["noted"] is None else set(settings["noted"])
        self._half = settings["half"]
        self.files = None if settings["files"] is None else set(settings["files"])
        self.log = _Log(settings["log"])
        self.current = ""
        self.pending: list[dict[str, Any]] = []
        self._notes: dict[str, int] = {}
        self.lines = line_collector(self.root, settings["watch"])

    def start(self, runner: str) -> None:
        """Write the first line and put the listeners in place."""
        self.log.write(
            "start",
            python=".".join(map(str, sys.version_info[:3])),
            runner=runner,
            executable=sys.executable,
        )
        self._hear_lost_coroutines()
        logging.getLogger("asyncio").addHandler(_LoopErrors(self))
        close_network(lambda host: self.note("blocked", host=host))
        self.lines.start()

    def _hear_lost_coroutines(self) -> None:
        """The interpreter calls this hook whatever the warning filters say."""
        hooks: Any = warnings
        original = getattr(hooks, "_warn_unawaited_coroutine", None)
        if original is None:
            return

        def heard(coroutine: Any) -> Any:
            name = getattr(coroutine, "__qualname__", "?")
            code = getattr(coroutine, "cr_code", None)
            file = "" if code is None else self.relative(code.co_filename)
            self.note("never_awaited", name=name, file=file)
            return original(coroutine)

        hooks._warn_unawaited_coroutine = heard  # noqa: SLF001 - there is no public way

    def relative(self, filename: str) -> str:
        """Give a path in the copy relative to its root, any other as it is."""
        path = os.path.realpath(filename)
        prefix = self.root + os.sep
        return path[len(prefix) :].replace(os.sep, "/") if path.startswith(prefix) else filename

    def clean(self, text: str) -> str:
        """Ids and messages must not depend on where the copy lies, and must be proper text."""
        return text.replace(self.root, "{root}").encode("utf-8", "replace").decode("utf-8")

    def note(self, event: str, **fields: Any) -> None:
        """Write an event that has no bounds of its own, up to a number of each kind."""
        self._notes[event] = self._notes.get(event, 0) + 1
        if self._notes[event] <= _MANY:
            self.log.write(event, id=self.current, **fields)

    def flush(self, test: str) -> None:
        """Write the lines that ran since the last time, for ``test``."""
        taken = self.lines.take()
        if taken and self._is_noted(test):
            self.log.write("lines", id=test, lines=taken)

    def _is_noted(self, test: str) -> bool:
        if self._half is not None and zlib.crc32(test.encode("utf-8", "replace")) % 2 != self._half:
            return False
        return self._noted is None or test in self._noted

    def begin(self, test: str) -> None:
        """Take note that a test starts; what ran since the last one belongs to none."""
        self.flush("")
        self.current = test
        if self._is_noted(test):
            self.lines.rearm()
        self.log.write("begin", id=test)

    def phase(  # noqa: PLR0913 - the parts of one line of the log
        self,
        when: str,
        outcome: str,
        *,
        seconds: float,
        text: str = "",
        xfail: bool = False,
        part: bool = False,
    ) -> None:
        """Keep how a set-up, a call or a tear-down ended."""
        # Kept until the test is over: while it runs, files may be pretended ones.
        self.pending.append(
            {
                "when": when,
                "outcome": outcome,
                "xfail": xfail,
                "part": part,
                "seconds": round(seconds, 4),
                "text": text[-_TEXT_LIMIT:],
            }
        )

    def end(self, test: str) -> None:
        """Write down a whole test."""
        phases, self.pending = self.pending, []
        self.lines.rest()
        self.log.write("test", id=test, phases=phases)
        self.flush(test)
        self.current = ""

    def collect_error(self, test: str, text: str) -> None:
        """Write down a file that can't be collected."""
        self.log.write("collect_error", id=test, text=text[-_TEXT_LIMIT:])

    def finish(self, status: int) -> None:
        """Write the last line."""
        gc.collect()  # coroutines in reference cycles are told of only now
        self.flush("")
        self.log.write("finish", status=status)


def open_probe(runner: str) -> Probe | None:
    """Start a probe as the settings say; None where there are none, so that nothing is watched."""
    path = os.environ.pop(_SETTINGS, None)
    if path is None:
        return None
    probe = Probe(json.loads(Path(path).read_text(encoding="ascii")))
    probe.start(runner)
    return probe
