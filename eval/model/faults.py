"""Every fault of an answer, by every way in which it can travel, and what became of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from refactor_agent.domain.plan import Refusal
from refactor_agent.llm import Policy
from support.model_server import (
    Cut,
    Dropped,
    Failed,
    Reaction,
    Said,
    ScriptedModelServer,
    Spoilt,
    answer,
)
from support.model_session import ModelSession, function_request

__all__ = ["FAULTS", "WAYS", "Outcome", "measure"]

NAME = "app.jobs.poll"
POLL = "async def poll(job):\n    time.sleep(0.5)\n    return job"
CODE = POLL.replace("time.sleep", "await asyncio.sleep")
GOOD = answer({NAME: CODE})

WAYS: Mapping[str, Mapping[str, object]] = {
    "chat": {"api": "chat"},
    "chat, streamed": {"api": "chat", "stream": True},
    "responses": {"api": "responses"},
    "responses, streamed": {"api": "responses", "stream": True},
}
_BOTH = tuple(WAYS)
_STREAMED = tuple(name for name in WAYS if "streamed" in name)
_WHOLE = tuple(name for name in WAYS if "streamed" not in name)


@dataclass(frozen=True)
class Fault:
    """One thing that an endpoint or a model does wrong."""

    reaction: Reaction
    ways: tuple[str, ...] = _BOTH


@dataclass(frozen=True)
class Outcome:
    """What became of one fault by one way."""

    fault: str
    way: str
    once: str
    """When it happens once, and then a good answer comes."""
    always: str
    """When it happens every time."""
    calls: int
    """That were charged when it happens every time."""


def _answers(code: str, **more: object) -> Said:
    content = json.loads(answer({NAME: code}).content or "")
    return Said(json.dumps({**content, **more}))


FAULTS: Mapping[str, Fault] = {
    "refusal of the endpoint": Fault(Said(None, refusal="I can't help with that.")),
    "refusal in the answer": Fault(
        _answers(CODE, status="refused", functions=[], refusal="it is not safe")
    ),
    "content filter": Fault(Said("", finish_reason="content_filter")),
    "truncated": Fault(Said('{"status": "do', finish_reason="length")),
    "empty": Fault(Said("")),
    "prose only": Fault(Said("I would await the sleep.")),
    "wrong schema": Fault(Said('{"status": "done"}')),
    "code that does not parse": Fault(_answers("async def poll(job):\n    return (")),
    "await in a plain function": Fault(_answers("def poll(job):\n    await x()")),
    "edit outside the plan": Fault(answer({"app.jobs.other": CODE})),
    "renamed function": Fault(_answers(CODE.replace("poll", "poll_async"))),
    "changed signature": Fault(_answers(CODE.replace("job)", "job, timeout=5)"))),
    "elided code": Fault(_answers("async def poll(job):\n    ...")),
    "nothing changed": Fault(_answers(POLL)),
    "new dependency": Fault(_answers(CODE, imports=["import trio"])),
    "new effect": Fault(_answers(CODE.replace("return", "os.system('x')\n    return"))),
    "prose around JSON": Fault(Said(f"Sure!\n```json\n{GOOD.content}\n```\nAnything else?")),
    "thoughts before JSON": Fault(Said(f'<think>{{"status": "x"}}</think>{GOOD.content}')),
    "stream cut in the middle": Fault(Cut(), _STREAMED),
    "error event in a stream": Fault(
        Spoilt('data: {"error": {"message": "out of memory"}}'), _STREAMED
    ),
    "event that is no JSON": Fault(Spoilt("data: {oops"), _STREAMED),
    "stream without an end": Fault(Spoilt("data: [DONE]"), _STREAMED),
    "connection dropped": Fault(Dropped()),
    "500": Fault(Failed(500)),
    "429 with Retry-After": Fault(Failed(429, headers={"retry-after-ms": "1"})),
    "401": Fault(Failed(401)),
    "prompt too long (400)": Fault(Failed(400, '{"error": {"message": "context length"}}')),
    "HTML that says 200": Fault(Failed(200, "<html></html>", "text/html"), _WHOLE),
}


def measure() -> Iterator[Outcome]:
    """Let every fault happen, once and always, by every way it can."""
    for name, fault in FAULTS.items():
        for way in fault.ways:
            once, _ = _ask([fault.reaction], way)
            always, calls = _ask(None, way, fault.reaction)
            yield Outcome(name, way, once, always, calls)


def _ask(first: list[Reaction] | None, way: str, always: Reaction = GOOD) -> tuple[str, int]:
    """Ask with ``first`` reactions, and ``always`` one after them; give outcome and calls."""
    left = iter(first or ())
    with (
        tempfile.TemporaryDirectory() as place,
        ScriptedModelServer(lambda _: next(left, always)) as server,
    ):
        settings = {**WAYS[way], "max_retries": 1}
        session = ModelSession(Path(place), server.base_url, settings=settings)
        made = session.propose(function_request(POLL), policy=Policy(repairs=1))
        spent = session.ledger.spent
    if isinstance(made, Refusal):
        return f"refused: {made.reason}", spent.calls
    mended = spent.faults or spent.failed
    return "proposal, mended" if mended else "proposal", spent.calls
