"""What runs async tests in a project: found in its tests, its settings, its requirements."""

from __future__ import annotations

import configparser
from collections.abc import Iterator, Sequence
from typing import Literal

from refactor_agent.domain.values import Value
from refactor_agent.edit import read_pyproject
from refactor_agent.entry.suite.requirements import declares_for_tests
from refactor_agent.tree import Tree

__all__ = ["Runner", "find_runner"]

Kind = Literal["pytest-asyncio", "anyio", "none"]

_SETTINGS = (("pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest"))


class Runner(Value):
    """How an async test gets a loop."""

    kind: Kind
    auto: bool = False
    """Async tests and fixtures need no mark."""

    @property
    def fixtures(self) -> bool:
        """Fixtures may be async."""
        return self.kind != "none"


def find_runner(tree: Tree, files: Sequence[str]) -> Runner:
    """Find the runner of a project whose tests stand in ``files``.

    What tests use already counts first; then what the settings say of a mode; then what the
    project declares. Where there is none, a test runs its coroutine itself.
    """
    auto = dict(_options(tree)).get("asyncio_mode") == "auto"
    texts = [tree.read(file) for file in files if tree.exists(file)]
    uses = sum(text.count(b"mark.asyncio") + text.count(b"pytest_asyncio") for text in texts)
    anyio = sum(text.count(b"mark.anyio") for text in texts)
    if anyio > uses and any(b"def anyio_backend" in text for text in texts):
        return Runner(kind="anyio")
    if auto or uses or declares_for_tests(tree, "pytest-asyncio"):
        return Runner(kind="pytest-asyncio", auto=auto)
    return Runner(kind="none")


def _options(tree: Tree) -> Iterator[tuple[str, str]]:
    match read_pyproject(tree):
        case {"tool": {"pytest": {"ini_options": {**options}}}}:
            yield from ((str(key), str(value)) for key, value in options.items())
    for file, section in _SETTINGS:
        if tree.exists(file):
            parser = configparser.ConfigParser(interpolation=None)
            try:
                parser.read_string(tree.read(file).decode())
            except (configparser.Error, UnicodeDecodeError):
                continue
            if parser.has_section(section):
                yield from parser.items(section)
