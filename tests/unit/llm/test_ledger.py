"""What was spent is never forgotten."""

from __future__ import annotations

import threading

from refactor_agent.domain.proposal import Usage
from refactor_agent.llm import Ledger, Limits, exceeded
from refactor_agent.llm.ledger import Entry, Spent
from refactor_agent.run.usage import model_usage

NO_LIMITS = Limits(calls=None, tokens=None, seconds=None)


def answered(question: str, usage: Usage | None = None) -> Entry:
    """Make the entry of an answered call."""
    return Entry(kind="answered", question=question, model="m", usage=usage, seconds=1.5, size=400)


def ask(ledger: Ledger, question: str, limits=NO_LIMITS, each=NO_LIMITS, about="") -> str | None:
    """Enter a call."""
    call = Entry(kind="asked", question=question, model="m", about=about)
    return ledger.ask(call, limits, each)


def test_sums_survive_reopening(tmp_path):
    path = tmp_path / "deep" / "ledger.jsonl"
    ledger = Ledger(path)
    for number in range(3):
        assert ask(ledger, f"q{number}") is None
    ledger.enter(answered("q0", Usage(prompt_tokens=10, completion_tokens=2, cached_tokens=4)))
    ledger.enter(answered("q1"))
    ledger.enter(Entry(kind="failed", question="q2", model="m", seconds=0.5, reason="down"))
    assert ledger.spent == Spent(
        calls=3,
        answered=2,
        failed=1,
        prompt_tokens=10,
        completion_tokens=2,
        cached_tokens=4,
        unmetered=1,
        unpriced=2,
        estimated_tokens=100,
        seconds=3.5,
    )
    assert Ledger(path).spent == ledger.spent


def test_a_torn_last_line_costs_only_itself(tmp_path):
    path = tmp_path / "ledger.jsonl"
    ask(Ledger(path), "q0")
    with path.open("ab") as file:
        file.write(b'{"kind": "asked", "que')
    ledger = Ledger(path)
    ask(ledger, "q1")
    assert Ledger(path).spent.calls == ledger.spent.calls == 2


def test_no_limit_is_no_limit():
    spent = Spent(calls=10**6, prompt_tokens=10**9, seconds=10**6)
    assert exceeded(spent, NO_LIMITS) is None
    assert exceeded(Spent(), Limits(calls=0)) == "0 of 0 model calls are made"


def test_the_call_limit_is_exact_between_threads(tmp_path):
    ledger, limits = Ledger(tmp_path / "ledger.jsonl"), Limits(calls=7)
    outcomes: list[str | None] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(ask(ledger, "q", limits)))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(None) == 7
    assert Ledger(tmp_path / "ledger.jsonl").spent.calls == 7


def test_a_change_set_has_limits_of_its_own(tmp_path):
    """One that is never content must not spend what is left for the others."""
    path, each = tmp_path / "ledger.jsonl", Limits(calls=2)
    for number in range(2):
        assert ask(Ledger(path), f"q{number}", each=each, about="001-a") is None
    ledger = Ledger(path)
    reason = ask(ledger, "q2", each=each, about="001-a")
    assert reason == "for this change set 2 of 2 model calls are made"
    assert ask(ledger, "q2", each=each, about="002-b") is None
    assert (ledger.spent.calls, ledger.spent_on("002-b").calls) == (3, 1)


def test_models_are_counted_apart(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.enter(answered("q0", Usage(prompt_tokens=10, completion_tokens=2)))
    other = answered("q1", Usage(prompt_tokens=5, completion_tokens=1))
    ledger.enter(other.model_copy(update={"model": "big", "cost": 0.0007}))
    assert {name: spent.prompt_tokens for name, spent in ledger.by_model.items()} == {
        "m": 10,
        "big": 5,
    }
    assert model_usage(ledger)["cost"] is None, "one model has no price"
    assert model_usage(ledger)["prompt_tokens"] == 15


def test_costs_add_up_and_are_kept(tmp_path):
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    for number, cost in enumerate((0.25, 0.5)):
        ledger.enter(answered(f"q{number}").model_copy(update={"cost": cost}))
    assert model_usage(Ledger(path))["cost"] == 0.75
    limits = NO_LIMITS.model_copy(update={"cost": 0.7})
    assert ask(Ledger(path), "q2", limits) == "0.7500 of a cost of 0.7000 is spent"


def test_a_model_has_limits_of_its_own(tmp_path):
    ledger, own = Ledger(tmp_path / "ledger.jsonl"), Limits(calls=1)
    small, big = (Entry(kind="asked", question="q", model=name) for name in ("small", "big"))
    assert ledger.ask(small, NO_LIMITS, NO_LIMITS, own) is None
    assert ledger.ask(small, NO_LIMITS, NO_LIMITS, own) == (
        "for model small 1 of 1 model calls are made"
    )
    assert ledger.ask(big, NO_LIMITS, NO_LIMITS, own) is None
