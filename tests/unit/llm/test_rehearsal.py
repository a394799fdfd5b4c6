"""Scripted and recorded answers: they need no endpoint, cost nothing, and say what they are."""

from __future__ import annotations

import json

import pytest

from refactor_agent.domain.proposal import Proposal
from refactor_agent.errors import UsageError
from refactor_agent.llm import ModelConfig, Policy, model_config
from support.model_server import ScriptedModelServer, answer
from support.model_session import ModelSession, function_request

POLL = "async def poll(job):\n    time.sleep(0.5)\n    return job"
CODE = {"app.jobs.poll": POLL.replace("time.sleep", "await asyncio.sleep")}
GOOD = answer(CODE)
REQUEST = function_request(POLL)


def write_script(tmp_path, *lines) -> ModelConfig:
    """Write a script and give the model that reads it."""
    path = tmp_path / "answers.json"
    path.write_text(json.dumps({"lines": lines}), encoding="utf-8")
    return configured(f"script:{path}")


def configured(name: str) -> ModelConfig:
    config = model_config(name)
    assert config is not None
    return config


def propose(tmp_path, config: ModelConfig, policy=None):
    session = ModelSession(tmp_path, "", config=config)
    return session.propose(REQUEST, policy=policy), session


def test_a_script_answers_what_it_fits(tmp_path):
    config = write_script(
        tmp_path,
        {"to": ["another function"], "say": "never"},
        {"to": ["def poll", "time.sleep(0.5)"], "say": json.loads(GOOD.content)},
    )
    made, session = propose(tmp_path, config)
    assert isinstance(made, Proposal)
    assert made.author.model == "script:answers.json"
    assert made.author.disclosure == "script:answers.json is a script and no language model"
    spent = session.ledger.spent
    assert (spent.calls, spent.prompt_tokens, spent.tokens) == (1, 0, 0)


def test_a_line_can_be_used_up(tmp_path):
    config = write_script(tmp_path, {"say": "hm", "times": 1}, {"say": json.loads(GOOD.content)})
    made, session = propose(tmp_path, config)
    assert isinstance(made, Proposal)
    assert session.ledger.spent.faults == 1


def test_what_no_line_fits_is_a_refusal(tmp_path):
    refusal, _ = propose(tmp_path, write_script(tmp_path, {"to": ["nothing like it"], "say": ""}))
    assert refusal.reason == "prompt-rejected"
    assert "has no answer to this prompt" in refusal.message


def test_the_answers_of_an_edited_script_are_not_the_old_ones(tmp_path):
    propose(tmp_path, write_script(tmp_path, {"say": "hm"}))
    made, _ = propose(tmp_path, write_script(tmp_path, {"say": json.loads(GOOD.content)}))
    assert isinstance(made, Proposal)


def test_a_recording_is_played_again_without_the_model(tmp_path):
    file = tmp_path / "answers.jsonl"
    with ScriptedModelServer([GOOD]) as server:
        config = ModelConfig(model="m", base_url=server.base_url, record=str(file))
        first, _ = propose(tmp_path / "first", config)
    again, session = propose(tmp_path / "again", configured(f"replay:{file}"))
    assert again.functions == first.functions
    assert again.author.model == "replay:answers.jsonl"
    assert "no model was asked" in again.author.disclosure
    assert session.ledger.spent.prompt_tokens == 0


def test_a_recording_knows_only_what_was_asked(tmp_path):
    file = tmp_path / "answers.jsonl"
    with ScriptedModelServer([GOOD]) as server:
        config = ModelConfig(model="m", base_url=server.base_url, record=str(file))
        propose(tmp_path / "first", config)
    refusal, _ = propose(tmp_path, configured(f"replay:{file}"), Policy(sample=1))
    assert "holds no answer to this prompt" in refusal.message


def test_a_recording_holds_no_secret(tmp_path):
    file, secret = tmp_path / "answers.jsonl", "sk-proj-abcdefghijklmnop0123"
    request = function_request(POLL.replace("job\n", f"job  # {secret}\n"))
    with ScriptedModelServer([GOOD]) as server:
        config = ModelConfig(model="m", base_url=server.base_url, record=str(file))
        ModelSession(tmp_path, "", config=config).propose(request, policy=Policy(repairs=0))
    assert file.stat().st_size > 0
    assert secret not in file.read_text()


@pytest.mark.parametrize("kind", ["script", "replay"])
def test_a_file_that_is_none_is_said_in_one_line(tmp_path, kind):
    with pytest.raises(UsageError, match="there is no such file"):
        model_config(f"{kind}:{tmp_path}/nowhere")
    (tmp_path / "file").write_text("[]")
    with pytest.raises(UsageError, match=f"is no {'script' if kind == 'script' else 'recording'}"):
        propose(tmp_path, configured(f"{kind}:{tmp_path}/file"))
