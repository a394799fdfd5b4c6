"""A small project with a sync and an async wire, and code to convert that uses the sync one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from refactor_agent.asyncify import Asyncified, Request, asyncify
from refactor_agent.project import find_interpreter, open_project
from refactor_agent.rulebook import RuleBook, load_rulebook

WIRE = """\
class Wire:
    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def __iter__(self):
        return iter(["a", "b"])

    def read(self):
        return "text"

    def lines(self):
        yield "a"

    def close(self):
        pass


class AsyncWire:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc_info):
        await self.aclose()

    async def __aiter__(self):
        for text in ["a", "b"]:
            yield text

    async def read(self):
        return "text"

    async def lines(self):
        yield "a"

    async def aclose(self):
        pass


def ordered(lines):
    return sorted(lines)
"""
"""The module ``wire``, which is not converted."""

Convert = Callable[..., Asyncified]


@pytest.fixture(scope="session")
def rules() -> RuleBook:
    """The project's own rules."""
    return load_rulebook()


@pytest.fixture
def convert(tmp_path: Path, rules: RuleBook) -> Convert:
    """Convert ``app.py``, whose leaf is the wire unless other ``leaves`` are given."""

    def run(
        text: str,
        leaves: Mapping[str, str] | None = None,
        entries: tuple[str, ...] = (),
        file: str = "app.py",
    ) -> Asyncified:
        (tmp_path / "wire.py").write_text(WIRE, encoding="utf-8")
        (tmp_path / file).write_text(dedent(text), encoding="utf-8")
        project = open_project(tmp_path)
        asked = {"wire.Wire": "wire.AsyncWire"} if leaves is None else leaves
        request = Request(files=(file,), leaves=asked, entries=entries)
        interpreter = find_interpreter(project.root, project.config, sys.executable)
        return asyncify(project, rules, request, interpreter)

    return run
