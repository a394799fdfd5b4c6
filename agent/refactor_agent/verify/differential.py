"""Asks of a change's rules whether both sides of their examples do the same where it is to run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from refactor_agent.domain.differential import DifferentialRun
from refactor_agent.ports import Sandbox
from refactor_agent.rulebook import Example, Rule, RuleBook
from refactor_agent.store import Store
from refactor_agent.tree import sha256
from refactor_agent.verify.both_sides import Answer, Trials, compare_sides, trials_of
from refactor_agent.verify.context import Context
from refactor_agent.verify.in_play import examples_in_play
from refactor_agent.verify.target import Target
from refactor_agent.verify.workspace import WorkspacePool

__all__ = ["Differential"]

_BROUGHT = frozenset({"http", "none"})
"""Servers that are there within walls."""


@dataclass
class Differential:
    """Asks each question once a run, and again only where what is installed has changed."""

    rulebook: RuleBook
    store: Store
    _known: dict[str, tuple[DifferentialRun, ...]] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(
        self, context: Context, target: Target, pool: WorkspacePool, sandbox: Sandbox
    ) -> tuple[DifferentialRun, ...]:
        """Give what came of every example that is about the libraries of the change."""
        found: list[DifferentialRun] = []
        for rule, examples in await asyncio.to_thread(examples_in_play, context, self.rulebook):
            found += _not_here(rule, examples)
            here = [one for one in examples if _server(one) in _BROUGHT]
            if here:
                found += await self._once(trials_of(rule, here), target, pool, sandbox)
        return tuple(found)

    async def _once(
        self, trials: Trials, target: Target, pool: WorkspacePool, sandbox: Sandbox
    ) -> tuple[DifferentialRun, ...]:
        question = await asyncio.to_thread(_question, trials, target.python)
        async with self._turn:
            if question not in self._known:
                kept = await asyncio.to_thread(self.store.recall, question, Answer)
                last = kept[1] if kept else None
                async with pool.lease({}) as workspace:
                    answer = await compare_sides(trials, target.python, workspace, sandbox, last)
                if answer.fingerprint:
                    await asyncio.to_thread(self.store.remember, question, answer)
                self._known[question] = answer.runs
            return self._known[question]


def _server(example: Example) -> str:
    return example.of("calls")[0].options["server"]


def _not_here(rule: Rule, examples: Sequence[Example]) -> Iterator[DifferentialRun]:
    for example in examples:
        if _server(example) not in _BROUGHT:
            why = f"it needs {_server(example)}, which is not there within the walls"
            yield DifferentialRun(rule=rule.id, example=example.title, not_run=why)


def _question(trials: Trials, python: str) -> str:
    """Hash what is asked, and the code that answers, so that no other code's answer counts."""
    directory = Path(__file__).parent / "probe" / "refactor_agent_probe"
    names = ("both_sides.py", "fingerprint.py", "local_answers.py", "local_server.py", "network.py")
    code = b"".join((directory / name).read_bytes() for name in names)
    return sha256(f"{sha256(code)} {python} {trials.model_dump_json()}".encode())
