"""Carry a run to its end, its next question, or a fault."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import typer

from refactor_agent.cli._progress import path_argument
from refactor_agent.errors import UsageError
from refactor_agent.graph import Ending, execute
from refactor_agent.run.places import owned
from refactor_agent.run.services import Services

__all__ = ["drive"]


def drive(services: Services, approve: Sequence[str] | None = None) -> Ending:
    """Execute the run; ``approve`` answers its pending question.

    Raises `UsageError` for an approval of something that does not wait for one.
    """
    try:
        with owned(services.places):
            ending = asyncio.run(_execute(services, approve))
    except KeyboardInterrupt:
        run = f"{services.record.id}{path_argument(services)}"
        typer.echo(f"interrupted; go on with `refactor-agent resume {run}`", err=True)
        raise
    if ending.report is not None:
        shutil.rmtree(services.directory.snapshot, ignore_errors=True)
    return ending


async def _execute(services: Services, approve: Sequence[str] | None) -> Ending:
    async with AsyncExitStack() as stack:
        for model in services.proposer.models if services.proposer else ():
            await stack.enter_async_context(model)
        stack.push_async_callback(services.ahead.stop)
        ending = await execute(services)
        if ending.question is None or not approve:
            return ending
        return await execute(services, {"approved": _chosen(ending.question, approve)})


def _chosen(question: Mapping[str, Any], approve: Sequence[str]) -> list[str]:
    waiting = [one["change_set"] for one in question["change_sets"]]
    if "all" in approve:
        return waiting
    unknown = [name for name in approve if name not in waiting]
    if unknown:
        raise UsageError(f"{unknown[0]!r} does not wait for approval; {', '.join(waiting)} do")
    return [name for name in waiting if name in approve]
