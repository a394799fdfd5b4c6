"""What the page about the module shows runs as it stands there."""

from __future__ import annotations

import asyncio
import importlib
import re
import sys
from pathlib import Path

import pytest

from refactor_agent.boundary import VERSIONS, boundary_source

_PAGE = Path(__file__).parents[3] / "docs" / "boundary.md"

_HELPERS = """\
def render(text):
    return text.upper()


async def fetch(key):
    return key * 2


class Client:
    def __init__(self, timeout):
        self.timeout = timeout

    async def get(self, key):
        return key, self.timeout
"""


@pytest.fixture
def shown(tmp_path, monkeypatch):
    """All of the page's Python, in a package that holds the modules."""
    package = tmp_path / "shop"
    package.mkdir()
    for module in VERSIONS:
        (package / f"{module}.py").write_text(boundary_source(module))
    blocks = re.findall(r"```python\n(.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (package / "page.py").write_text("\n".join([_HELPERS, *blocks]))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("shop.page")
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        del sys.modules[name]


def test_blocking_calls(shown, tmp_path):
    (tmp_path / "a").write_text("apple")
    assert asyncio.run(shown.page(tmp_path / "a")) == "APPLE"
    assert shown.reports.calls == 1


def test_many_at_once(shown):
    assert asyncio.run(shown.fetch_all(range(20))) == list(range(0, 40, 2))


def test_time(shown):
    assert asyncio.run(shown.order(3)) == (6, True)


def test_children(shown, tmp_path):
    assert isinstance(asyncio.run(shown.head(tmp_path)), bytes)


def test_shared_clients(shown):
    assert asyncio.run(shown.price("a")) == ("a", 5)
    assert asyncio.run(shown.price("b")) == ("b", 5)
