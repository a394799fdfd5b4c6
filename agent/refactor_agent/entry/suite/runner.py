"""What runs async tests in a project: found in its tests, its settings, its requirements."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from refactor_agent.domain.values import Value
from refactor_agent.edit import read_pyproject, read_toml
from refactor_agent.entry.suite.requirements import declares_for_tests
from refactor_agent.tree import Tree

__all__ = ["Runner", "find_runner"]

Kind = Literal["pytest-asyncio", "anyio", "aiohttp", "tornado", "none"]

_BRING_PYTEST_ASYNCIO = ("pytest-asyncio", "pytest-aiohttp")
_ASYNC_TEST = re.compile(rb"^async def test", re.MULTILINE)
_TOML = ("pytest.toml", ".pytest.toml")
_SETTINGS = (
    ("pytest.ini", "pytest"),
    (".pytest.ini", "pytest"),
    ("tox.ini", "pytest"),
    ("setup.cfg", "tool:pytest"),
)


class Runner(Value):
    """How an async test gets a loop."""

    kind: Kind
    auto: bool = False
    """Async tests and fixtures need no mark."""
    renames: bool = False
    """A test that turns async gets another id: one for each of anyio's backends."""


def find_runner(tree: Tree, files: Sequence[str]) -> Runner:
    """Find the runner of a project whose tests stand in ``files``.

    What tests use already counts first; then what the settings say of a mode; then what the
    project declares. Where there is none, a test runs its coroutine itself.
    """
    options = dict(_options(tree))
    auto = options.get("asyncio_mode") == "auto"
    texts = [tree.read(file) for file in files if tree.exists(file)]
    uses = sum(text.count(b"mark.asyncio") + text.count(b"pytest_asyncio") for text in texts)
    anyio = sum(text.count(b"mark.anyio") for text in texts)
    backends = {_is_parametrized(one) for text in texts for one in _backends(text)}
    if anyio > uses and backends == {False}:
        return Runner(kind="anyio")
    if not (auto or uses) and _is_by_aiohttp(tree, texts, options.get("addopts", "")):
        return Runner(kind="aiohttp", auto=True)
    if auto or uses or any(declares_for_tests(tree, name) for name in _BRING_PYTEST_ASYNCIO):
        return Runner(kind="pytest-asyncio", auto=auto)
    if any(b"mark.gen_test" in text for text in texts):
        return Runner(kind="tornado")
    return Runner(kind="anyio", renames=True) if anyio else Runner(kind="none")


def _backends(text: bytes) -> Iterator[ast.FunctionDef]:
    """Give the fixtures that choose a backend for anyio; without one it takes all there are."""
    for node in ast.walk(ast.parse(text)) if b"def anyio_backend" in text else ():
        if isinstance(node, ast.FunctionDef) and node.name == "anyio_backend":
            yield node


def _is_parametrized(fixture: ast.FunctionDef) -> bool:
    calls = (one for one in fixture.decorator_list if isinstance(one, ast.Call))
    return any(word.arg == "params" for call in calls for word in call.keywords)


def _is_by_aiohttp(tree: Tree, texts: Sequence[bytes], options: str) -> bool:
    """Say whether aiohttp's own plugin is loaded, which runs every test that is async.

    pytest-aiohttp was that, until its first version with pytest-asyncio below it: what tells is
    that there are async tests, and nothing marks them.
    """
    if "aiohttp.pytest_plugin" in options or any(b"aiohttp.pytest_plugin" in t for t in texts):
        return True
    unmarked = any(_ASYNC_TEST.search(text) and b"mark." not in text for text in texts)
    return unmarked and declares_for_tests(tree, "pytest-aiohttp")


def _options(tree: Tree) -> Iterator[tuple[str, str]]:
    """Give pytest's settings: one of its files counts, and a project has one."""
    match read_pyproject(tree):
        case {"tool": {"pytest": {**table}}}:
            match table.get("ini_options", table):
                case {**options}:
                    yield from _as_text(options)
    for file in _TOML:
        match read_toml(tree, file):
            case {"pytest": {**options}}:
                yield from _as_text(options)
    for file, section in _SETTINGS:
        if tree.exists(file):
            parser = configparser.ConfigParser(interpolation=None)
            try:
                parser.read_string(tree.read(file).decode())
            except (configparser.Error, UnicodeDecodeError):
                continue
            if parser.has_section(section):
                yield from parser.items(section)


def _as_text(options: Mapping[object, object]) -> Iterator[tuple[str, str]]:
    for key, value in options.items():
        yield str(key), " ".join(map(str, value)) if isinstance(value, list) else str(value)
