"""Asking an endpoint: ladder, cache, ledger, limits, failures, and the key."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time

import pytest

from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.proposal import Proposal
from refactor_agent.llm import Limits, Policy
from refactor_agent.llm.ledger import Entry
from support.model_server import Dropped, Failed, Request, Said, ScriptedModelServer, answer
from support.model_session import ModelSession, function_request

POLL = "async def poll(job):\n    time.sleep(0.5)\n    return job"
GOOD = answer({"app.jobs.poll": POLL.replace("time.sleep", "await asyncio.sleep")})
REQUEST = function_request(POLL)
OTHER = function_request(POLL.replace("0.5", "0.25"))
KEY = "sk-live-0123456789abcdefghij"


def error(message: str, **more: str) -> str:
    """Make an error body as OpenAI does."""
    return json.dumps({"error": {"message": message, **more}})


def test_the_first_question_asks_for_the_strict_schema(tmp_path):
    with ScriptedModelServer([GOOD]) as server:
        ModelSession(tmp_path, server.base_url).propose(REQUEST)
    wanted = server.requests[0].body["response_format"]["json_schema"]
    assert wanted["strict"] is True
    assert wanted["schema"]["required"] == [
        "status", "functions", "imports", "assumptions", "refusal",
    ]  # fmt: skip
    assert "temperature" not in server.requests[0].body
    assert "max_tokens" not in server.requests[0].body


@pytest.mark.parametrize(
    ("rejects", "formats"),
    [
        ([], ["json_schema"]),
        (["json_schema"], ["json_schema", "json_object"]),
        (["json_schema", "json_object"], ["json_schema", "json_object", "text"]),
    ],
)
def test_the_ladder_is_climbed_down_once_and_remembered(tmp_path, rejects, formats):
    with ScriptedModelServer([GOOD, GOOD], rejects=rejects) as server:
        session = ModelSession(tmp_path, server.base_url)
        assert isinstance(session.propose(REQUEST), Proposal)
        assert [each.format for each in server.requests] == formats
        assert isinstance(session.propose(OTHER), Proposal)
    assert [each.format for each in server.requests] == [*formats, formats[-1]]


def test_a_prompt_that_is_rejected_on_every_rung_closes_none(tmp_path):
    """A prompt that is too long is not the format's fault."""
    too_long = Failed(400, error("maximum context length exceeded"))
    with ScriptedModelServer([too_long] * 3 + [GOOD]) as server:
        session = ModelSession(tmp_path, server.base_url)
        refusal = session.propose(REQUEST)
        assert refusal.reason == "prompt-rejected"
        assert "maximum context length exceeded" in refusal.message
        assert isinstance(session.propose(OTHER), Proposal)
    assert server.requests[-1].format == "json_schema"


def test_a_second_run_is_free_and_identical(tmp_path):
    with ScriptedModelServer([GOOD]) as server:
        session = ModelSession(tmp_path, server.base_url)
        first, second = session.propose(REQUEST), session.propose(REQUEST)
    assert first.model_dump_json() == second.model_dump_json()
    assert len(server.requests) == 1
    assert session.ledger.spent.recalled == 1
    assert session.ledger.spent.prompt_tokens == 100


def test_an_answer_of_no_use_is_not_paid_for_again(tmp_path):
    """A killed run goes through its old answers, faults and all, for nothing."""
    with ScriptedModelServer([Said("no"), GOOD]) as server:
        session = ModelSession(tmp_path, server.base_url)
        first, second = session.propose(REQUEST), session.propose(REQUEST)
    assert first == second
    spent = session.ledger.spent
    assert (len(server.requests), spent.calls, spent.faults, spent.recalled) == (2, 2, 1, 2)


def test_another_sample_is_another_question(tmp_path):
    with ScriptedModelServer([GOOD, GOOD]) as server:
        session = ModelSession(tmp_path, server.base_url)
        session.propose(REQUEST)
        session.propose(REQUEST, policy=Policy(sample=1))
    assert len(server.requests) == 2


def test_an_answer_that_was_kept_but_not_charged_is_charged_on_resume(tmp_path):
    """Killed between keeping the answer and charging for it."""
    with ScriptedModelServer([GOOD]) as server:
        session = ModelSession(tmp_path, server.base_url)
        session.propose(REQUEST)
        path = tmp_path / "run" / "ledger.jsonl"
        path.write_bytes(path.read_bytes().splitlines(keepends=True)[0] + b'{"kind": "answe')
        assert session.ledger.spent.prompt_tokens is None
        session.propose(REQUEST)
    spent = session.ledger.spent
    assert (spent.calls, spent.answered, spent.recalled, spent.prompt_tokens) == (1, 1, 0, 100)


RUN = """
import sys
from pathlib import Path
from support.model_session import ModelSession
from refactor_agent.llm import ModelRequest

requests = [ModelRequest.model_validate_json(line) for line in sys.stdin]
ModelSession(Path(sys.argv[1]), sys.argv[2]).propose_all(requests)
"""


