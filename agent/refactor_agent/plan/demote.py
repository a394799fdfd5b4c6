"""Demote: a handler that awaits nothing becomes a plain function, run in the thread pool."""

from __future__ import annotations

import re
from collections.abc import Iterator

from refactor_agent.domain.callgraph import Function
from refactor_agent.domain.plan import Refusal
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.reasons import refuse
from refactor_agent.plan.threads import Threads

__all__ = ["demote_refusals"]

_VERB = r"\.(get|post|put|patch|delete|head|options|trace|route|api_route)"
_ROUTE = re.compile(rf"(fastapi|starlette)\.(\w+\.)*(FastAPI|APIRouter|Starlette|Router){_VERB}")
"""Decorators of FastAPI and Starlette that run plain functions in a thread pool."""

_ROUTE_AS_WRITTEN = re.compile(rf"(\w+\.)*\w*(app|router|api)\w*{_VERB}", re.IGNORECASE)
"""The same where the router's type is not known, in modules that import one of the two."""


def demote_refusals(facts: Facts, threads: Threads, entry: str) -> tuple[Refusal, ...]:
    """Say why the async function ``entry`` must stay async; empty when it need not."""
    function = facts.graph.functions[entry]
    reasons = tuple(_reasons(facts, function))
    if reasons:
        return tuple(refuse(reason, entry, None, "demote") for reason in reasons)
    moved = threads.subtree((entry,))
    return tuple(dict.fromkeys(threads.refusals(moved, entry, "demote")))


def _reasons(facts: Facts, function: Function) -> Iterator[str]:
    if not function.decorators or not all(
        _is_route(facts, function, d) for d in function.decorators
    ):
        yield "not-a-handler"
    if function.awaits:
        yield "awaits"
    if function.is_generator:
        yield "generator"
    if facts.graph.calls_of(function.name) or facts.graph.references_to(function.name):
        yield "called-elsewhere"


def _is_route(facts: Facts, function: Function, decorator: str) -> bool:
    imports = facts.graph.imports.get(function.file, frozenset())
    written = bool(imports & {"fastapi", "starlette"}) and _ROUTE_AS_WRITTEN.fullmatch(decorator)
    return bool(written or _ROUTE.fullmatch(decorator))
