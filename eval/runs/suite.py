"""What a suite is, and how suites are found: each module of `eval.suites` is one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from typing import Protocol, cast

import eval.suites
from eval.runs.values import Case, Result, Setting

__all__ = ["OTHER_WAYS", "Suite", "find_suite", "suite_names"]

OTHER_WAYS = {"locate": "--labels and --packages"}
"""Suites that do not read a directory of cases, `Setting.cases`, and what they take instead."""


class Suite(Protocol):
    """A module with these names."""

    NAME: str
    ABOUT: str
    """One line: what is asked, and what a point is."""

    def cases(self, setting: Setting) -> Sequence[Case]:
        """Give all cases that can be asked with this setting; each time the same."""

    def run(self, cases: Sequence[Case], setting: Setting) -> Iterable[Result]:
        """Ask cases of one batch; give at least one result for each."""


def suite_names() -> list[str]:
    """Give the names of all suites, as the command line takes them."""
    return sorted(
        module.name.replace("_", "-") for module in pkgutil.iter_modules(eval.suites.__path__)
    )


def find_suite(name: str) -> Suite:
    """Import the suite called ``name``; raises `ModuleNotFoundError`."""
    module = importlib.import_module(f"eval.suites.{name.replace('-', '_')}")
    return cast("Suite", module)
