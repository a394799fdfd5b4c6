"""The evaluation with a model, over a scripted server on the loopback interface.

No model answers: what is tried is the way there and back, and what is written down of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.model_server import Request, Said, ScriptedModelServer, answer

ROOT = Path(__file__).parents[2]
CASE = ("--suite", "convert", "--only", "any-host-is-ready", "--no-stand-ins", "--jobs", "1")
ASYNC = {
    "cluster.ready.Cluster.is_ready": (
        "async def is_ready(self, host):\n    self.asked.append(host)\n"
        "    await asyncio.sleep(self.pause)\n    return self.states[host]\n"
    ),
    "cluster.ready.Cluster.any_ready": (
        "async def any_ready(self, hosts):\n    for host in hosts:\n"
        "        if await self.is_ready(host):\n            return True\n    return False\n"
    ),
}


def _evaluate(*options: str) -> subprocess.CompletedProcess[str]:
    hidden = {"OPENAI_BASE_URL", "OPENAI_API_KEY", "REFACTOR_AGENT_API_KEY"}
    environ = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [sys.executable, "-m", "eval", *options],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _react(request: Request) -> Said:
    assert request.body["model"] == "scripted"
    return answer(ASYNC, imports=["import asyncio"])


@pytest.mark.slow
@pytest.mark.parametrize("proposer", ["model", "both"])
def test_a_run_with_a_model_is_written_down_whole(proposer: str, tmp_path: Path) -> None:
    results, cache = tmp_path / "results", tmp_path / "cache"
    with ScriptedModelServer(_react) as server:
        asked = ("--proposer", proposer, "--model", "scripted", "--base-url", server.base_url)
        where = ("--results", str(results), "--cache", str(cache))
        ended = _evaluate(*CASE, *asked, "--price", "3", "15", *where, "--seed", "7")
    assert ended.returncode == 0, ended.stderr
    (path,) = results.iterdir()
    header, *rows = map(json.loads, (path / "results.jsonl").read_text().splitlines())
    assert header["options"]["model"] == "scripted"
    assert (header["seed"], header["options"]["price"]) == (7, "[3.0, 15.0]")
    assert len(header["rules"]) == len(header["prompts"]) == 16
    (row,) = rows
    calls = len(server.requests)
    assert calls
    assert row["tokens"] == 120 * calls
    assert row["cost"] == pytest.approx((3 * 100 + 15 * 20) * calls / 1_000_000)
    assert row["outcome"] in {"right", "refused"}
    assert _evaluate("report", str(path)).returncode == 0
    assert "<th>cost</th>" in (path / "report.html").read_text()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--proposer", "both", "--model", "m"), "--model m needs --base-url"),
        (("--proposer", "model", "--model", "m", "--base-url", "http://127.0.0.1:9/v1"),
         "no model answers at http://127.0.0.1:9/v1"),
        (("--price", "cheap", "1"), "cheap is no price"),
    ],
)  # fmt: skip
def test_without_a_model_one_line_says_so(
    options: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    ended = _evaluate(*CASE, *options, "--results", str(tmp_path / "results"))
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert said in ended.stderr
    assert not (tmp_path / "results").exists()
