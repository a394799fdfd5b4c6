"""`--model small,big`: the next model is asked when the one before it failed."""

from __future__ import annotations

import json

import pytest

from support.agent_process import AgentHome, make_repository
from support.model_server import Request, Said, ScriptedModelServer, answer
from support.ticks_project import FILES, GOOD

pytestmark = pytest.mark.slow

RIGHT = answer(GOOD, imports=["import asyncio"])
WRONG = answer(
    {**GOOD, "app.ticks.total": GOOD["app.ticks.total"].replace("sum(", "1 + sum(")},
    imports=["import asyncio"],
)
USELESS = Said("I would rather not.")


@pytest.mark.parametrize(
    ("small", "asked", "tried"),
    [
        (WRONG, ["small", "small", "big"], ["failed", "failed", "verified"]),
        (USELESS, ["small", "small", "big"], ["refused", "verified"]),
        (RIGHT, ["small"], ["verified"]),
    ],
    ids=["failed by the gate", "of no use", "good enough"],
)
def test_the_next_model_is_asked_when_one_fails(tmp_path, small, asked, tried):
    """One repair by each; an answer of no use is sent back once before the model is passed over."""
    user = AgentHome(make_repository(tmp_path / "app", FILES), tmp_path / "home")

    def react(request: Request) -> Said:
        return small if request.body["model"] == "small" else RIGHT

    with ScriptedModelServer(react) as server:
        options = ("--model", "small,big", "--base-url", server.base_url, "--rounds", "1")
        ended = user.run(*options)
    assert ended.code == 1, ended.err
    assert [request.body["model"] for request in server.requests] == asked
    (found,) = user.report["changes"]
    assert [one["outcome"] for one in found["decision"]["tried"]] == tried
    assert found["author"]["model"] == asked[-1]
    assert user.report["model_usage"]["calls"] == len(asked)
    assert f"{len(asked)} calls" in (user.results / "report.md").read_text()
    lines = (user.results / "ledger.jsonl").read_text().splitlines()
    assert {json.loads(line)["about"] for line in lines} == {found["change_set"]["id"]}
