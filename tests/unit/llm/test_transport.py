"""Chat completions and responses, whole and streamed, are read alike; so are their faults."""

from __future__ import annotations

import json

import pytest

from refactor_agent.domain.proposal import Proposal
from refactor_agent.llm import Policy
from support.model_server import (
    Cut,
    Dropped,
    Failed,
    Reaction,
    Said,
    ScriptedModelServer,
    Spoilt,
    answer,
)
from support.model_session import ModelSession, function_request

POLL = "async def poll(job):\n    time.sleep(0.5)\n    return job"
GOOD = answer({"app.jobs.poll": POLL.replace("time.sleep", "await asyncio.sleep")})
REQUEST = function_request(POLL)
WAYS = {
    "chat": {"api": "chat"},
    "chat, streamed": {"api": "chat", "stream": True},
    "responses": {"api": "responses"},
    "responses, streamed": {"api": "responses", "stream": True},
}
STREAMED = [name for name in WAYS if "streamed" in name]


def propose(tmp_path, way: str, script, *, policy=None, rejects=(), **settings):
    """Ask once; give what came of it, the session and the requests."""
    with ScriptedModelServer(script, rejects=rejects) as server:
        session = ModelSession(tmp_path, server.base_url, settings={**WAYS[way], **settings})
        made = session.propose(REQUEST, policy=policy)
    return made, session, server.requests


@pytest.mark.parametrize("way", WAYS)
def test_a_good_answer_is_a_proposal_however_it_travels(tmp_path, way):
    made, session, (request,) = propose(tmp_path, way, [GOOD])
    assert isinstance(made, Proposal)
    assert request.format == "json_schema"
    assert request.path.endswith("responses" if "responses" in way else "completions")
    assert bool(request.body.get("stream")) == ("streamed" in way)
    spent = session.ledger.spent
    assert (spent.prompt_tokens, spent.completion_tokens, spent.unmetered) == (100, 20, 0)


def test_nothing_is_left_at_the_endpoint(tmp_path):
    """The responses API keeps conversations unless it is told not to."""
    _, _, (request,) = propose(tmp_path, "responses", [GOOD])
    assert request.body["store"] is False


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Said(None, refusal="I can't help."), "model-refused"),
        (Said("", finish_reason="content_filter"), "content-filter"),
        (Said('{"status": "do', finish_reason="length"), "answer-truncated"),
        (Said("Let me describe it."), "answer-no-json"),
    ],
    ids=["refused", "filtered", "truncated", "prose"],
)
def test_answers_of_no_use_mean_the_same_however_they_travel(tmp_path, way, said, reason):
    refusal, _, _ = propose(tmp_path, way, [said], policy=Policy(repairs=0))
    assert refusal.reason == reason


@pytest.mark.parametrize("way", WAYS)
def test_an_endpoint_that_ignores_the_schema_still_works(tmp_path, way):
    prose = Said(f"Sure!\n```json\n{GOOD.content}\n```\nAnything else?")
    made, _, _ = propose(tmp_path, way, [prose])
    assert isinstance(made, Proposal)


@pytest.mark.parametrize("way", WAYS)
def test_the_ladder_is_the_same_however_it_is_asked(tmp_path, way):
    rejects = ["json_schema", "json_object"]
    made, _, requests = propose(tmp_path, way, [GOOD], rejects=rejects)
    assert isinstance(made, Proposal)
    assert [each.format for each in requests] == ["json_schema", "json_object", "text"]


BROKEN: dict[str, Reaction] = {
    "cut in the middle": Cut(),
    "an error in its middle": Spoilt('data: {"error": {"message": "out of memory"}}'),
    "an event that is no JSON": Spoilt("data: {oops"),
    "an end without a reason": Spoilt("data: [DONE]"),
}