def test_a_killed_run_pays_only_for_what_it_had_not_heard(tmp_path):
    """SIGKILL while the second of two questions is under way."""

    def react(_: Request) -> Said:
        return Said(GOOD.content, delay=30 if len(server.requests) == 2 else 0)

    with ScriptedModelServer(react) as server:
        command = [sys.executable, "-c", RUN, str(tmp_path), server.base_url]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        questions = f"{REQUEST.model_dump_json()}\n{OTHER.model_dump_json()}\n"
        with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:
            process.stdin.write(questions.encode())
            process.stdin.close()
            while len(server.requests) < 2 and process.poll() is None:
                time.sleep(0.01)
            process.kill()
        session = ModelSession(tmp_path, server.base_url)
        outcomes = session.propose_all([REQUEST, OTHER])
    assert all(isinstance(outcome, Proposal) for outcome in outcomes)
    asked = ["0.25" in request.prompt for request in server.requests]
    assert asked == [False, True, True]
    spent = session.ledger.spent
    assert (spent.calls, spent.answered, spent.recalled) == (3, 2, 1)


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        (None, (None, None, None, 1)),
        ({}, (None, None, None, 1)),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 4,
                "prompt_tokens_details": {"cached_tokens": 8},
            },
            (9, 4, 8, 0),
        ),
        (
            {"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": None},
            (9, 4, None, 0),
        ),
    ],
)
def test_usage_is_what_the_endpoint_says_or_nothing(tmp_path, usage, told):
    with ScriptedModelServer([Said(GOOD.content, usage=usage)]) as server:
        session = ModelSession(tmp_path, server.base_url)
        session.propose(REQUEST)
    spent = session.ledger.spent
    assert (
        spent.prompt_tokens, spent.completion_tokens, spent.cached_tokens, spent.unmetered,
    ) == told  # fmt: skip
    assert spent.tokens > 0, "a token limit holds even where usage is not told"


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(calls=1), "1 of 1 model calls"),
        (Limits(tokens=120), "120 of 120 tokens"),
        (Limits(seconds=0.0), "0 of 0 seconds"),
    ],
)
def test_limits_hold_across_resume(tmp_path, limits, words):
    with ScriptedModelServer([GOOD, GOOD]) as server:
        session = ModelSession(tmp_path, server.base_url, settings={"limits": limits})
        session.propose(REQUEST)
        refusal = session.propose(OTHER)
    assert refusal.reason == "model-limit"
    assert words in refusal.message
    assert len(server.requests) <= 1


LASTING = {
    "wrong key": Failed(401, error("Incorrect API key provided")),
    "not allowed": Failed(403, error("no access")),
    "no such model": Failed(404, error("The model `scripted` does not exist")),
    "no money": Failed(429, error("You exceeded your quota", code="insufficient_quota")),
}


@pytest.mark.parametrize("case", LASTING)
def test_a_lasting_failure_ends_the_asking_at_once_and_is_said_once(tmp_path, case):
    with ScriptedModelServer(lambda _: LASTING[case]) as server:
        session = ModelSession(tmp_path, server.base_url)
        outcomes = session.propose_all([REQUEST, OTHER, REQUEST])
    assert [outcome.reason for outcome in outcomes] == ["model-unavailable"] * 3
    assert len(server.requests) == 1
    assert [name for name, _ in session.reported] == ["model:unavailable"]
    told = json.loads(LASTING[case].body)["error"]["message"]
    assert told in str(session.reported[0][1]["message"])


PASSING = {
    "server error": Failed(500),
    "html": Failed(502, "<html><body>Bad gateway</body></html>", "text/html"),
    "html that says it is fine": Failed(200, "<html></html>", "text/html"),
    "not json": Failed(200, "oops"),
    "another api": Failed(200, '{"output": []}'),
    "no choices": Failed(200, '{"choices": []}'),
    "too many requests": Failed(429, error("slow down")),
    "dropped": Dropped(),
}


@pytest.mark.parametrize("case", PASSING)
def test_a_passing_failure_is_forgiven_once(tmp_path, case):
    """The change set falls back on rules; the second failure in a row ends the asking."""
    with ScriptedModelServer(lambda _: PASSING[case]) as server:
        session = ModelSession(tmp_path, server.base_url)
        outcomes = session.propose_all([REQUEST, OTHER, REQUEST])
    assert [outcome.reason for outcome in outcomes] == ["model-unavailable"] * 3
    assert len(server.requests) == 2
    assert len(session.reported) == 1
    assert session.ledger.spent.failed == 2


def test_an_answer_in_between_counts_as_recovery(tmp_path):
    reactions = [Failed(500), GOOD, Failed(500), GOOD]
    requests = [function_request(POLL.replace("0.5", f"0.{number}")) for number in range(4)]
    with ScriptedModelServer(reactions) as server:
        outcomes = ModelSession(tmp_path, server.base_url).propose_all(requests)
    assert [isinstance(outcome, Proposal) for outcome in outcomes] == [False, True, False, True]


