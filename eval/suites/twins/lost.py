"""A plugin for pytest, in the package's own environment: writes down what nobody awaited.

A line a test in which a coroutine was made and never awaited, as it ends, to the file that
``REFACTOR_EVAL_LOST`` names: its id and the names of these coroutines.
"""

from __future__ import annotations

import gc
import json
import os
import warnings
from typing import Any

import pytest

_LOST: list[str] = []


def pytest_configure() -> None:
    """Hear of lost coroutines by a hook that the interpreter calls whatever filters say."""
    hooks: Any = warnings
    original = hooks._warn_unawaited_coroutine  # noqa: SLF001 - there is no public way

    def heard(coroutine: Any) -> Any:
        _LOST.append(getattr(coroutine, "__qualname__", "?"))
        return original(coroutine)

    hooks._warn_unawaited_coroutine = heard  # noqa: SLF001


def pytest_collection_finish() -> None:
    """Take what there is by now out of what is looked through after each test."""
    gc.collect()
    gc.freeze()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Look through what the test left behind, circles too, when its last phase is over."""
    if report.when == "teardown":
        gc.collect()
        if _LOST:
            line = json.dumps([report.nodeid, sorted(set(_LOST))])
            with open(os.environ["REFACTOR_EVAL_LOST"], "a", encoding="utf-8") as file:  # noqa: PTH123
                file.write(line + "\n")
        _LOST.clear()
