"""Which files hold tests."""

from __future__ import annotations

from pathlib import PurePosixPath

__all__ = ["is_test_file"]

_TEST_DIRECTORIES = frozenset({"test", "tests"})


def is_test_file(file: str) -> bool:
    """Say whether ``file`` holds tests: its async functions are no service's entries."""
    path = PurePosixPath(file)
    name = path.name
    if name == "conftest.py" or name.startswith("test_") or name.endswith("_test.py"):
        return True
    return not _TEST_DIRECTORIES.isdisjoint(path.parts[:-1])
