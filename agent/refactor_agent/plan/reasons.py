"""Why something is not done: every reason the planner gives, in one line for people.

The order of the table is the order in which reasons are told: what could go wrong comes before
what the tool can't do or doesn't know, and what only follows from another reason comes last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from refactor_agent.domain.place import Site
from refactor_agent.domain.plan import Refusal, Strategy

__all__ = ["REASONS", "Kind", "Reason", "in_order", "leaves_room_for_a_model", "refuse"]

Kind = Literal[
    "danger",  # it could be done, and could go wrong
    "machinery",  # a person, or a model, would rewrite more than the tool can
    "knowledge",  # no rule knows what to write instead
    "worth",  # it could be done and would gain nothing
    "consequence",  # it follows from another reason
    "form",  # a strategy that is for other kinds of functions
]


class Reason(NamedTuple):
    """One kind of refusal."""

    kind: Kind
    line: str
    """What people are told, behind the name of what it is about."""


REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "other-event-loop": Reason(
            "danger", "the module runs on trio or curio, whose rules are not known here"
        ),
        "low-confidence": Reason(
            "danger", "it is not certain that this call is reached or that it blocks"
        ),
        # Danger: places, threads, and functions that others rely on
        "lock-held": Reason(
            "danger", "a thread lock is held there; awaiting under it can deadlock or let others in"
        ),
        "thread-affine": Reason(
            "danger", "it uses an object that must stay on the thread that made it"
        ),
        "takes-a-lock": Reason(
            "danger", "the thread that takes a lock may have to be the one that gives it back"
        ),
        "uses-the-loop": Reason(
            "danger", "it needs the running event loop, which a worker thread does not have"
        ),
        "main-thread": Reason("danger", "it works on the main thread only"),
        "context-variable": Reason(
            "danger", "it sets a context variable; the change would be lost in the thread"
        ),
        "shared-unsafe-object": Reason(
            "danger", "it uses a shared object that only one thread may use at a time"
        ),
        "shared-state": Reason(
            "danger", "it changes state that the event loop's thread uses as well"
        ),
        "open-family": Reason("danger", "a class outside the project may define or call it"),
        "returns-awaitable": Reason("danger", "its callers already await what it returns"),
        "ambiguous-function": Reason(
            "danger", "it is defined more than once, so it is not clear which one runs"
        ),
        "nested-function": Reason("danger", "other code keeps a reference to this nested function"),
        "used-as-value": Reason(
            "danger", "it is called by other code that was handed the function"
        ),
        "unknown-function": Reason("danger", "its definition is not in the project"),
        "signature": Reason(
            "danger", "it runs when the function is defined, not when it is called"
        ),
        "class-body": Reason("danger", "a class body can't await"),
        # Machinery: more has to be rewritten than the tool can
        "context-manager": Reason(
            "machinery",
            "it is a context manager written as a generator; it would have to become an async one, "
            "and so would each `with` that opens it",
        ),
        "generator": Reason(
            "machinery",
            "a generator would have to become an async one, and so would its consumers",
        ),
        "generator-result": Reason(
            "machinery",
            "it gives a value when it ends, or takes what its reader sends; an async generator "
            "can't",
        ),
        "block-yields": Reason(
            "machinery", "what it opens is used up step by step, and a reader waits between them"
        ),
        "unknown-reader": Reason(
            "machinery",
            "what reads the generator there has no asynchronous form; read it with a `for` loop, "
            "a comprehension or `list`, where it is made",
        ),
        "property": Reason("machinery", "reading a property can't be awaited"),
        "constructor": Reason("machinery", "a constructor can't be awaited"),
        "dunder": Reason("machinery", "Python calls it itself and does not await it"),
        "loop-step": Reason(
            "machinery", "it blocks at each step of a loop, where no call is written"
        ),
        "generator-expression": Reason(
            "machinery", "a generator expression that awaits becomes an async generator"
        ),
        "lambda": Reason("machinery", "a lambda can't await"),
        "made-elsewhere": Reason(
            "machinery",
            "its object comes from another function, so one hop can't take all of its use along",
        ),
        "unclear-callee": Reason("machinery", "the call may reach other functions too"),
        "twin-exists": Reason(
            "machinery", "an async function beside it looks like its twin; call that one instead"
        ),
        # Knowledge: about libraries, and about other code
        "client-not-local": Reason(
            "knowledge",
            "its object is made elsewhere and shared; changing its type would change other code",
        ),
        "client-escapes": Reason(
            "knowledge", "the object is handed to code that expects the sync type"
        ),
        "result-escapes": Reason(
            "knowledge", "the result is handed to code that expects the sync library's type"
        ),
        "dependency-not-declared": Reason(
            "knowledge",
            "its async equivalent needs a distribution that the project does not declare; "
            "add it to allow-dependencies to permit it",
        ),
        "version-not-checked": Reason(
            "knowledge",
            "the project asks for versions on which its async equivalent was not checked",
        ),
        "decorator": Reason(
            "knowledge", "a decorator may not know how to treat a coroutine function"
        ),
        "cheaper-than-a-hop": Reason(
            "worth", "it is called in a loop and costs less than a hop to a thread"
        ),
        "not-written": Reason("machinery", "it can't be rewritten where it stands"),
        "no-async-equivalent": Reason("knowledge", "no rule knows an async equivalent"),
        # What follows from other reasons, and strategies that were not meant
        "family": Reason(
            "consequence", "it is overridden by, or overrides, a method that can't become async"
        ),
        "unresolved-below": Reason(
            "consequence", "it makes another blocking call that can't be resolved"
        ),
        "awaits": Reason("form", "it awaits something, so it must stay async"),
        "called-elsewhere": Reason(
            "form", "other code in the project calls or passes it as a coroutine function"
        ),
        "not-a-handler": Reason(
            "form", "it is not a handler that a framework runs in its thread pool"
        ),
    }
)

_RANKS = MappingProxyType({code: rank for rank, code in enumerate(REASONS)})


def refuse(
    reason: str,
    subject: str,
    site: Site | None = None,
    strategy: Strategy | None = None,
    about: str = "",
) -> Refusal:
    """Make a refusal about ``subject``; ``reason`` must be one of `REASONS`.

    ``about`` names the object or the state that is in the way.
    """
    detail = f" ({about})" if about else ""
    message = f"{subject}: {REASONS[reason].line}{detail}"
    return Refusal(reason=reason, message=message, site=site, strategy=strategy)


def in_order(refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """Put root causes first, say the same thing once, and drop what follows from a root cause."""
    distinct: dict[str, Refusal] = {}
    for refusal in refusals:
        distinct.setdefault(refusal.message, refusal)
    told = sorted(distinct.values(), key=lambda refusal: _RANKS[refusal.reason])
    roots = [refusal for refusal in told if REASONS[refusal.reason].kind != "consequence"]
    return tuple(roots if any(_is_root(refusal) for refusal in roots) else told)


def _is_root(refusal: Refusal) -> bool:
    return REASONS[refusal.reason].kind != "form"


def leaves_room_for_a_model(refusals: Iterable[Refusal], *, is_known: bool) -> bool:
    """Say whether some way is closed for want of knowledge or machinery only.

    A native rewrite counts where rules know an async equivalent of all that blocks
    (``is_known``); otherwise a thread must do.
    """
    found: dict[Strategy | None, set[str]] = defaultdict(set)
    for refusal in refusals:
        found[refusal.strategy].add(refusal.reason)
    native, offload = found["native"], found["offload"]
    return (is_known and _is_harmless(native)) or _is_harmless(offload)


def _is_harmless(reasons: set[str]) -> bool:
    kinds = {REASONS[reason].kind for reason in reasons}
    return "danger" not in kinds and bool(kinds & {"machinery", "knowledge"})
