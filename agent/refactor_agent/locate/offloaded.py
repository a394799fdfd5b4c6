"""Whether code is handed to a worker thread or another process."""

from __future__ import annotations

from refactor_agent.locate.offloads import BOUNDARY, METHODS, OFFLOADS, TARGET_KEYWORDS, WRAPPERS
from refactor_agent.locate.resolve.decorators import decoration
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import External, FunctionValue
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term, leaves

__all__ = ["HANDED", "PARTIALS", "handed_names", "hands_over", "is_fallback", "runs_elsewhere"]

HANDED = "parameters handed by"
"""What is asked of a function by `Evaluator.names`."""
PARTIALS = frozenset({"functools.partial"})
"""Calls whose result, when it is handed over, stands for their first argument."""

_MAY_HOLD_PARAMETER = "plukN"
"""Tags of terms behind which a parameter, or a partial of one, may stand."""


def hands_over(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> list[Term]:
    """Give the arguments of ``call`` that it runs on another thread or in another process."""
    position = _position(evaluator, function, call)
    if position is None:
        return []
    found = _run_in_context(call.args[position:])
    found.extend(term for name, term in call.keywords if name in TARGET_KEYWORDS)
    return [*found, *(inner for term in found for inner in _inside(evaluator, function, term))]


def _run_in_context(given: tuple[Term, ...]) -> list[Term]:
    """Give the callable at the front, and what it calls if it is ``Context.run``."""
    first = given[0] if given else None
    return list(given[: 2 if first is not None and first[0] == "a" and first[2] == "run" else 1])


def _position(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> int | None:
    func = call.func
    if func is not None and func[0] == "a" and func[2] in METHODS:
        return METHODS[func[2]]
    for value in evaluator.term(function, func):
        if isinstance(value, External):
            if value.name in WRAPPERS or value.name in evaluator.offload_wrappers:
                return 0
            if value.name in OFFLOADS:
                return OFFLOADS[value.name]
        elif isinstance(value, FunctionValue):
            position = _inferred(evaluator, evaluator.index.functions[value.name])
            if position is not None:
                return position
    return None


def _inferred(evaluator: Evaluator, function: ProjectFunction) -> int | None:
    """Give the position of the parameter that a function of the project hands to an offload."""
    if function.name in evaluator.offload_wrappers or function.name.endswith(BOUNDARY):
        return 0
    question = ("handed parameter", function.name)
    return evaluator.memo.get(question, lambda: _handed_parameter(evaluator, function), None)


def _handed_parameter(evaluator: Evaluator, function: ProjectFunction) -> int | None:
    names = [item.name for item in function.facts.parameters if item.kind == "positional"]
    if function.facts.owner >= 0 and not function.has_decorator("staticmethod"):
        names = names[1:]
    handed = handed_names(evaluator, function) if names else ()
    return next((names.index(name) for name in reversed(handed) if name in names), None)


def handed_names(evaluator: Evaluator, function: ProjectFunction) -> tuple[str, ...]:
    """Give the parameters that a function hands to offloads."""
    return evaluator.names(HANDED, function, lambda: _find_handed(evaluator, function))


def _find_handed(evaluator: Evaluator, function: ProjectFunction) -> tuple[str, ...]:
    return tuple(
        leaf[1]
        for call in function.body.calls
        if _may_pass_parameter(call)
        for term in hands_over(evaluator, function, call)
        for leaf in leaves(function.body.definitions, term)
        if leaf[0] == "p"
    )


def _may_pass_parameter(call: CallFacts) -> bool:
    """Say whether an argument may be a parameter or a partial of one: most calls need no look."""
    given = (*call.args, *(term for _, term in call.keywords))
    return any(term is not None and term[0] in _MAY_HOLD_PARAMETER for term in given)


def _inside(evaluator: Evaluator, function: ProjectFunction, term: Term) -> list[Term]:
    """Give what a partial, or a definition, wraps."""
    return [
        inner
        for leaf in leaves(function.body.definitions, term)
        for inner in _wrapped(evaluator, function, leaf)
    ]


def _wrapped(evaluator: Evaluator, function: ProjectFunction, term: Term) -> list[Term]:
    if term is None or term[0] != "k":
        return [term] if term is not None and term[0] in "fp" else []
    call = function.body.calls[term[1]]
    values = evaluator.term(function, call.func)
    if call.args and any(isinstance(v, External) and v.name in PARTIALS for v in values):
        return _run_in_context(call.args)
    return []


def is_fallback(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> bool:
    """Say whether an offload wrapper calls here, without a thread, what it was given.

    It is told to, by a setting: that says nothing of the place where it was given that.
    """
    func = call.func
    if func is None or func[0] not in "px":
        return False
    home = function if func[0] == "p" else function.module.functions[func[1]]
    names = [item.name for item in home.facts.parameters]
    if func[-1] not in names:
        return False
    if home is function:
        return func[-1] in handed_names(evaluator, home)
    return runs_elsewhere(evaluator, function)


def runs_elsewhere(evaluator: Evaluator, function: ProjectFunction) -> bool:
    """Say whether ``function`` is a lambda or nested function that only an offload is given."""
    if decoration(evaluator, function).runs_elsewhere:
        return not function.facts.is_async
    if function.facts.parent < 0 or (function.facts.parent == 0 and not function.facts.is_lambda):
        return False
    return function.number in _handed_in(evaluator, function.around)


def _handed_in(evaluator: Evaluator, around: ProjectFunction) -> frozenset[int]:
    """Give the nested functions that the body of ``around`` hands over."""
    question = ("handed nested", around.name)
    nothing: frozenset[int] = frozenset()
    return evaluator.memo.get(question, lambda: _find_handed_in(evaluator, around), nothing)


def _find_handed_in(evaluator: Evaluator, around: ProjectFunction) -> frozenset[int]:
    own = {
        function.name: function.number
        for function in around.module.functions
        if function.facts.parent == around.number
    }
    found: set[int] = set()
    for call in around.body.calls if own else ():
        for term in hands_over(evaluator, around, call):
            for value in evaluator.term(around, term):
                if isinstance(value, FunctionValue) and value.name in own:
                    found.add(own[value.name])
    return frozenset(found)
