"""Libraries that tests answer for: what replaces them would go out to the network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from refactor_agent.entry.suite.patched import patches_of_requests
from refactor_agent.tree import Tree

__all__ = ["PATCH", "mocked_libraries"]

PATCH = "what is put in its place by name"

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
        if b"requests" in text and any(patches_of_requests(text)):
            found.setdefault("requests", PATCH)
    return found
