"""`run --offline` asks nobody, whatever else is said."""

from __future__ import annotations

import sys

from typer.testing import CliRunner

from refactor_agent.cli.app import app
from refactor_agent.cli.rules import rules  # noqa: F401 - a second command, so that names count
from refactor_agent.cli.run import run  # noqa: F401 - registers the command
from support.model_server import ScriptedModelServer

TICKS = """\
import time


def ticks(count):
    for number in range(count):
        time.sleep(0.001)
        yield number


async def total(count: int) -> int:
    return sum([*ticks(count)])
"""


def test_no_request_is_made(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "ticks.py").write_text(TICKS)
    with ScriptedModelServer([]) as server:
        options = ["--no-tests", "--python", sys.executable, "--model", "m"]
        options += ["--base-url", server.base_url, "--offline"]
        result = CliRunner().invoke(app, ["run", str(tmp_path / "app"), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert server.requests == []
    (page,) = tmp_path.rglob("report.md")
    assert "no model was asked" in page.read_text()