def test_no_more_calls_are_under_way_than_asked_for(tmp_path):
    requests = [function_request(POLL.replace("0.5", f"0.{number}")) for number in range(6)]
    with ScriptedModelServer(lambda _: Said(GOOD.content, delay=0.05)) as server:
        session = ModelSession(tmp_path, server.base_url, settings={"concurrency": 2})
        outcomes = session.propose_all(requests, at_once=True)
    assert all(isinstance(outcome, Proposal) for outcome in outcomes)
    assert (len(server.requests), server.peak) == (6, 2)


def test_those_who_wait_hear_that_the_endpoint_is_given_up(tmp_path):
    requests = [function_request(POLL.replace("0.5", f"0.{number}")) for number in range(6)]
    with ScriptedModelServer(lambda _: LASTING["wrong key"]) as server:
        session = ModelSession(tmp_path, server.base_url, settings={"concurrency": 2})
        outcomes = session.propose_all(requests, at_once=True)
    assert {outcome.reason for outcome in outcomes} == {"model-unavailable"}
    assert len(server.requests) <= 2
    assert len(session.reported) == 1


def test_retries_are_the_clients_own(tmp_path):
    busy = Failed(429, error("slow down"), headers={"retry-after-ms": "1"})
    with ScriptedModelServer([busy, busy, GOOD]) as server:
        session = ModelSession(tmp_path, server.base_url, settings={"max_retries": 2})
        assert isinstance(session.propose(REQUEST), Proposal)
    assert len(server.requests) == 3
    assert session.ledger.spent.calls == 1


def test_retry_after_is_honoured_once(tmp_path):
    """By the client alone: another layer that waits too would double it."""
    busy = Failed(429, error("slow down"), headers={"retry-after": "1"})
    with ScriptedModelServer([busy, GOOD]) as server:
        session = ModelSession(tmp_path, server.base_url, settings={"max_retries": 1})
        started = time.monotonic()
        assert isinstance(session.propose(REQUEST), Proposal)
        waited = time.monotonic() - started
    assert len(server.requests) == 2
    assert waited >= 1
    (answered,) = ledger_entries(tmp_path, "answered")
    assert 1 <= answered.seconds < 2 + 1
    assert session.ledger.spent.calls == 1


def test_one_change_set_can_not_spend_it_all(tmp_path):
    settings = {"change_set_limits": Limits(calls=2)}
    other = OTHER.model_copy(update={"change_set": "002-other"})
    with ScriptedModelServer([Said("no"), Said("no"), GOOD]) as server:
        session = ModelSession(tmp_path, server.base_url, settings=settings)
        refusal = session.propose(REQUEST, policy=Policy(repairs=5))
        assert refusal.reason == "model-limit"
        assert "for this change set 2 of 2 model calls are made" in refusal.message
        assert isinstance(session.propose(other), Proposal)
    assert len(server.requests) == 3


def ledger_entries(directory, kind) -> list[Entry]:
    lines = (directory / "run" / "ledger.jsonl").read_text().splitlines()
    return [each for each in map(Entry.model_validate_json, lines) if each.kind == kind]


def test_nobody_listening(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    session = ModelSession(tmp_path, f"http://127.0.0.1:{port}/v1")
    refusal = session.propose(REQUEST)
    assert refusal.reason == "model-unavailable"
    assert "can't be reached" in refusal.message


def test_one_call_has_a_total_time(tmp_path):
    """The client's own limit is per attempt."""
    with ScriptedModelServer(lambda _: Said(GOOD.content, delay=0.5)) as server:
        settings = {"total_seconds": 0.1, "max_retries": 5}
        refusal = ModelSession(tmp_path, server.base_url, settings=settings).propose(REQUEST)
    assert refusal == Refusal(
        reason="model-unavailable", message=f"{server.base_url} did not answer in time"
    )


def echo_key(request: Request) -> Failed:
    """Complain as some gateways do."""
    return Failed(401, error(f"bad header {request.headers['authorization']}"))


def test_the_key_is_sent_and_written_nowhere(tmp_path, capfd, caplog):
    with ScriptedModelServer([GOOD]) as server:
        ModelSession(tmp_path, server.base_url, key=KEY).propose(REQUEST)
    with ScriptedModelServer(echo_key) as echoing:
        session = ModelSession(tmp_path, echoing.base_url, key=KEY)
        refusal = session.propose(REQUEST)
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    written = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    seen = [*written, *capfd.readouterr(), caplog.text, repr(refusal), repr(session.reported)]
    assert not [text for text in seen if KEY in text]
    assert "bad header Bearer ***" in refusal.message


def test_what_was_sent_is_kept_for_the_audit(tmp_path):
    with ScriptedModelServer([GOOD]) as server:
        ModelSession(tmp_path, server.base_url).propose(REQUEST)
    lines = (tmp_path / "run" / "ledger.jsonl").read_bytes().splitlines()
    answered = Entry.model_validate_json(lines[-1])
    kept = (tmp_path / "cache" / "values" / answered.exchange).read_text()
    assert json.loads(kept)["prompt"]["messages"][1]["content"] in server.requests[0].prompt
