"""A pytest plugin that writes down what a test run did. Standard library only, Python 3.9 on.

It is put on the import path of the target's interpreter, for pytest 7 to 9; `record` says what
it is told to watch.
"""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .namesakes import bring_back, forget_namesake
from .record import open_probe

if TYPE_CHECKING:
    from collections.abc import Iterator

_probe = open_probe(f"pytest {pytest.__version__}")


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


@pytest.hookimpl(tryfirst=True)
def pytest_collectstart(collector: Any) -> None:
    """Let a file of tests be imported beside another of its name, as if each were run alone."""
    if _probe is not None and isinstance(collector, pytest.Module):
        forget_namesake(collector.path)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: Any) -> None:
    """Let a test find its own module under that name."""
    if _probe is not None:
        bring_back(getattr(item, "module", None))


def _is_async(item: Any) -> bool:
    function = getattr(item, "function", None) or getattr(item, "obj", None)
    return inspect.iscoroutinefunction(function)


def pytest_collectreport(report: Any) -> None:
    """Write down a file that can't be collected."""
    if _probe is not None and report.failed:
        _probe.collect_error(_probe.clean(report.nodeid), _probe.clean(str(report.longrepr)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart(nodeid: str) -> None:
    """A test starts."""
    if _probe is not None:
        _probe.begin(_probe.clean(nodeid))


def pytest_runtest_logreport(report: Any) -> None:
    """A part of a test is over; reruns by a plugin don't count until the last."""
    if _probe is not None and report.outcome != "rerun":
        _probe.phase(
            report.when,
            report.outcome,
            seconds=report.duration,
            text=_text(report),
            xfail=hasattr(report, "wasxfail"),
            part=hasattr(report, "context"),
        )


def _text(report: Any) -> str:
    """Why it did not pass."""
    if _probe is not None and report.outcome == "failed":
        return _probe.clean(str(getattr(report, "longreprtext", "") or report.longrepr))
    if _probe is not None and report.outcome == "skipped" and isinstance(report.longrepr, tuple):
        return _probe.clean(str(report.longrepr[2]))
    return ""


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
        _probe.finish(int(exitstatus))
