"""Interpreters of other versions, where a machine has them."""

from __future__ import annotations

import shutil
import sys
from functools import cache
from pathlib import Path

import pytest

__all__ = ["interpreter", "interpreter_or_skip"]

_PYENV = Path.home() / ".pyenv" / "versions"


@cache
def interpreter(version: str) -> str | None:
    """Find an interpreter of ``version``: this one, pyenv's, or on the search path."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    kept = sorted(_PYENV.glob(f"{version}.*/bin/python"))
    return str(kept[-1]) if kept else shutil.which(f"python{version}")


def interpreter_or_skip(version: str) -> str:
    """Give it, or skip the test by name."""
    return interpreter(version) or pytest.skip(f"there is no Python {version} here")
