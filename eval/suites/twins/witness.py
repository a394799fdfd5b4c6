"""A plugin for pytest, in the package's own environment: writes down how each test ended.

A line a test, as it ends, to the file that ``REFACTOR_EVAL_REPORT`` names, so that a crash or a
hang loses one test and not all. Where ``REFACTOR_EVAL_STRICT`` names modules, a test fails in
which these block the running loop. With ``REFACTOR_EVAL_ONLY_ASYNC`` only coroutines are run.
"""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Iterator

import pytest

_ENDS: dict[str, str] = {}


@pytest.fixture(autouse=bool(os.environ.get("REFACTOR_EVAL_STRICT")))
def _nothing_blocks() -> Iterator[None]:
    from blockbuster import blockbuster_ctx  # noqa: PLC0415 - only where it is asked for

    with blockbuster_ctx(os.environ["REFACTOR_EVAL_STRICT"].split(",")):
        yield


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the worst of the phases, and write it when the last one is over."""
    if report.failed:
        _ENDS[report.nodeid] = "failed"
    elif report.skipped or (report.when == "call" and report.passed):
        _ENDS.setdefault(report.nodeid, "skipped" if report.skipped else "passed")
    if report.when == "teardown":
        line = json.dumps([report.nodeid, _ENDS.get(report.nodeid, "failed")])
        with open(os.environ["REFACTOR_EVAL_REPORT"], "a", encoding="utf-8") as file:  # noqa: PTH123
            file.write(line + "\n")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is no coroutine, where that is asked for."""
    if os.environ.get("REFACTOR_EVAL_ONLY_ASYNC"):
        gone = [
            one for one in items if not inspect.iscoroutinefunction(getattr(one, "function", 0))
        ]
        items[:] = [one for one in items if one not in gone]
        config.hook.pytest_deselected(items=gone)
