"""Libraries that tests answer for: what replaces them would go out to the network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from refactor_agent.tree import Tree

__all__ = ["mocked_libraries"]

_MOCKS: Mapping[str, str] = {"responses": "requests", "requests_mock": "requests"}
"""Package that answers in tests to the one whose calls it takes."""


def mocked_libraries(tree: Tree, files: Iterable[str]) -> Mapping[str, str]:
    """Give the libraries that tests in ``files`` mock as a whole, each with what mocks it.

    Their calls stay theirs, in a thread: there the mock answers as before.
    """
    found: dict[str, str] = {}
    for file in files:
        text = tree.read(file) if tree.exists(file) else b""
        for mock, library in _MOCKS.items():
            word = mock.encode()
            imports = re.search(rb"^\s*(?:import|from)\s+" + word + rb"\b", text, re.MULTILINE)
            asks = re.search(rb"def \w+\([^)]*\b" + word + rb"\b[^)]*\)\s*(?:->|:)", text)
            if imports or asks:
                found.setdefault(library, mock)
    return found