@pytest.mark.parametrize("way", STREAMED)
@pytest.mark.parametrize("case", BROKEN)
def test_a_stream_that_breaks_off_is_asked_for_again_and_charged_twice(tmp_path, way, case):
    """The client library does not do that: half an answer may have been paid for."""
    made, session, requests = propose(tmp_path, way, [BROKEN[case], GOOD], max_retries=1)
    assert isinstance(made, Proposal)
    spent = session.ledger.spent
    assert (len(requests), spent.calls, spent.failed, spent.answered) == (2, 2, 1, 1)


@pytest.mark.parametrize("way", STREAMED)
@pytest.mark.parametrize("case", BROKEN)
def test_half_an_answer_is_never_taken(tmp_path, way, case):
    refusal, session, _ = propose(tmp_path, way, lambda _: BROKEN[case], max_retries=1)
    assert refusal.reason == "model-unavailable"
    assert session.ledger.spent.calls == 2


def test_a_cut_stream_that_holds_a_whole_answer_is_not_taken(tmp_path):
    """Nothing says that it was the whole."""
    refusal, _, _ = propose(tmp_path, "chat, streamed", lambda _: Cut(GOOD.content))
    assert refusal.reason == "model-unavailable"
    assert "did not end it" in refusal.message


@pytest.mark.parametrize(
    ("way", "unknown", "settings", "instead"),
    [
        ("chat, streamed", "stream_options", {}, {}),
        ("chat", "temperature", {"temperature": 0.2}, {}),
        ("responses", "temperature", {"temperature": 0.2}, {}),
        ("chat", "max_tokens", {"max_output_tokens": 900}, {"max_completion_tokens": 900}),
    ],
)
def test_a_parameter_that_is_unknown_is_left_out_and_that_is_remembered(
    tmp_path, way, unknown, settings, instead
):
    other = function_request(POLL.replace("0.5", "0.25"))
    with ScriptedModelServer([GOOD, GOOD], unknown=[unknown]) as server:
        session = ModelSession(tmp_path, server.base_url, settings={**WAYS[way], **settings})
        assert isinstance(session.propose(REQUEST), Proposal)
        assert isinstance(session.propose(other), Proposal)
    given = [unknown in request.body for request in server.requests]
    assert given == [True, False, False]
    assert instead.items() <= server.requests[-1].body.items()
    assert server.requests[-1].format == "json_schema", "the format was not at fault"


def test_a_sample_may_be_warmer_than_the_first_answer(tmp_path):
    settings = {"temperature": 0.0, "sample_temperature": 0.8}
    _, _, (first,) = propose(tmp_path, "chat", [GOOD], **settings)
    _, _, (second,) = propose(tmp_path, "chat", [GOOD], policy=Policy(sample=1), **settings)
    assert (first.body["temperature"], second.body["temperature"]) == (0.0, 0.8)


FAILURES = {
    "dropped": (Dropped(), "can't be reached"),
    "failed": (Failed(500), "answered 500"),
    "another form": (Failed(200, '{"choices": 3}'), "another form"),
    "failed inside": (Failed(200, '{"output": [], "status": "failed"}'), "failed"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_failures_of_responses_are_told(tmp_path, case):
    reaction, words = FAILURES[case]
    refusal, _, _ = propose(tmp_path, "responses", lambda _: reaction)
    assert refusal.reason == "model-unavailable"
    assert words in refusal.message


def test_what_is_sent_is_kept_before_it_is_answered(tmp_path):
    """So that a killed run's record holds it too."""
    _, _, _ = propose(tmp_path, "chat, streamed", lambda _: Failed(500), temperature=0.5)
    lines = (tmp_path / "run" / "ledger.jsonl").read_text().splitlines()
    asked = json.loads(lines[0])
    assert asked["kind"] == "asked"
    sent = json.loads((tmp_path / "cache" / "values" / asked["sent"]).read_text())
    assert sent["parameters"]["temperature"] == 0.5
    assert sent["parameters"]["format"] == "schema"
    assert "time.sleep(0.5)" in sent["prompt"]["messages"][1]["content"]
