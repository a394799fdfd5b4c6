"""Django's own test runner, or the project's, with the probe listening.

``manage.py test --testrunner refactor_agent_probe.django_runner.Runner``. What the project's
settings name as `TEST_RUNNER` makes the databases and finds the tests, as ever.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings  # type: ignore[import-not-found,import-untyped,unused-ignore]
from django.test.utils import get_runner  # type: ignore[import-not-found,import-untyped,unused-ignore]

from .unittests import Result, chosen, probe

__all__ = ["Runner"]

_Own: Any = get_runner(settings)


class Runner(_Own):  # type: ignore[misc,unused-ignore]
    """One process, every test, in the same order each time."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        quiet = {"failfast": False, "parallel": 1, "shuffle": False, "interactive": False}
        super().__init__(*arguments, **{**options, **quiet})

    def get_resultclass(self) -> Any:
        """Tell the probe."""
        return Result

    def run_suite(self, suite: Any, **options: Any) -> Any:
        """Run what was selected."""
        return super().run_suite(chosen(suite), **options)

    def run_tests(self, *arguments: Any, **options: Any) -> Any:
        """Run the tests, databases and all."""
        failed = super().run_tests(*arguments, **options)
        if probe is not None:
            probe.finish(int(bool(failed)))
        return failed
