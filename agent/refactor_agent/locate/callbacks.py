"""Functions that are handed to a callee, which calls them before it returns, or on the loop."""

from __future__ import annotations

from collections.abc import Iterator

from refactor_agent.locate.offloaded import handed_names
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectFunction, self_name
from refactor_agent.locate.resolve.values import (
    AWAITABLE,
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    Instance,
    Partial,
    Value,
    Values,
)
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term, leaves

__all__ = ["Callbacks"]

_EAGER = {
    "builtins.filter": 0,
    "contextlib.AsyncExitStack.callback": 0,
    "contextlib.ExitStack.callback": 0,
    "builtins.map": 0,
    "contextvars.Context.run": 0,
    "functools.reduce": 0,
    "itertools.groupby": 1,
    "re.Pattern.sub": 0,
    "re.sub": 1,
    "re.subn": 1,
    "tenacity.Retrying.__call__": 0,
}
"""Library functions to the position of the callable that they (or their reader) call."""

_KEYED = frozenset(
    {"builtins.max", "builtins.min", "builtins.sorted", "builtins.list.sort", "heapq.nlargest"}
)
"""Library functions that call their ``key``."""


_OF_LOOPS = {
    "add_done_callback": 0,
    "add_reader": 1,
    "add_signal_handler": 1,
    "add_writer": 1,
    "call_at": 1,
    "call_later": 1,
    "call_soon": 0,
    "call_soon_threadsafe": 0,
}
"""Methods of event loops and their tasks to the position of what the loop's thread calls later."""


class Callbacks:
    """Knows which parameters functions call."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def of(self, function: ProjectFunction, call: CallFacts, callees: Values) -> Iterator[Value]:
        """Give the functions among the arguments of ``call`` that its callees call."""
        if not call.args and not call.keywords:
            return
        for callee in callees:
            for term in self._called_arguments(callee, call):
                for value in self._evaluator.term(function, term):
                    if isinstance(value, FunctionValue | External | ExternalMethod | Partial):
                        yield value

    def _called_arguments(self, callee: Value, call: CallFacts) -> Iterator[Term]:
        given = dict(call.keywords)
        if isinstance(callee, FunctionValue):
            function = self._evaluator.index.functions[callee.name]
            yield from self._bound(function, call, bound=callee.receiver is not None)
        elif isinstance(callee, ClassObject):
            cls = self._evaluator.index.classes[callee.cls]
            for method in cls.methods("__init__"):
                yield from self._bound(method, call, bound=True)
        elif isinstance(callee, External | ExternalMethod | Instance):
            name = _called_name(callee)
            position = _EAGER.get(name, _on_loop(callee, call))
            if position is not None and position < len(call.args):
                yield call.args[position]
            if name in _KEYED:
                yield given.get("key")

    def _bound(self, function: ProjectFunction, call: CallFacts, *, bound: bool) -> Iterator[Term]:
        """Give the arguments that land in parameters which ``function`` calls."""
        if function.facts.is_async:
            return
        called = self.called(function)
        if not called:
            return
        names = [item.name for item in function.facts.parameters if item.kind == "positional"]
        if bound and self_name(function) is not None:
            names = names[1:]
        for name, term in zip(names, call.args, strict=False):
            if name in called:
                yield term
        for name, term in call.keywords:
            if name in called:
                yield term

    def called(self, function: ProjectFunction) -> tuple[str, ...]:
        """Give the parameters that ``function`` calls, or hands to a callee that calls them.

        Not those that it hands to an offload too: what it calls itself is for want of threads.
        """
        return self._evaluator.names(
            "parameters called by", function, lambda: tuple(sorted(self._find_all(function)))
        )

    def _find_all(self, function: ProjectFunction) -> set[str]:
        found = set(self._find(function))
        return found.difference(handed_names(self._evaluator, function)) if found else found

    def _find(self, function: ProjectFunction) -> Iterator[str]:
        plain = {item.name for item in function.facts.parameters}
        if not plain:
            return
        for call in function.body.calls:
            named = self._called_parameters(function, call.func)
            yield from named
            given = (*call.args, *(term for _, term in call.keywords))
            if not named and any(_parameters(function, term) for term in given):
                for callee in self._evaluator.term(function, call.func):
                    for term in self._called_arguments(callee, call):
                        yield from _parameters(function, term)
        yield from self._by_nested(function)

    def _called_parameters(self, function: ProjectFunction, term: Term) -> list[str]:
        """Give the parameters that calling ``term`` calls: itself, or what a partial holds."""
        found: list[str] = []
        for leaf in () if term is None else leaves(function.body.definitions, term):
            if leaf[0] == "p":
                found.append(leaf[1])
            elif leaf[0] == "k" and term != leaf:
                made = function.body.calls[leaf[1]]
                values = self._evaluator.term(function, made.func)
                if made.args and any(_makes_partial(value) for value in values):
                    found.extend(_parameters(function, made.args[0]))
        return found

    def _by_nested(self, function: ProjectFunction) -> Iterator[str]:
        """Give the parameters that a nested function calls which ``function`` itself calls."""
        functions = (call.func for call in function.body.calls)
        numbers = {term[1] for term in functions if term is not None and term[0] == "f"}
        for number in sorted(numbers):
            nested = function.module.functions[number]
            if nested.facts.parent == function.number and not nested.facts.is_async:
                for call in nested.body.calls:
                    if call.func is not None and call.func[:2] == ("x", function.number):
                        yield call.func[2]


def _on_loop(callee: Value, call: CallFacts) -> int | None:
    """Give the position of what the loop, or `iter` up to a sentinel, calls."""
    if isinstance(callee, External):
        return 0 if callee.name == "builtins.iter" and len(call.args) == 2 else None
    if not isinstance(callee, ExternalMethod):
        return None
    kind = callee.receiver.cls
    is_of_loop = kind == AWAITABLE or kind.startswith(("asyncio.", "uvloop."))
    return _OF_LOOPS.get(callee.name) if is_of_loop else None


def _makes_partial(value: Value) -> bool:
    return isinstance(value, External) and value.name == "functools.partial"


def _called_name(callee: External | ExternalMethod | Instance) -> str:
    if isinstance(callee, External):
        return callee.name
    return callee.qualified if isinstance(callee, ExternalMethod) else f"{callee.cls}.__call__"


def _parameters(function: ProjectFunction, term: Term) -> list[str]:
    """Give the parameters that a term is, or may be: ``on_done or print``."""
    if term is None or term[0] not in "pulN":
        return []
    return [leaf[1] for leaf in leaves(function.body.definitions, term) if leaf[0] == "p"]
