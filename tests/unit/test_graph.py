"""The graph of one change set: what is tried again, and what ends as a fault."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from refactor_agent import graph
from refactor_agent.run.services import Services
from refactor_agent.run.steps import change


@pytest.mark.parametrize(
    ("faults", "calls", "decided"),
    [
        ([], 1, "left"),
        ([SystemError("AST constructor recursion depth mismatch")], 2, "left"),
        ([SystemError("again")] * 3, 3, "failed: SystemError"),
        ([ValueError("a fault of ours")], 1, "failed: ValueError"),
    ],
    ids=["no fault", "the interpreter's, once", "the interpreter's, each time", "another"],
)
def test_a_step_that_the_interpreter_broke_is_taken_again(monkeypatch, faults, calls, decided):
    seen: list[str] = []

    async def propose(_: Services, state: Any) -> Any:
        seen.append(state["id"])
        if len(seen) <= len(faults):
            raise faults[len(seen) - 1]
        return {"proposal": None}

    async def decide(_: Services, state: Any) -> Any:
        return {"decisions": ["left"]}

    async def give_up(_: Services, state: Any, error: BaseException) -> Any:
        return {"decisions": [f"failed: {type(error).__name__}"]}

    for name, step in {"propose": propose, "decide": decide, "give_up": give_up}.items():
        monkeypatch.setattr(change, name, step)
    made = graph.change_graph(cast("Services", None))
    start = {"id": "001-start", "plan": "", "decisions": []}
    assert asyncio.run(made.ainvoke(start))["decisions"] == [decided]
    assert len(seen) == calls
