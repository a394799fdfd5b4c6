"""Runs with scripted and recorded answers: policies, reviews, records; no endpoint is needed."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from support.agent_process import AgentHome, Ended, make_repository
from support.model_server import ScriptedModelServer, answer
from support.ticks_project import FILES, GOOD

pytestmark = pytest.mark.slow

RIGHT = json.loads(answer(GOOD, imports=["import asyncio"]).content or "")
FAILS = json.loads(
    answer(
        {**GOOD, "app.ticks.total": GOOD["app.ticks.total"].replace("sum(", "1 + sum(")},
        imports=["import asyncio"],
    ).content
    or ""
)
MENDED = json.loads(
    answer(
        {
            **GOOD,
            "app.ticks.total": GOOD["app.ticks.total"].replace(
                "return sum([number async for number in ticks(count)])",
                "numbers = [number async for number in ticks(count)]\n    return sum(numbers)",
            ),
        },
        imports=["import asyncio"],
    ).content
    or ""
)
BLOCKER = {
    "findings": [
        {
            "severity": "blocker",
            "file": "app/ticks.py",
            "line": 11,
            "quote": "return sum([number async for number in ticks(count)])",
            "rule": "Read and write of the same state with an await between them",
            "fails": "two tasks call total at once",
            "mend": "guard it",
        }
    ],
    "unchecked": [],
}
CONTENT = {"findings": [], "unchecked": []}
REPAIRING = "# What was tried"


@pytest.fixture
def user(tmp_path) -> AgentHome:
    return AgentHome(make_repository(tmp_path / "app", FILES), tmp_path / "home")


def script(tmp_path: Path, *lines: dict[str, Any], name: str = "answers.json") -> str:
    """Write a script; give the model's name."""
    path = tmp_path / name
    path.write_text(json.dumps({"lines": lines}), encoding="utf-8")
    return f"script:{path}"


def run(user: AgentHome, *options: str, **settings: object) -> Ended:
    ended = user.run(*options, **settings)
    assert ended.code in {1, -signal.SIGKILL}, ended.err
    return ended


def the_change(user: AgentHome) -> dict[str, Any]:
    (found,) = user.report["changes"]
    return found


def outcomes(user: AgentHome) -> list[str]:
    return [one["outcome"] for one in the_change(user)["decision"]["tried"]]


def events(user: AgentHome, name: str) -> list[dict[str, Any]]:
    return [dict(event) for event in user.audit.events() if event["event"] == name]


def test_a_script_says_on_every_output_what_it_is(user, tmp_path):
    ended = run(user, "--model", script(tmp_path, {"say": RIGHT}))
    told = "script:answers.json is a script and no language model"
    found = the_change(user)
    assert found["decision"]["status"] == "verified"
    patch = user.patches()[found["patch"]].decode()
    assert f"\n{told}.\n" in patch.partition("diff --git")[0]
    assert told in ended.err
    page = (user.results / "report.md").read_text()
    assert page.replace("\\", "").count(told) == 2, "as a notice, and beside the patch"
    (proposed,) = events(user, "proposed")
    assert proposed["author"]["disclosure"] == told
    assert [event["text"] for event in events(user, "notice")] == [f"{told}."]


def test_a_recording_makes_the_same_patch_without_the_model(user, tmp_path):
    file = tmp_path / "answers.jsonl"
    with ScriptedModelServer([answer(GOOD, imports=["import asyncio"])]) as server:
        run(user, "--model", "m", "--base-url", server.base_url, "--record", str(file))
    first = hunks(user)
    again = AgentHome(make_repository(tmp_path / "again" / "app", FILES), tmp_path / "again/home")
    run(again, "--model", f"replay:{file}")
    assert hunks(again) == first
    assert "no model was asked" in (again.results / "report.md").read_text()


def hunks(user: AgentHome) -> str:
    text = user.patches()[the_change(user)["patch"]].decode()
    return text[text.index("diff --git") :]


