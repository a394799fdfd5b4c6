"""What a project requires for its tests, as far as its files say."""

from __future__ import annotations

import re

from refactor_agent.tree import Tree

__all__ = ["declares_for_tests"]

_DECLARES = ("pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "requirements-dev.txt",
             "requirements-test.txt", "dev-requirements.txt", "test-requirements.txt",
             "requirements/test.txt", "requirements/dev.txt", "requirements.txt")  # fmt: skip
_ALLOWED = re.compile(rb"^allow-dependencies\s*=\s*\[[^\]]*\]", re.MULTILINE)


def declares_for_tests(tree: Tree, distribution: str) -> bool:
    """Say whether a file of requirements, extras and groups included, names ``distribution``."""
    name = re.sub(r"[-_.]+", "[-_.]", distribution)
    line = re.compile(rf"^\s*[\"']?{name}(?![\w.-])".encode(), re.MULTILINE)
    return any(tree.exists(f) and line.search(_split(tree.read(f))) for f in _DECLARES)


def _split(data: bytes) -> bytes:
    """Put each requirement of a list on a line of its own; what is but allowed is none."""
    return _ALLOWED.sub(b"", data).replace(b"[", b"\n").replace(b",", b"\n")
