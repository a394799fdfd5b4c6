"""A conversion behind a flag, from the run to the end of its old path, as a user goes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.agent_process import AgentHome, Ended, make_repository

pytestmark = pytest.mark.slow

FILES = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
    "shop/__init__.py": "",
    "shop/stock.py": """\
import time
from pathlib import Path


def pause(seconds: float) -> None:
    time.sleep(seconds)


def beat(seconds: float) -> None:
    pause(seconds)


async def load(path: Path) -> str:
    text = path.read_text()
    return text.strip()


async def poll(tries: int) -> int:
    for _ in range(tries):
        beat(0.001)
    return tries
""",
    "tests/test_stock.py": """\
import asyncio

from shop.stock import load, pause, poll


def test_load(tmp_path):
    (tmp_path / "a").write_text(" apple ")
    assert asyncio.run(load(tmp_path / "a")) == "apple"


def test_poll():
    assert asyncio.run(poll(2)) == 2


def test_pause():
    assert pause(0) is None
""",
}
FLAGGED = """\
async def load(path: Path) -> str:
    if enabled("stock-io", 10):
        text = await offload(path.read_text)
    else:
        text = path.read_text()
    return text.strip()
"""
WITH_TWIN = """\
async def pause_async(seconds: float) -> None:
    await asyncio.sleep(seconds)
"""
PROBE = """\
import asyncio, pathlib
from shop import _async_adapters, stock

pathlib.Path("a").write_text("apple")
asyncio.run(stock.load(pathlib.Path("a")))
print(_async_adapters.default_limiter.calls)
"""


def commit(root: Path) -> None:
    for words in (["add", "-A"], ["commit", "-qm", "Next"]):
        command = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", *words]
        subprocess.run(command, cwd=root, check=True, capture_output=True)


def last_run(root: Path) -> str:
    return max(path.name for path in (root / ".refactor-agent/runs").iterdir())


def offloaded(root: Path, percent: str) -> str:
    """How many calls a program of the target hands to threads, with the flag set in its place."""
    environment = {**os.environ, "ASYNC_ADAPTERS_FLAG_STOCK_IO": percent, "PYTHONPATH": str(root)}
    return subprocess.run(
        [sys.executable, "-c", PROBE], cwd=root, env=environment, check=True,
        capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip


def done(ended: Ended) -> str:
    assert ended.code in {0, 1}, ended.err
    return ended.out + ended.err


def refused(ended: Ended) -> str:
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1
    return ended.err


def test_a_flag_lives_from_run_to_finalize(tmp_path):
    user = AgentHome(make_repository(tmp_path / "shop", FILES), tmp_path / "home")
    stock = user.target / "shop/stock.py"
    done(user.run("--flag", "stock-io", "--flag-percent", "10"))
    flagged = last_run(user.target)
    done(user.agent("apply", flagged, str(user.target)))
    text = stock.read_text()
    assert FLAGGED in text
    assert WITH_TWIN in text
    assert text.count("def pause(seconds: float) -> None:\n    time.sleep(seconds)\n") == 1
    assert [offloaded(user.target, percent) for percent in ("100", "0")] == ["1", "0"]
    commit(user.target)

    done(user.agent("finalize", flagged, str(user.target)))
    final = last_run(user.target)
    assert final != flagged
    done(user.agent("apply", final, str(user.target)))
    after = stock.read_text()
    assert "enabled" not in after
    assert "    text = await offload(path.read_text)\n    return text.strip()\n" in after
    assert "        await beat_async(0.001)\n" in after
    assert "def beat(" not in after, "only the old path called it"
    assert "def pause(" in after, "a test calls it"
    assert offloaded(user.target, "0") == "1"
    assert "is out already" in refused(user.agent("finalize", flagged, str(user.target)))
    said = refused(user.agent("finalize", final, str(user.target)))
    assert f"takes out the old path of run {flagged}" in said

    done(user.agent("rollback", final, str(user.target)))
    assert stock.read_text() == text

    stock.write_text(text.replace("text.strip()", "text.rstrip()"))
    said = done(user.agent("finalize", flagged, str(user.target)))
    assert "note: Uncommitted changes in shop/stock.py: `apply` takes patches of a clean" in said
    assert f"shop.stock.load is not as run {flagged} left it" in said
    assert "1 verified, 1 left" in said


@pytest.mark.parametrize(("options", "says"), [
    (["--flag", "1st"], "no name for a flag"),
    (["--flag-percent", "5"], "name one with --flag"),
])  # fmt: skip
def test_what_is_no_flag_is_said_in_one_line(tmp_path, options, says):
    user = AgentHome(make_repository(tmp_path / "shop", FILES), tmp_path / "home")
    ended = user.run(*options)
    assert ended.code == 2
    assert says in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_run_without_a_flag_has_nothing_to_finalize(tmp_path):
    user = AgentHome(make_repository(tmp_path / "shop", FILES), tmp_path / "home")
    done(user.run("--no-tests"))
    ended = user.agent("finalize", "latest", str(user.target))
    assert ended.code == 2
    assert "has no flag" in ended.err