def test_a_dry_run_knows_what_is_in_the_cache(user, tmp_path):
    """The prompt of the dry run is byte for byte that of the run."""
    options = ("--model", script(tmp_path, {"say": RIGHT}))
    assert "in the cache, for nothing: 0 prompts" in user.run(*options, "--dry-run").out
    run(user, *options)
    told = user.run(*options, "--dry-run").out
    assert "in the cache, for nothing: 1 prompts" in told
    assert "0 calls of script:answers.json" in told


def test_a_limit_of_calls_holds_and_is_told(user, tmp_path):
    run(user, "--model", script(tmp_path, {"say": "hm"}), "--limit", "calls=1")
    assert user.report["model_usage"]["calls"] == 1
    assert "1 of 1 model calls are made" in the_change(user)["decision"]["reason"]


def test_a_fresh_sample_is_asked_for_when_repairs_failed(user, tmp_path):
    """It is told nothing of the answers before it, and the report tells of all."""
    model = script(tmp_path, {"say": FAILS, "times": 1}, {"say": RIGHT})
    run(user, "--model", model, "--rounds", "0", "--samples", "1")
    assert outcomes(user) == ["failed", "verified"]
    assert the_change(user)["author"]["sample"] == 1
    first, second = events(user, "model:asked")
    assert first["prompt"] == second["prompt"], "the same question"
    assert first["question"] != second["question"], "asked for another answer"


def test_samples_come_before_the_next_model(user, tmp_path):
    small = script(tmp_path, {"say": FAILS}, name="small.json")
    big = script(tmp_path, {"say": RIGHT}, name="big.json")
    run(user, "--model", f"{small},{big}", "--rounds", "1", "--samples", "1")
    asked = [event["model"] for event in events(user, "model:asked")]
    assert asked == ["script:small.json"] * 4 + ["script:big.json"]
    assert outcomes(user) == ["failed"] * 4 + ["verified"]


def test_a_review_sends_a_patch_back_once_and_takes_the_mended_one(user, tmp_path):
    model = script(
        tmp_path,
        {"form": "review", "say": BLOCKER, "times": 1},
        {"form": "review", "say": CONTENT},
        {"to": [REPAIRING, "two tasks call total at once"], "say": MENDED},
        {"form": "proposal", "say": RIGHT},
    )
    run(user, "--model", model, "--review")
    assert outcomes(user) == ["verified", "sent back", "verified"]
    assert the_change(user)["decision"]["status"] == "verified"
    assert the_change(user)["decision"]["tried"][1]["reason"].startswith("app/ticks.py:11: Read")


def test_a_review_that_is_not_content_holds_the_patch_for_a_person(user, tmp_path):
    model = script(tmp_path, {"form": "review", "say": BLOCKER}, {"form": "proposal", "say": RIGHT})
    run(user, "--model", model, "--review")
    decision = the_change(user)["decision"]
    assert decision["status"] == "unverified"
    assert decision["reason"].startswith("held for a person by review: app/ticks.py:11")
    assert len(events(user, "model:reviewed")) == 2, "it went back once"


def test_a_mend_that_fails_leaves_the_patch_that_was_held(user, tmp_path):
    model = script(
        tmp_path,
        {"form": "review", "say": BLOCKER},
        {"to": [REPAIRING], "say": FAILS},
        {"form": "proposal", "say": RIGHT},
    )
    run(user, "--model", model, "--review", "--rounds", "1")
    decision = the_change(user)["decision"]
    assert (decision["status"], len(decision["findings"])) == ("unverified", 1)
    assert outcomes(user) == ["verified", "sent back", "failed"]
    assert the_change(user)["patch"].startswith("patches/unverified/")


SLEEPS = {
    "app/__init__.py": "",
    "app/jobs.py": """\
import time


async def poll(job: str) -> str:
    time.sleep(0.001)
    return job.upper()
""",
    "tests/test_jobs.py": """\
import asyncio

from app.jobs import poll


def test_poll():
    assert asyncio.run(poll("a")) == "A"
""",
}


