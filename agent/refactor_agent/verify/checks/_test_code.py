"""Which code is a test, and which test is alone in its loop."""

from __future__ import annotations

import ast
from pathlib import PurePosixPath

from refactor_agent.verify.syntax import FunctionNode

__all__ = ["is_lone_test", "is_test_file"]

_STARTS = frozenset(
    {"TaskGroup", "Thread", "as_completed", "create_task", "create_task_group", "ensure_future",
     "gather", "run_in_executor", "start_soon", "submit", "wait"}
)  # fmt: skip


def is_test_file(file: str) -> bool:
    """Say whether tests lie in ``file``, by its name."""
    name = PurePosixPath(file).stem
    return name.startswith("test") or name.endswith("_test") or name == "conftest"


def is_lone_test(file: str, function: FunctionNode) -> bool:
    """Say whether ``function`` is a test that starts nothing to run beside itself.

    Its runner gives it a loop of its own: while it waits, nobody else comes to its state.
    """
    if not (is_test_file(file) and function.name.startswith("test")):
        return False
    names = (getattr(part, "attr", getattr(part, "id", "")) for part in ast.walk(function))
    return _STARTS.isdisjoint(names)
