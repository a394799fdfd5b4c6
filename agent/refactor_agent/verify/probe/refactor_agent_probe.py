"""A pytest plugin that writes down what a test run did. Standard library only, Python 3.9 on.

It is put on the import path of the target's interpreter, for pytest 7 to 9, and reads its
settings from the JSON file that ``REFACTOR_AGENT_PROBE`` names: ``root``, ``log``, ``watch``
(files whose executed lines are wanted) and ``select`` (test ids to run, or null for all).
"""

from __future__ import annotations

import gc
import inspect
import ipaddress
import json
import logging
import os
import socket
import sys
import threading
import warnings

import pytest

_SETTINGS = "REFACTOR_AGENT_PROBE"
_TEXT_LIMIT = 6000
_MANY = 300


class _Log:
    """JSON lines, written by this process only: a forked child stays silent."""

    def __init__(self, path):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
        self._handle = os.open(path, flags, 0o600)
        self._pid = os.getpid()
        # Bound here because tests replace `os.write` with that of a pretended file system.
        self._write = os.write
        self._getpid = os.getpid
        self._dump = json.dumps

    def write(self, event, **fields):
        if self._getpid() != self._pid:
            return
        data = (self._dump({"event": event, **fields}) + "\n").encode("ascii")
        while data:
            data = data[self._write(self._handle, data) :]


class _Lines:
    """Collects the executed lines of the watched files."""

    def __init__(self, root, watch):
        self._paths = {os.path.join(root, file): file for file in watch}
        self._sets = {file: set() for file in watch}
        self._known = {}

    def set_for(self, filename):
        """Give the set that collects for a code object's file name; None when not watched."""
        try:
            return self._known[filename]
        except KeyError:
            path = os.path.realpath(filename)
            found = self._sets.get(self._paths.get(path, ""))
            self._known[filename] = found
            return found

    def take(self):
        """Give what was executed since the last call, as ``{file: "3-7,9"}``."""
        taken = {}
        for file, lines in self._sets.items():
            if lines:
                copy = sorted(lines)
                lines.clear()
                taken[file] = _ranges(copy)
        return taken


class _TraceLines(_Lines):
    """With `sys.settrace`, which costs nothing in frames of files that are not watched."""

    def __init__(self, root, watch):
        super().__init__(root, watch)
        self._tracers = {}

    def start(self):
        if self._paths:
            threading.settrace(self._call)
            self.rearm()

    def rearm(self):
        if self._paths and sys.gettrace() is None:
            sys.settrace(self._call)

    def _call(self, frame, _event, _arg):
        filename = frame.f_code.co_filename
        try:
            return self._tracers[filename]
        except KeyError:
            lines = self.set_for(filename)
            tracer = None if lines is None else _line_tracer(lines.add)
            self._tracers[filename] = tracer
            return tracer


def _line_tracer(add):
    def trace(frame, event, _arg):
        if event == "line":
            add(frame.f_lineno)
        return trace

    return trace


class _MonitorLines(_Lines):
    """With `sys.monitoring`: each line is reported once per test, in every thread."""

    def start(self):
        self._tool = None
        if not self._paths:
            return
        monitoring = sys.monitoring
        self._tool = next(number for number in (4, 3, 0) if monitoring.get_tool(number) is None)
        monitoring.use_tool_id(self._tool, "refactor-agent")
        events = monitoring.events
        monitoring.register_callback(self._tool, events.PY_START, self._enter)
        monitoring.register_callback(self._tool, events.LINE, self._line)
        monitoring.set_events(self._tool, events.PY_START)

    def rearm(self):
        if self._tool is not None:
            sys.monitoring.restart_events()

    def _enter(self, code, _offset):
        if self.set_for(code.co_filename) is not None:
            sys.monitoring.set_local_events(self._tool, code, sys.monitoring.events.LINE)
        return sys.monitoring.DISABLE

    def _line(self, code, line):
        lines = self.set_for(code.co_filename)
        if lines is not None:
            lines.add(line)
        return sys.monitoring.DISABLE


def _ranges(numbers):
    parts = []
    first = last = None
    for number in [*numbers, None]:
        if last is not None and number == last + 1:
            last = number
            continue
        if last is not None:
            parts.append(str(first) if first == last else "%d-%d" % (first, last))
        first = last = number
    return ",".join(parts)


class _LoopErrors(logging.Handler):
    """Hears asyncio complain of lost tasks and exceptions nobody looked at."""

    def __init__(self, probe):
        super().__init__(logging.ERROR)
        self._probe = probe

    def emit(self, record):
        self._probe.note("loop_error", text=record.getMessage().splitlines()[0][:200])