def test_what_rules_made_is_reviewed_only_when_asked_for(tmp_path):
    user = AgentHome(make_repository(tmp_path / "app", SLEEPS), tmp_path / "home")
    finding = {
        **BLOCKER["findings"][0],
        "file": "app/jobs.py",
        "line": 6,
        "quote": "return job.upper()",
    }
    found = {"findings": [finding], "unchecked": []}
    model = script(tmp_path, {"form": "review", "say": found})
    run(user, "--model", model, "--review")
    assert the_change(user)["decision"]["status"] == "verified"
    run(user, "--model", model, "--review-all")
    decision = the_change(user)["decision"]
    assert decision["status"] == "unverified", decision
    assert outcomes(user) == ["verified"], "rules would only make the same again"


def test_what_is_sent_stands_in_the_runs_own_record(user, tmp_path):
    """Hash-chained: the log names each text by its SHA-256."""
    import hashlib

    run(user, "--model", script(tmp_path, {"say": "hm", "times": 1}, {"say": RIGHT}))
    asked = events(user, "model:asked")
    answered = events(user, "model:answered")
    assert len(asked) == len(answered) == 2
    assert [event["reason"] for event in events(user, "model:fault")] == ["answer/no-json"]
    for event in (*asked, *answered):
        path = user.results / event.get("sent", event.get("answer"))
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
    sent = json.loads((user.results / asked[0]["sent"]).read_text())
    assert "def ticks(count)" in sent["prompt"]["messages"][1]["content"]
    assert sent["prompt"]["template"] == asked[0]["template"]
    assert asked[0]["parameters"]["format"] == "schema"
    assert user.audit.broken_at() is None


def test_resumed_offline_the_run_ends_with_what_was_answered(user, tmp_path):
    with ScriptedModelServer([answer(GOOD, imports=["import asyncio"])]) as server:
        options = ("--model", "m", "--base-url", server.base_url, "--review")
        killed = run(user, *options, kill_at="propose:finished")
        assert killed.code == -signal.SIGKILL
        ended = user.agent("resume", "latest", "--offline")
        assert len(server.requests) == 1, "not even the review"
    assert ended.code == 1, ended.err
    assert the_change(user)["decision"]["status"] == "verified"
    assert "Resumed with --offline" in ended.err
    assert user.report["model_usage"]["answered"] == 1


def test_when_the_small_model_is_down_the_big_one_is_asked_and_that_is_said(user, tmp_path):
    (user.target / "pyproject.toml").write_text(
        '[tool.refactor-agent.models.small]\nbase-url = "http://127.0.0.1:9/v1"\n'
        "max-retries = 0\nprice = [1.0, 2.0]\n"
        '[tool.refactor-agent.models.big]\nmodel = "large-1"\n'
    )
    with ScriptedModelServer([answer(GOOD, imports=["import asyncio"])]) as server:
        text = (user.target / "pyproject.toml").read_text()
        (user.target / "pyproject.toml").write_text(f'{text}base-url = "{server.base_url}"\n')
        ended = run(user, "--profile", "small,big")
    assert the_change(user)["decision"]["status"] == "verified"
    assert the_change(user)["author"]["model"] == "large-1"
    assert "small could not be asked, so that the next model was" in ended.err
    assert "rules alone" not in ended.err


def test_models_can_be_asked_before_rules_do_less_than_convert(tmp_path):
    """Else the best that rules can do is taken; it is taken, too, when the model fails."""
    user = AgentHome(make_repository(tmp_path / "app", OFFLOADS), tmp_path / "home")
    model = script(tmp_path, {"say": "I would rather not."})
    run(user, "--model", model, "--model-turn", "before-offload")
    found = the_change(user)["decision"]
    assert [(one["author"], one["outcome"]) for one in found["tried"]] == [
        ("model script:answers.json", "refused"),
        ("rules", "verified"),
    ]


OFFLOADS = {
    "app/__init__.py": "",
    "app/digest.py": """\
import zlib


async def packed(text: str) -> bytes:
    return _pack(text)


def _pack(text: str) -> bytes:
    with open(__file__, "rb") as file:
        return zlib.compress(text.encode() + file.read(4))
""",
    "tests/test_digest.py": """\
import asyncio
import zlib

from app.digest import packed


def test_packed():
    assert zlib.decompress(asyncio.run(packed("a"))).startswith(b"a")
""",
}
