"""`--review`: a second call tries to refute what a model made and the gate let through."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.agent_process import AgentHome, make_repository
from support.model_server import Request, Said, ScriptedModelServer, answer
from support.ticks_project import FILES, GOOD

pytestmark = pytest.mark.slow

WRONG = {**GOOD, "app.ticks.total": GOOD["app.ticks.total"].replace("sum(", "1 + sum(")}
FINDING = {
    "severity": "blocker",
    "file": "app/ticks.py",
    "line": 11,
    "quote": "return sum([number async for number in ticks(count)])",
    "rule": "Read and write of the same state with an await between them",
    "fails": "two tasks call total at once",
    "mend": "guard it",
}
UNFOUNDED = {
    "another line": {"line": 5},
    "another file": {"file": "tests/test_ticks.py"},
    "no such rule": {"rule": "Functions must be beautiful"},
    "no rule": {"rule": ""},
    "no story": {"fails": " "},
}


def review(tmp_path, said: Said, functions=GOOD) -> tuple[AgentHome, list[Request]]:
    """Run with a model that makes ``functions`` and reviews them with ``said``."""
    user = AgentHome(make_repository(tmp_path / "app", FILES), tmp_path / "home")
    reviews = []

    def react(request: Request) -> Said:
        if "You review one change" not in request.prompt:
            return answer(functions, imports=["import asyncio"])
        reviews.append(request)
        return said

    with ScriptedModelServer(react) as server:
        options = ("--model", "m", "--base-url", server.base_url, "--rounds", "0", "--review")
        ended = user.run(*options)
    assert ended.code == 1, ended.err
    return user, reviews


def says(*findings: dict[str, object]) -> Said:
    return Said(json.dumps({"findings": findings, "unchecked": []}))


def decision(user: AgentHome) -> dict[str, Any]:
    (found,) = user.report["changes"]
    return found["decision"]


def test_a_blocker_with_evidence_holds_the_patch(tmp_path):
    user, (request,) = review(tmp_path, says(FINDING))
    found = decision(user)
    assert found["status"] == "unverified"
    assert found["reason"].startswith("held for a person by review: app/ticks.py:11: Read and")
    assert found["findings"][0]["model"] == "m"
    assert "Review, blocker: app/ticks.py:11" in (user.results / "report.md").read_text()
    assert [name for name in user.patches() if name.startswith("patches/unverified/")]
    schema = request.body["response_format"]["json_schema"]["schema"]
    assert schema["required"] == ["findings", "unchecked"]
    assert "11      return sum([number async for" in request.prompt
    assert "import asyncio" in request.prompt.split("## Around them")[1]


def test_what_is_no_blocker_is_only_told(tmp_path):
    user, _ = review(tmp_path, says({**FINDING, "severity": "minor"}))
    assert decision(user)["status"] == "verified"
    assert decision(user)["findings"][0]["severity"] == "minor"


def test_findings_without_evidence_are_thrown_away(tmp_path):
    user, _ = review(tmp_path, says(*({**FINDING, **each} for each in UNFOUNDED.values())))
    assert decision(user)["status"] == "verified"
    assert decision(user)["findings"] == []


def test_a_review_that_can_not_be_read_is_said_and_changes_nothing(tmp_path):
    user, _ = review(tmp_path, Said("Looks good to me!"))
    assert decision(user)["status"] == "verified"
    assert [text for text in user.report["notices"] if "was not reviewed" in text]


def test_what_the_gate_failed_is_not_reviewed(tmp_path):
    user, reviews = review(tmp_path, says(), WRONG)
    assert decision(user)["status"] == "failed"
    assert reviews == []
