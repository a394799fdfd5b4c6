"""What was spent is never forgotten."""

from __future__ import annotations

import threading

from refactor_agent.domain.proposal import Usage
from refactor_agent.llm import Ledger, Limits, exceeded
from refactor_agent.llm.ledger import Entry, Spent

NO_LIMITS = Limits(calls=None, tokens=None, seconds=None)


def answered(question: str, usage: Usage | None = None) -> Entry:
    """Make the entry of an answered call."""
    return Entry(kind="answered", question=question, model="m", usage=usage, seconds=1.5, size=400)


def test_sums_survive_reopening(tmp_path):
    path = tmp_path / "deep" / "ledger.jsonl"
    ledger = Ledger(path)
    for number in range(3):
        assert ledger.ask(f"q{number}", "m", NO_LIMITS) is None
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
        estimated_tokens=100,
        seconds=3.5,
    )
    assert Ledger(path).spent == ledger.spent


def test_a_torn_last_line_costs_only_itself(tmp_path):
    path = tmp_path / "ledger.jsonl"
    Ledger(path).ask("q0", "m", NO_LIMITS)
    with path.open("ab") as file:
        file.write(b'{"kind": "asked", "que')
    ledger = Ledger(path)
    ledger.ask("q1", "m", NO_LIMITS)
    assert Ledger(path).spent.calls == ledger.spent.calls == 2


def test_no_limit_is_no_limit():
    spent = Spent(calls=10**6, prompt_tokens=10**9, seconds=10**6)
    assert exceeded(spent, NO_LIMITS) is None
    assert exceeded(Spent(), Limits(calls=0)) == "0 of 0 model calls are made"


def test_the_call_limit_is_exact_between_threads(tmp_path):
    ledger, limits = Ledger(tmp_path / "ledger.jsonl"), Limits(calls=7)
    outcomes: list[str | None] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(ledger.ask("q", "m", limits)))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(None) == 7
    assert Ledger(tmp_path / "ledger.jsonl").spent.calls == 7
