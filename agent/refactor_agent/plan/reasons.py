"""Why something is not done: every reason the planner gives, in one line for people."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from refactor_agent.domain.place import Site
from refactor_agent.domain.plan import Refusal, Strategy

__all__ = ["REASONS", "leaves_room_for_a_model", "refuse"]

REASONS: Mapping[str, str] = MappingProxyType(
    {
        # The library side
        "no-async-equivalent": "no rule knows an async equivalent",
        "dependency-not-declared": (
            "its async equivalent needs a distribution that the project does not declare; "
            "add it to allow-dependencies to permit it"
        ),
        "client-not-local": (
            "its object is made elsewhere and shared; changing its type would change other code"
        ),
        "client-escapes": "the object is handed to code that expects the sync type",
        "result-escapes": "the result is handed to code that expects the sync library's type",
        # Functions that can't become async
        "constructor": "a constructor can't be awaited",
        "dunder": "Python calls it itself and does not await it",
        "property": "reading a property can't be awaited",
        "generator": "a generator would have to become an async one, and so would its consumers",
        "decorator": "a decorator may not know how to treat a coroutine function",
        "open-family": "a class outside the project may define or call it",
        "family": "it is overridden by, or overrides, a method that can't become async",
        "ambiguous-function": "it is defined more than once, so it is not clear which one runs",
        "unknown-function": "its definition is not in the project",
        "nested-function": "other code keeps a reference to this nested function",
        "returns-awaitable": "its callers already await what it returns",
        "twin-exists": "an async function beside it looks like its twin; call that one instead",
        "unresolved-below": "it makes another blocking call that can't be resolved",
        # Places where nothing can be awaited
        "lock-held": "a thread lock is held there; awaiting under it can deadlock or let others in",
        "lambda": "a lambda can't await",
        "generator-expression": "a generator expression that awaits becomes an async generator",
        "class-body": "a class body can't await",
        "signature": "it runs when the function is defined, not when it is called",
        "loop-step": "it blocks at each step of a loop, where no call is written",
        "used-as-value": "it is called by other code that was handed the function",
        "unclear-callee": "the call may reach other functions too",
        # Worker threads
        "thread-affine": "it uses an object that must stay on the thread that made it",
        "shared-unsafe-object": "it uses a shared object that only one thread may use at a time",
        "shared-state": "it changes state that the event loop's thread uses as well",
        "takes-a-lock": "the thread that takes a lock may have to be the one that gives it back",
        "uses-the-loop": "it needs the running event loop, which a worker thread does not have",
        "context-variable": "it sets a context variable; the change would be lost in the thread",
        "main-thread": "it works on the main thread only",
        "cheaper-than-a-hop": "it is called in a loop and costs less than a hop to a thread",
        # Handlers
        "not-a-handler": "it is not a handler that a framework runs in its thread pool",
        "awaits": "it awaits something, so it must stay async",
        "called-elsewhere": "other code in the project calls or passes it as a coroutine function",
        # Everything else
        "other-event-loop": "the module runs on trio or curio, whose rules are not known here",
        "low-confidence": "it is not certain that this call is reached or that it blocks",
    }
)

_MISSING_KNOWLEDGE = frozenset(
    {
        "no-async-equivalent",
        "client-escapes",
        "result-escapes",
        "generator",
        "generator-expression",
        "loop-step",
        "lambda",
        "property",
        "twin-exists",
        "unclear-callee",
        "unresolved-below",
        "not-a-handler",
        "awaits",
        "called-elsewhere",
        "cheaper-than-a-hop",
    }
)
"""Reasons that are about what rules can say, not about what could go wrong."""


def refuse(
    reason: str, subject: str, site: Site | None = None, strategy: Strategy | None = None
) -> Refusal:
    """Make a refusal about ``subject``; ``reason`` must be one of `REASONS`."""
    return Refusal(
        reason=reason, message=f"{subject}: {REASONS[reason]}", site=site, strategy=strategy
    )


def leaves_room_for_a_model(refusals: tuple[Refusal, ...]) -> bool:
    """Say whether all that is missing is knowledge, so that a model may try."""
    reasons = {refusal.reason for refusal in refusals}
    only_cheap = reasons <= {"cheaper-than-a-hop", "not-a-handler", "awaits", "called-elsewhere"}
    return reasons <= _MISSING_KNOWLEDGE and not (reasons and only_cheap)
