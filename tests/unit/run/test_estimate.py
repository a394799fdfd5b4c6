"""What a run would ask: counted, priced, and not asked."""

from __future__ import annotations

import sys

import pytest

from refactor_agent.llm import ModelConfig
from refactor_agent.run.estimate import estimate, estimate_text
from refactor_agent.run.options import RunOptions

TICKS = """\
import time


def ticks(count):
    for number in range(count):
        time.sleep(0.001)
        yield number


async def total(count: int) -> int:
    return sum(ticks(count))


async def poll(job):
    time.sleep(1)
    return job
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "ticks.py").write_text(TICKS)
    return tmp_path


def options(model: str | None = "small", **more) -> RunOptions:
    config = ModelConfig(model=model, base_url="http://127.0.0.1:9/v1") if model else None
    return RunOptions(python=sys.executable, model=config, **more)


def test_each_question_is_counted(project):
    made = estimate(project, options(rounds=2))
    assert made.change_sets == 2
    assert [question.certain for question in made.questions] == [True, False]
    assert made.questions[0].prompt_tokens > 1000
    assert 0 < made.questions[0].completion_tokens < 100
    assert made.calls_at_most == 12
    text = estimate_text(made)
    assert "certain: 1 prompts" in text
    assert "only if what rules make fails: 1 prompts" in text
    assert "no price in [tool.refactor-agent] prices" in text
    assert "estimated at 4 characters each" in text


def test_other_models_and_reviews_count_as_calls(project):
    big = ModelConfig(model="big", base_url="http://127.0.0.1:9/v1")
    made = estimate(project, options(rounds=2, escalate=(big,), review=True))
    assert made.calls_at_most == 2 * (6 * 2 + 1)


def test_prices_make_a_cost(project):
    (project / "pyproject.toml").write_text(
        '[tool.refactor-agent.prices]\n"small" = [1000000, 2000000]\n'
    )
    question = estimate(project, options()).questions[0]
    assert question.cost == question.prompt_tokens + 2 * question.completion_tokens
    assert f"cost {question.cost:.4f}" in estimate_text(estimate(project, options()))


def test_without_a_model_nothing_would_be_asked(project):
    assert "no model is to be asked" in estimate_text(estimate(project, options(None)))


def test_a_prompt_beyond_the_budget_is_named(project):
    config = ModelConfig(model="small", base_url="http://127.0.0.1:9/v1", prompt_tokens=10)
    made = estimate(project, options().model_copy(update={"model": config}))
    assert "can't be asked: the prompt is too long" in estimate_text(made)
    assert made.calls_at_most == 0


def test_nothing_is_written(project):
    before = sorted(project.rglob("*"))
    estimate(project, options())
    assert sorted(project.rglob("*")) == before
