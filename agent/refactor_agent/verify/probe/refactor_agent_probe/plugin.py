"""A pytest plugin that writes down what a test run did. Standard library only, Python 3.9 on.

It is put on the import path of the target's interpreter, for pytest 7 to 9, and reads its
settings from the JSON file that ``REFACTOR_AGENT_PROBE`` names: ``root``, ``log``, ``watch``
(files whose executed lines are wanted) and ``select`` (test ids to run, or null for all).
"""

from __future__ import annotations

import gc
import inspect
import json
import logging
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .lines import line_collector
from .network import close_network

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    def __init__(self, probe: _Probe) -> None:
        super().__init__(logging.ERROR)
        self._probe = probe

    def emit(self, record: logging.LogRecord) -> None:
        self._probe.note("loop_error", text=record.getMessage().splitlines()[0][:200])


class _Probe:
    def __init__(self, settings: dict[str, Any]) -> None:
        self.root = os.path.realpath(settings["root"])
        self.select = None if settings["select"] is None else set(settings["select"])
        self.files = None if settings["files"] is None else set(settings["files"])
        self.log = _Log(settings["log"])
        self.current = ""
        self.pending: list[dict[str, Any]] = []
        self._notes: dict[str, int] = {}
        self.lines = line_collector(self.root, settings["watch"])

    def start(self) -> None:
        """Write the first line and put the listeners in place."""
        self.log.write(
            "start",
            python=".".join(map(str, sys.version_info[:3])),
            pytest=pytest.__version__,
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
        if taken:
            self.log.write("lines", id=test, lines=taken)

    def begin(self, test: str) -> None:
        """Take note that a test starts; what ran since the last one belongs to none."""
        self.flush("")
        self.current = test
        self.lines.rearm()
        self.log.write("begin", id=test)

    def phase(self, report: Any) -> None:
        """Keep how a set-up, a call or a tear-down ended."""
        text = ""
        if report.outcome == "failed":
            text = self.clean(str(getattr(report, "longreprtext", "") or report.longrepr))
        elif report.outcome == "skipped" and isinstance(report.longrepr, tuple):
            text = self.clean(str(report.longrepr[2]))
        # Kept until the test is over: while it runs, files may be pretended ones.
        self.pending.append(
            {
                "when": report.when,
                "outcome": report.outcome,
                "xfail": hasattr(report, "wasxfail"),
                "part": hasattr(report, "context"),
                "seconds": round(report.duration, 4),
                "text": text[-_TEXT_LIMIT:],
            }
        )

    def end(self, test: str) -> None:
        """Write down a whole test."""
        phases, self.pending = self.pending, []
        self.log.write("test", id=test, phases=phases)
        self.flush(test)
        self.current = ""


def _open() -> _Probe | None:
    path = os.environ.pop(_SETTINGS, None)
    if path is None:
        return None
    probe = _Probe(json.loads(Path(path).read_text(encoding="ascii")))
    probe.start()
    return probe


_probe = _open()


@pytest.hookimpl(hookwrapper=True)
def pytest_load_initial_conftests(early_config: Any) -> Iterator[None]:
    """Keep a coverage plugin from taking over the trace function."""
    if _probe is not None:
        options = early_config.known_args_namespace
        if hasattr(options, "cov_source"):
            options.cov_source = []
            options.no_cov = True
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: Any) -> None:
    """One process, every test, the same order and examples each time."""
    if _probe is None:
        return
    os.environ.pop("PYTEST_ADDOPTS", None)  # a pytest that a test starts is not watched
    wanted = {
        "dist": "no",
        "tx": [],
        "numprocesses": 0,
        "maxfail": 0,
        "usepdb": False,
        "continue_on_collection_errors": True,
        "randomly_reorganize": False,
        "randomly_seed": 1,
        "hypothesisseed": "0",
    }
    for name, value in wanted.items():
        if hasattr(config.option, name):
            setattr(config.option, name, value)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: Any, items: list[Any]) -> Iterator[None]:
    """Write down what the project itself would run, then keep what was selected."""
    yield
    if _probe is None:
        return
    ids = [_probe.clean(item.nodeid) for item in items]
    named = list(zip(ids, items))  # noqa: B905 - not in Python 3.9
    asynchronous = [test for test, item in named if _is_async(item)]
    _probe.log.write("collected", ids=ids, asynchronous=asynchronous)
    if _probe.select is not None:
        kept = [item for test, item in named if test in _probe.select]
        dropped = [item for test, item in named if test not in _probe.select]
        items[:] = kept
        if dropped:
            config.hook.pytest_deselected(items=dropped)


@pytest.hookimpl(tryfirst=True)
def pytest_ignore_collect(collection_path: Path, config: Any) -> bool | None:
    """Leave out the files in which no selected test stands."""
    if _probe is None or _probe.files is None or not collection_path.is_file():
        return None
    root = os.path.realpath(config.rootpath)
    file = os.path.relpath(os.path.realpath(collection_path), root).replace(os.sep, "/")
    return None if _probe.clean(file) in _probe.files else True


def _is_async(item: Any) -> bool:
    function = getattr(item, "function", None) or getattr(item, "obj", None)
    return inspect.iscoroutinefunction(function)


def pytest_collectreport(report: Any) -> None:
    """Write down a file that can't be collected."""
    if _probe is not None and report.failed:
        text = _probe.clean(str(report.longrepr))[-_TEXT_LIMIT:]
        _probe.log.write("collect_error", id=_probe.clean(report.nodeid), text=text)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart(nodeid: str) -> None:
    """A test starts."""
    if _probe is not None:
        _probe.begin(_probe.clean(nodeid))


def pytest_runtest_logreport(report: Any) -> None:
    """A part of a test is over; reruns by a plugin don't count until the last."""
    if _probe is not None and report.outcome != "rerun":
        _probe.phase(report)


@pytest.hookimpl(trylast=True)
def pytest_runtest_logfinish(nodeid: str) -> None:
    """A test is over."""
    if _probe is not None:
        _probe.end(_probe.clean(nodeid))


def pytest_warning_recorded(warning_message: Any, nodeid: str) -> None:
    """Write down a warning."""
    if _probe is not None:
        text = _probe.clean(str(warning_message.message)).strip().splitlines() or [""]
        category = warning_message.category.__name__
        _probe.note("warning", category=category, text=text[0][:200], test=_probe.clean(nodeid))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus: int) -> None:
    """Write the last line."""
    if _probe is not None:
        gc.collect()  # coroutines in reference cycles are told of only now
        _probe.flush("")
        _probe.log.write("finish", status=int(exitstatus))
