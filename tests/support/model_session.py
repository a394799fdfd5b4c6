"""One model behind one directory of state, opened anew for every question as by a new process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from refactor_agent.domain.plan import FunctionRef, Refusal
from refactor_agent.domain.proposal import Proposal
from refactor_agent.llm import (
    Conventions,
    Ledger,
    ModelConfig,
    ModelRequest,
    Offload,
    Policy,
    Round,
    load_prompts,
    open_model,
    propose_by_model,
)
from refactor_agent.llm.request import Change, FilePart, FunctionPart
from refactor_agent.store import Store
from refactor_agent.tree import sha256

__all__ = ["ModelSession", "function_request"]


@dataclass
class ModelSession:
    """Asks one endpoint; `reported` keeps what its reporter heard."""

    directory: Path
    base_url: str
    key: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    config: ModelConfig | None = None
    """Asks this model; without, a model called scripted at ``base_url``, with ``settings``."""
    reported: list[tuple[str, dict[str, str | float]]] = field(default_factory=list)

    @property
    def ledger(self) -> Ledger:
        """The ledger as it stands on disk."""
        return Ledger(self.directory / "run" / "ledger.jsonl")

    def event(self, name: str, /, **fields: str | float) -> None:
        """Take an event, as a `Reporter`."""
        self.reported.append((name, fields))

    def propose(
        self, request: ModelRequest, previous: Sequence[Round] = (), policy: Policy | None = None
    ) -> Proposal | Refusal:
        """Ask for one proposal."""
        return self.propose_all([request], previous, policy)[0]

    def propose_all(
        self,
        requests: Sequence[ModelRequest],
        previous: Sequence[Round] = (),
        policy: Policy | None = None,
        *,
        at_once: bool = False,
    ) -> list[Proposal | Refusal]:
        """Ask for several proposals of one open model, one after the other or ``at_once``."""
        settings = {"max_retries": 0, **self.settings}
        model = open_model(
            self.config or ModelConfig(model="scripted", base_url=self.base_url, **settings),
            SecretStr(self.key) if self.key else None,
            store=Store(self.directory / "cache"),
            ledger=self.ledger,
            reporter=self,
        )
        prompts = load_prompts()

        async def ask() -> list[Proposal | Refusal]:
            async with model:
                asked = [
                    propose_by_model(
                        each, model, prompts, previous=previous, policy=policy or Policy()
                    )
                    for each in requests
                ]
                return await asyncio.gather(*asked) if at_once else [await each for each in asked]

        return asyncio.run(ask())


def function_request(
    source: str,
    *,
    name: str = "app.jobs.poll",
    change: Change = "body",
    new_name: str | None = None,
    offload: Offload | None = None,
) -> ModelRequest:
    """Make the request to change one function of ``app/jobs.py``."""
    indent = source[: len(source) - len(source.lstrip())]
    part = FunctionPart(
        ref=FunctionRef(file="app/jobs.py", name=name),
        before=sha256(source.encode()),
        source=source,
        indent=indent,
        change=change,
        new_name=new_name or name.rpartition(".")[2],
        is_async=source.lstrip().startswith("async"),
        is_entry=True,
    )
    return ModelRequest(
        change_set="001-poll",
        title="Stop poll from blocking",
        functions=(part,),
        files=(FilePart(file="app/jobs.py", imports="import time"),),
        conventions=Conventions(libraries=("app", "httpx"), offload=offload),
    )
