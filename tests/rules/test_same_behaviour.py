"""Makes the calls of examples on both sides, against the local server, and compares them.

A rule whose library is not installed here is skipped by name.
"""

from __future__ import annotations

import asyncio
import sys

import pytest

from refactor_agent.rulebook import Example, Rule, load_rulebook
from refactor_agent.verify import ProcessSandbox
from refactor_agent.verify.both_sides import compare_sides, trials_of
from refactor_agent.verify.workspace import WorkspacePool

TRIED = [
    (rule, examples)
    for rule in load_rulebook().rules
    if (
        examples := [
            example
            for example in rule.examples
            if any(block.options["server"] in {"http", "none"} for block in example.of("calls"))
        ]
    )
]


@pytest.mark.parametrize(("rule", "examples"), TRIED, ids=[rule.name for rule, _ in TRIED])
def test_both_sides_do_the_same(tmp_path, rule: Rule, examples: list[Example]):
    (tmp_path / "empty").mkdir()
    pool = WorkspacePool(tmp_path / "empty", tmp_path / "pool", 1)

    async def run():
        async with pool.lease({}) as place:
            trials = trials_of(rule, examples)
            return await compare_sides(trials, sys.executable, place, ProcessSandbox())

    found = asyncio.run(run()).runs

    assert [(run.example, run.differs) for run in found if run.differs] == []
    missing = [run.not_run for run in found if run.not_run]
    assert [reason for reason in missing if not reason.endswith("is not installed")] == []
    assert len(found) == len(examples)
    if missing:
        pytest.skip(missing[0])
