"""Which functions can become async, as far as the function itself goes."""

from __future__ import annotations

from collections.abc import Iterator

from refactor_agent.domain.callgraph import Function
from refactor_agent.domain.plan import Refusal
from refactor_agent.domain.twins import TWIN_NAMES, beside
from refactor_agent.plan.facts import Facts
from refactor_agent.plan.reasons import refuse

__all__ = ["function_refusals", "is_context_manager"]

_TRANSPARENT = frozenset(
    {
        "staticmethod",
        "classmethod",
        "builtins.staticmethod",
        "builtins.classmethod",
        "abc.abstractmethod",
        "typing.override",
        "typing.final",
        "typing_extensions.override",
        "typing_extensions.final",
        "typing.no_type_check",
    }
)
"""Decorators that give back what they get, so a coroutine function stays one."""

_CONTEXT_MANAGER = "contextlib.contextmanager"


def function_refusals(facts: Facts, name: str) -> tuple[Refusal, ...]:
    """Say why the function ``name`` can't be awaited; empty when it can."""
    function = facts.function(name)
    if function is None:
        reason = "lambda" if "<lambda>" in name else "unknown-function"
        return (refuse(reason, name, strategy="native"),)
    reasons = _reasons(facts, function)
    return tuple(refuse(reason, name, facts.site(name), "native") for reason in reasons)


def is_context_manager(function: Function) -> bool:
    """Say whether ``function`` is a generator that a ``with`` drives."""
    return function.is_generator and _CONTEXT_MANAGER in function.decorators


def _twins(facts: Facts, name: str) -> Iterator[Function | None]:
    return (facts.function(beside(name, convention)) for convention in TWIN_NAMES)


def _reasons(facts: Facts, function: Function) -> Iterator[str]:
    yield from _kind(function)
    if function.open_family:
        yield "open-family"
    if "#" in function.name or f"{function.name}#2" in facts.graph.functions:
        yield "ambiguous-function"
    if any(call.awaited for call in facts.graph.calls_of(function.name)):
        yield "returns-awaitable"
    if any(twin is not None and twin.is_async for twin in _twins(facts, function.name)):
        yield "twin-exists"
    if function.nested and facts.graph.references_to(function.name):
        yield "nested-function"


def _kind(function: Function) -> Iterator[str]:
    bare = function.name.rpartition(".")[2]
    if bare in {"__init__", "__new__"}:
        yield "constructor"
    elif bare.startswith("__") and bare.endswith("__"):
        yield "dunder"
    if function.is_property:
        yield "property"
    elif any(one not in _TRANSPARENT for one in _others(function)):
        yield "decorator"


def _others(function: Function) -> Iterator[str]:
    """Give the decorators; what makes a context manager is exchanged for its async form."""
    first = next(iter(function.decorators), "")
    is_managing = function.is_generator and first == _CONTEXT_MANAGER
    yield from function.decorators[1:] if is_managing else function.decorators
