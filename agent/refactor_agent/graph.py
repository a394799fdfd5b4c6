"""The graph of a run: which step follows which. The steps themselves are plain functions.

State is small JSON: keys of values in the store. One `Send` per change set goes into a compiled
subgraph, so that each advances on its own and a resumed run takes each up where it stood.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.errors import NodeError
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, RetryPolicy, Send, StateSnapshot, interrupt
from langsmith import tracing_context

from refactor_agent.ports import Reporter
from refactor_agent.run.services import Services
from refactor_agent.run.state import ChangeResult, ChangeState, RunState
from refactor_agent.run.steps import approve, change, combine, finish, prepare, review

__all__ = ["Ending", "execute"]

Graph = CompiledStateGraph[Any, None, Any, Any]

_STEPS_AT_MOST = 10_000
"""Far above what attempts and repairs can take; LangGraph's own default is 25."""

_AGAIN = RetryPolicy(retry_on=SystemError, max_attempts=3, initial_interval=0.1)
"""CPython before 3.11.8 and 3.12.2 counts the depth of trees for all threads together: `ast.parse`
in two of them at once may end with a `SystemError`, for no fault of the source (gh-106905)."""


class Ending(NamedTuple):
    """How `execute` ended: the report's key, or the question that a person must answer."""

    report: str | None
    question: Mapping[str, Any] | None


def change_graph(services: Services) -> Graph:
    """One change set: propose and verify until something holds or nothing is left to try."""
    graph = StateGraph(ChangeState, output_schema=ChangeResult)
    steps = {"propose": change.propose, "verify": change.check, "review": review.review}
    for name, step in steps.items():
        give_up = partial(_give_up, services)
        graph.add_node(name, partial(step, services), error_handler=give_up, retry_policy=_AGAIN)
    graph.add_node("decide", partial(change.decide, services))
    graph.add_edge(START, "propose")
    after_propose = partial(change.after_propose, services)
    graph.add_conditional_edges("propose", after_propose, ["verify", "review", "decide"])
    after_verify = partial(change.after_verify, services)
    graph.add_conditional_edges("verify", after_verify, ["propose", "review", "decide"])
    graph.add_conditional_edges("review", change.after_review, ["propose", "decide"])
    graph.add_edge("decide", END)
    return graph.compile()


def run_graph(services: Services) -> StateGraph[Any, None, Any, Any]:
    """The whole run: prepare, every change set on its own, approve, combine, finish."""
    graph = StateGraph(RunState)
    graph.add_node("locate", partial(prepare.locate, services), retry_policy=_AGAIN)
    graph.add_node("plan", partial(prepare.plan, services), retry_policy=_AGAIN)
    graph.add_node("baseline", partial(prepare.baseline, services), retry_policy=_AGAIN)
    graph.add_node("change", change_graph(services))
    graph.add_node("combine", partial(combine.combine, services), retry_policy=_AGAIN)
    graph.add_node("approve", partial(_approve, services))
    graph.add_node("finish", partial(finish.finish, services), retry_policy=_AGAIN)
    graph.add_edge(START, "locate")
    graph.add_edge("locate", "plan")
    after_plan = partial(prepare.after_plan, services)
    graph.add_conditional_edges("plan", after_plan, ["baseline", "combine"])
    graph.add_conditional_edges("baseline", partial(_fan_out, services), ["change"])
    graph.add_edge("change", "approve")
    graph.add_edge("approve", "combine")
    graph.add_edge("combine", "finish")
    graph.add_edge("finish", END)
    return graph


async def execute(services: Services, answer: Mapping[str, object] | None = None) -> Ending:
    """Run from the start, or from where an earlier process stopped, to the end or a question.

    ``answer`` goes to the pending question, as `Command(resume=...)` by its id.
    """
    async with aiosqlite.connect(services.directory.checkpoint) as connection:
        saver = AsyncSqliteSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
        graph = run_graph(services).compile(checkpointer=saver)
        config = RunnableConfig(
            configurable={"thread_id": services.record.id}, recursion_limit=_STEPS_AT_MOST
        )
        before = await graph.aget_state(config)
        if before.created_at is not None and not before.next:
            return _ending(before)
        start: Any = {} if before.created_at is None else None
        if answer is not None and before.interrupts:
            start = Command(resume={before.interrupts[0].id: dict(answer)})
        # The user's shell may ask LangChain to upload traces: these would hold their source code.
        with tracing_context(enabled=False):
            stream = graph.astream(
                start, config, stream_mode="tasks", subgraphs=True, durability="sync"
            )
            async for part in stream:
                _report(services.reporter, part)
        return _ending(await graph.aget_state(config))


async def _give_up(services: Services, state: ChangeState, error: NodeError) -> Command[Any]:
    """Make a fault in one change set that set's result, so that it does not stop the others."""
    update = await change.give_up(services, state, error.error)
    return Command(goto=END, update=update)


def _fan_out(services: Services, state: RunState) -> list[Send]:
    return [Send("change", start) for start in prepare.fan_out(services, state)]


async def _approve(services: Services, state: RunState) -> RunState:
    question = await asyncio.to_thread(approve.question, services, state)
    if question is None:
        return {}
    known = await asyncio.to_thread(approve.answered, services)
    if known is not None:
        return known
    return await approve.settle(services, question, interrupt(question))


def _report(reporter: Reporter, part: Any) -> None:
    """Tell the reporter which node began or ended, for which change set."""
    namespace, event = part
    if "result" not in event and "error" not in event:
        detail = event["input"].get("id", "") if namespace else ""
        reporter.event(f"{event['name']}:started", change_set=detail, task=event["id"])
    else:
        reporter.event(f"{event['name']}:finished", task=event["id"])


def _ending(snapshot: StateSnapshot) -> Ending:
    if snapshot.interrupts:
        return Ending(report=None, question=snapshot.interrupts[0].value)
    return Ending(report=snapshot.values.get("report"), question=None)
