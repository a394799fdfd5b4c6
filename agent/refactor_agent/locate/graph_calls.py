"""Calls of the call graph, with what a planner must know of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from refactor_agent.domain.callgraph import Call, Frame, Origin
from refactor_agent.domain.place import Site, Span
from refactor_agent.locate.blocking import Blocker
from refactor_agent.locate.effects import Effects
from refactor_agent.locate.offloaded import runs_elsewhere
from refactor_agent.locate.resolve.attributes import properties
from refactor_agent.locate.resolve.decorators import decoration
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction, self_name
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    Instance,
    Partial,
    Value,
    Values,
)
from refactor_agent.locate.summary import (
    ASYNC_SOURCE,
    COROUTINE_FUNCTION,
    NEVER,
    OFF_LOOP,
    CallFacts,
    FrameMark,
)
from refactor_agent.locate.suppressed import suppressed_rules
from refactor_agent.locate.terms import Term

__all__ = ["caller_of", "frames_of", "function_calls"]

_LOCKS = frozenset(
    f"{home}.{name}"
    for home in ("threading", "multiprocessing")
    for name in ("Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore")
)


def function_calls(effects: Effects, function: ProjectFunction) -> Iterator[Call]:
    """Give every call in the body of ``function``, and every read of a project property."""
    evaluator = effects.evaluator
    caller = caller_of(function)
    elsewhere = runs_elsewhere(evaluator, function)
    blocking = {} if elsewhere else effects.blocking_calls(function)
    for number, call in enumerate(function.body.calls):
        if call.frames == NEVER:
            continue
        found = _call(effects, function, call, caller, elsewhere=elsewhere)
        blocker = blocking.get(number)
        if blocker is not None:
            found = replace(found, blocks=blocker.rule, weight=blocker.weight)
        yield found
    for load in function.body.loads:
        term = load.term
        if term is None or term[0] != "a" or not effects.may_be_property(term[2]):
            continue
        values = evaluator.term(function, term[1])
        names = [
            method.name for value in values for method in properties(evaluator, value, term[2])
        ]
        if names:
            yield Call(
                caller=caller,
                site=Site(function.module.file, Span(*load.place)),
                callees=tuple(dict.fromkeys(names)),
                receiver=_type_of(values),
                receiver_origin=_origin(function, term[1]),
                offloaded=elsewhere,
                frames=frames_of(evaluator, function, load.frames),
                ignores=suppressed_rules(function, load.place),
            )


def caller_of(function: ProjectFunction) -> str:
    """Give the function that code counts for: a lambda's belongs to what is around it."""
    while function.facts.is_lambda:
        function = function.around
    return function.name


def _call(
    effects: Effects, function: ProjectFunction, call: CallFacts, caller: str, *, elsewhere: bool
) -> Call:
    evaluator, func = effects.evaluator, call.func
    receiver: str | None = None
    holder: str | None = None
    origin: Origin = "unknown"
    if func is not None and func[0] == "a":
        if func[1] is not None and func[1][0] == "a":
            holder = _type_of(evaluator.term(function, func[1][1]))
        receiver = _type_of(evaluator.term(function, func[1]))
        origin = _origin(function, func[1])
    callees = (
        name for value in evaluator.term(function, func) for name in _callees(effects, value, call)
    )
    given = [*call.args, *(term for _, term in call.keywords)]
    types = (_type_of(evaluator.term(function, term)) for term in given)
    return Call(
        caller=caller,
        site=Site(function.module.file, Span(*call.place)),
        callees=tuple(dict.fromkeys(callees)),
        receiver=receiver,
        holder=holder,
        receiver_origin=origin,
        argument_types=tuple(kind for kind in types if kind is not None),
        awaited=call.awaited,
        offloaded=elsewhere,
        frames=frames_of(evaluator, function, call.frames),
        ignores=suppressed_rules(function, call.place),
    )


def _callees(effects: Effects, value: Value, call: CallFacts) -> Iterator[str]:
    if isinstance(value, FunctionValue):
        yield value.name
        yield from decoration(
            effects.evaluator, effects.evaluator.index.functions[value.name]
        ).wrappers
    elif isinstance(value, ClassObject):
        targets = [target for target, _ in effects.targets.of(value, call)]
        yield from (name for name in targets if isinstance(name, str))
        if not targets:
            yield value.cls
    elif isinstance(value, External):
        yield effects.evaluator.libraries.canonical(value.name)
    elif isinstance(value, ExternalMethod):
        yield effects.evaluator.libraries.canonical(value.qualified)
    elif isinstance(value, Partial):
        for inner in value.inner:
            yield from _callees(effects, inner, call)
    else:
        for target, _ in effects.targets.of(value, call):
            yield target.callee if isinstance(target, Blocker) else target


def _type_of(values: Values) -> str | None:
    """Give the one type of an object, where it is known."""
    kinds = {value.cls for value in values if isinstance(value, Instance)}
    return kinds.pop() if len(kinds) == 1 and len(values) == 1 else None


_ORIGINS: dict[str, Origin] = {
    "k": "result", "y": "result", "p": "parameter", "g": "module", "m": "module", "i": "module",
    "f": "module", "c": "class", "l": "local", "x": "local", "w": "local", "W": "local",
    "e": "local", "E": "local", "n": "local", "u": "local", "s": "local", "N": "local",
    "A": "local", "q": "local", "d": "local", "t": "local", "b": "local", "#": "local",
}  # fmt: skip


def _origin(function: ProjectFunction, term: Term) -> Origin:
    """Say where an object comes from, as the function sees it."""
    while term is not None and term[0] in "as":
        term = term[1]
    if term is None:
        return "unknown"
    if term[0] in "px" and _is_self(function, term):
        return "class" if function.has_decorator("classmethod") else "self"
    return _ORIGINS.get(term[0], "unknown")


def _is_self(function: ProjectFunction, term: Term) -> bool:
    if term is None:
        return False
    home = function if term[0] == "p" else function.module.functions[term[1]]
    return home.facts.owner >= 0 and self_name(home) == term[-1]


def frames_of(
    evaluator: Evaluator, function: ProjectFunction, marks: tuple[FrameMark, ...]
) -> tuple[Frame, ...]:
    """Give the frames of a place, innermost first; a ``with`` of a lock gives two."""
    found: list[Frame] = []
    for mark in marks:
        if mark in {ASYNC_SOURCE, COROUTINE_FUNCTION, OFF_LOOP}:
            continue
        if isinstance(mark, str):
            found.append(_FRAMES[mark])
            continue
        item = function.body.withs[mark]
        if not item.is_async and _is_lock(evaluator, function, item.term):
            found.append("lock")
        found.append("with")
    return tuple(found)


_FRAMES: dict[str, Frame] = {
    "loop": "loop", "comprehension": "comprehension", "lambda": "lambda", "try": "try",
    "would_block": "try",
    "generator_expression": "generator_expression", "class_body": "class_body",
    "signature": "signature", "handler": "handler", "finally": "finally",
}  # fmt: skip


def _is_lock(evaluator: Evaluator, function: ProjectFunction, term: Term) -> bool:
    """Say whether a lock is held; where its type is unknown its name must do."""
    values = evaluator.term(function, term)
    if values:
        return any(isinstance(value, Instance) and value.cls in _LOCKS for value in values)
    while term is not None and term[0] == "l":
        term = function.body.definitions[term[1]]
    name = term[-1] if term is not None and term[0] in "agxp" else ""
    return isinstance(name, str) and "lock" in name.lower()
