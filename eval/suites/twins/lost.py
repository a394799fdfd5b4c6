"""A plugin for pytest, in the package's own environment: writes down what nobody awaited.

A line a test in which a coroutine was made and never awaited, as it ends, to the file that
``REFACTOR_EVAL_LOST`` names: its id and the names of these coroutines. A coroutine in a circle is
heard of when the interpreter frees it, perhaps in a later test: to look for such would run
finalisers where they don't run otherwise, and tests that hear of these would end in another way.
"""

from __future__ import annotations

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


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Tell what was lost since the last test, when the last phase of this one is over."""
    if report.when == "teardown":
        if _LOST:
            line = json.dumps([report.nodeid, sorted(set(_LOST))])
            with open(os.environ["REFACTOR_EVAL_LOST"], "a", encoding="utf-8") as file:  # noqa: PTH123
                file.write(line + "\n")
        _LOST.clear()