class _Probe:
    def __init__(self, settings):
        self.root = os.path.realpath(settings["root"])
        self.select = None if settings["select"] is None else set(settings["select"])
        self.log = _Log(settings["log"])
        self.current = ""
        self.pending = []
        self._notes = 0
        kind = _MonitorLines if sys.version_info >= (3, 12) else _TraceLines
        self.lines = kind(self.root, settings["watch"])

    def start(self):
        self.log.write(
            "start",
            python="%d.%d.%d" % sys.version_info[:3],
            pytest=pytest.__version__,
            executable=sys.executable,
        )
        self._hear_lost_coroutines()
        logging.getLogger("asyncio").addHandler(_LoopErrors(self))
        _close_network(self)
        self.lines.start()

    def _hear_lost_coroutines(self):
        """The interpreter calls this hook whatever the warning filters say."""
        original = getattr(warnings, "_warn_unawaited_coroutine", None)
        if original is None:
            return

        def heard(coroutine):
            name = getattr(coroutine, "__qualname__", "?")
            code = getattr(coroutine, "cr_code", None)
            file = "" if code is None else self.relative(code.co_filename)
            self.note("never_awaited", name=name, file=file)
            return original(coroutine)

        warnings._warn_unawaited_coroutine = heard

    def relative(self, filename):
        path = os.path.realpath(filename)
        prefix = self.root + os.sep
        return path[len(prefix) :].replace(os.sep, "/") if path.startswith(prefix) else filename

    def clean(self, text):
        """Ids and messages must not depend on where the copy lies."""
        return text.replace(self.root, "{root}")

    def note(self, event, **fields):
        self._notes += 1
        if self._notes <= _MANY:
            self.log.write(event, id=self.current, **fields)

    def flush(self, test):
        taken = self.lines.take()
        if taken:
            self.log.write("lines", id=test, lines=taken)

    def begin(self, test):
        self.flush("")
        self.current = test
        self.lines.rearm()
        self.log.write("begin", id=test)

    def phase(self, report):
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

    def end(self, test):
        phases, self.pending = self.pending, []
        self.log.write("test", id=test, phases=phases)
        self.flush(test)
        self.current = ""


def _close_network(probe):
    """Let sockets reach this machine only."""
    names = {"", "localhost", "localhost.localdomain", "ip6-localhost", socket.gethostname()}

    def is_near(host):
        if host is None:
            return True
        host = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        try:
            address = ipaddress.ip_address(host.split("%")[0])
        except ValueError:
            return host.lower().rstrip(".") in names
        return address.is_loopback or address.is_unspecified

    def check(address):
        if isinstance(address, tuple) and address and not is_near(address[0]):
            probe.note("blocked", host=str(address[0]))
            raise OSError(101, "Network is unreachable (only loopback is open in this run)")

    def guarded_method(original, position):
        def call(self, *args):
            if args:
                check(args[position])
            return original(self, *args)

        return call

    def guarded_lookup(original):
        def call(host, *args, **kwargs):
            if not is_near(host) and not _is_literal(host):
                probe.note("blocked", host=str(host))
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return original(host, *args, **kwargs)

        return call

    for name, position in (("connect", 0), ("connect_ex", 0), ("sendto", -1)):
        setattr(socket.socket, name, guarded_method(getattr(socket.socket, name), position))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        setattr(socket, name, guarded_lookup(getattr(socket, name)))


def _is_literal(host):
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return True


def _open():
    path = os.environ.pop(_SETTINGS, None)
    if path is None:
        return None
    with open(path, encoding="utf-8") as file:
        probe = _Probe(json.load(file))
    probe.start()
    return probe


_probe = _open()


@pytest.hookimpl(hookwrapper=True)
def pytest_load_initial_conftests(early_config):
    """Keep a coverage plugin from taking over the trace function."""
    if _probe is not None:
        options = early_config.known_args_namespace
        if hasattr(options, "cov_source"):
            options.cov_source = []
            options.no_cov = True
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
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
def pytest_collection_modifyitems(config, items):
    """Write down what the project itself would run, then keep what was selected."""
    yield
    if _probe is None:
        return
    ids = [_probe.clean(item.nodeid) for item in items]
    asynchronous = [test for test, item in zip(ids, items) if _is_async(item)]
    _probe.log.write("collected", ids=ids, asynchronous=asynchronous)
    if _probe.select is not None:
        kept = [item for test, item in zip(ids, items) if test in _probe.select]
        dropped = [item for test, item in zip(ids, items) if test not in _probe.select]
        items[:] = kept
        if dropped:
            config.hook.pytest_deselected(items=dropped)


def _is_async(item):
    function = getattr(item, "function", None) or getattr(item, "obj", None)
    return inspect.iscoroutinefunction(function)


def pytest_collectreport(report):
    if _probe is not None and report.failed:
        text = _probe.clean(str(report.longrepr))[-_TEXT_LIMIT:]
        _probe.log.write("collect_error", id=_probe.clean(report.nodeid), text=text)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart(nodeid):
    if _probe is not None:
        _probe.begin(_probe.clean(nodeid))


def pytest_runtest_logreport(report):
    if _probe is not None and report.outcome != "rerun":
        _probe.phase(report)


@pytest.hookimpl(trylast=True)
def pytest_runtest_logfinish(nodeid):
    if _probe is not None:
        _probe.end(_probe.clean(nodeid))


def pytest_warning_recorded(warning_message, nodeid):
    if _probe is not None:
        text = _probe.clean(str(warning_message.message)).strip().splitlines() or [""]
        category = warning_message.category.__name__
        _probe.note("warning", category=category, text=text[0][:200], test=_probe.clean(nodeid))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus):
    if _probe is not None:
        gc.collect()  # coroutines in reference cycles are told of only now
        _probe.flush("")
        _probe.log.write("finish", status=int(exitstatus))
