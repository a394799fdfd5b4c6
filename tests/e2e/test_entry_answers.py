"""Tests that answer for requests answer for httpx after a run, and the converted suite passes."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

from support.agent_process import AgentHome, make_repository

pytestmark = pytest.mark.slow

for needed in ("httpx", "requests_mock", "responses", "respx"):
    pytest.importorskip(needed)

# The runs of these tests load no plugin by themselves.
PLUGINS = 'pytest_plugins = ["requests_mock.contrib._pytest_plugin", "respx.plugin"]\n'
FILES = {
    "conftest.py": PLUGINS,
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n'
    'dependencies = ["httpx", "requests"]\n\n[dependency-groups]\n'
    'test = ["requests-mock", "responses"]\n\n'
    '[tool.refactor-agent]\nallow-dependencies = ["respx"]\n',
    "shop.py": """
    import requests


    def price(name: str) -> int | None:
        response = requests.get(f"http://shop/{name}", timeout=5)
        return response.json()["price"] if response.status_code == 200 else None
    """,
    "tests/test_shop.py": """
    from unittest.mock import patch

    import responses

    from shop import price


    @responses.activate
    def test_answered():
        responses.add(responses.GET, "http://shop/tea", json={"price": 3}, status=200)
        responses.add(responses.GET, "http://shop/ink", status=404)
        assert price("tea") == 3
        assert price("ink") is None
        assert len(responses.calls) == 2


    def test_fixture(requests_mock):
        requests_mock.get("http://shop/tea", json={"price": 4})
        assert price("tea") == 4


    @patch("shop.requests.get")
    def test_patched(get):
        get.return_value.status_code = 200
        get.return_value.json.return_value = {"price": 5}
        assert price("tea") == 5
        get.assert_called_once_with("http://shop/tea", timeout=5)
    """,
}
OWN_ANSWER = """
from types import SimpleNamespace

from shop import price


def test_price(monkeypatch):
    answer = SimpleNamespace(status_code=200, json=lambda: {"price": 6})
    monkeypatch.setattr("shop.requests.get", lambda url, timeout: answer)
    assert price("tea") == 6
"""
ALL_NEW = ("respx.get(", "respx_mock.get(", '@patch("shop.httpx.AsyncClient.get", ')


@pytest.mark.parametrize(("test", "code", "speaks", "passed"), [
    (FILES["tests/test_shop.py"], "await client.get(", ALL_NEW, 3),
    (OWN_ANSWER, "await offload(requests.get, ", ('"shop.requests.get"',), 1),
])  # fmt: skip
def test_verified_and_applied(tmp_path, test, code, speaks, passed):
    files = {f: dedent(t).lstrip() for f, t in {**FILES, "tests/test_shop.py": test}.items()}
    user = AgentHome(make_repository(tmp_path / "shop", files), tmp_path / "home", seconds=300)
    ended = user.run("--entry", "shop:price", "--in-place")
    assert "1 change set: 1 verified" in ended.out + ended.err
    assert user.agent("apply", "latest", str(user.target)).code in {0, 1}
    assert code in (user.target / "shop.py").read_text()
    tests = (user.target / "tests/test_shop.py").read_text()
    assert all(text in tests for text in speaks)
    declares = '"respx>=0.22,<1"' in (user.target / "pyproject.toml").read_text()
    assert declares == (speaks is ALL_NEW)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"]
    said = subprocess.run(
        command, cwd=user.target, check=False, capture_output=True, text=True,
        env={"PYTHONPATH": str(user.target), "PATH": "/usr/bin:/bin",
             "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    ).stdout  # fmt: skip
    assert said.splitlines()[-1].startswith(f"{passed} passed"), said
