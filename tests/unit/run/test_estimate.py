"""What a run would ask: counted, priced, and not asked."""

from __future__ import annotations

import sys

import pytest

from refactor_agent.llm import ModelConfig
from refactor_agent.run.estimate import estimate, estimate_text
from refactor_agent.run.options import RunOptions

TICKS = """\
import time


class Ticker:
    @property
    def total(self):
        time.sleep(0.001)
        return 3


async def total(ticker: Ticker) -> int:
    return ticker.total


async def poll(job):
    time.sleep(1)
    return job
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "ticks.py").write_text(TICKS)
    return tmp_path


def options(model: str | None = "small", price=None, **more) -> RunOptions:
    url = "http://127.0.0.1:9/v1"
    config = ModelConfig(model=model, base_url=url, price=price) if model else None
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
    made = estimate(project, options(rounds=2, escalate=(big,), review="model"))
    assert made.calls_at_most == 2 * (6 * 2 + 2)


def test_prices_make_a_cost_of_the_first_prompts_and_of_the_worst_case(project):
    made = estimate(project, options(price=(1000000, 2000000), rounds=0))
    question = made.questions[0]
    assert question.cost == question.prompt_tokens + 2 * question.completion_tokens
    assert f"cost {question.cost:.4f}" in estimate_text(made)
    (worst,) = made.worst
    assert worst.calls == 4
    assert worst.cost == 2 * sum(each.cost for each in made.questions)


def test_the_next_model_is_priced_too(project):
    big = ModelConfig(model="big", base_url="http://127.0.0.1:9/v1", price=(30.0, 60.0))
    made = estimate(project, options(price=(3.0, 6.0), rounds=0, escalate=(big,)))
    small, dear = made.worst
    assert (small.calls, dear.calls) == (4, 4)
    assert dear.cost == pytest.approx(10 * small.cost)
    assert "4 calls of big, cost" in estimate_text(made)


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
