"""What calls give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refactor_agent.locate.offloads import METHODS, OFFLOADS, WRAPPERS
from refactor_agent.locate.resolve.attributes import attribute
from refactor_agent.locate.resolve.aws import service_client
from refactor_agent.locate.resolve.builtin_calls import BUILTIN_CALLS, file_opened
from refactor_agent.locate.resolve.classes import find_methods
from refactor_agent.locate.resolve.generics import CallAt, bind_call, is_generic
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.iteration import entered, item, item_values
from refactor_agent.locate.resolve.results import function_result
from refactor_agent.locate.resolve.signatures import fitting
from refactor_agent.locate.resolve.values import (
    AWAITABLE,
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    GeneratorValue,
    Instance,
    Offloaded,
    Partial,
    Record,
    TupleValue,
    Value,
    Values,
    awaitable,
    join,
)
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["ENTERING", "plain_result", "result", "result_of"]


def result(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    """Give the values of a call expression in ``function``."""
    func = call.func
    if func is not None and func[0] == "a":
        base = evaluator.term(function, func[1])
        found = _container_method(evaluator, function, call, base)
        if found is not None:
            return found
        if func[2] in ENTERING and call.args:
            given = evaluator.term(function, call.args[0])
            held = join(entered(evaluator, value, ENTERING[func[2]]) for value in given)
            return awaitable(held) if func[2] == "enter_async_context" else held
        if func[2] in METHODS and func[2] not in _GIVE_FUTURES:
            return _offloaded(evaluator, function, call, METHODS[func[2]])
    made = _made_of(evaluator, function, func)
    if made:
        return made
    callees = evaluator.term(function, func)
    if _makes_task(call, callees):
        return evaluator.term(function, call.args[0])
    return join(
        result_of(evaluator, function, call, value) for value in fitting(evaluator, call, callees)
    )


def _made_of(evaluator: Evaluator, function: ProjectFunction, func: Term) -> Values:
    """Give the object of a library's generic class, made of what it says: ``deque[Path]()``."""
    if func is None or func[0] != "s":
        return ()
    bases = evaluator.term(function, func[1])
    if not bases or not all(_is_class_name(value) for value in bases):
        return ()
    return evaluator.stated(function, func)


def _is_class_name(value: Value) -> bool:
    """Say whether something of a library is a class that can be made of a type, by its name."""
    if not isinstance(value, External):
        return False
    return value.name in _CONTAINERS or value.name.rpartition(".")[2][:1].isupper()


def result_of(  # noqa: PLR0911 - one for each kind of value
    evaluator: Evaluator, function: ProjectFunction, call: CallFacts, value: Value
) -> Values:
    """Give the result of calling one value."""
    if isinstance(value, ClassObject):
        return (_made(evaluator, function, call, value),)
    if isinstance(value, FunctionValue):
        return function_result(evaluator, value, CallAt(function, call))
    if isinstance(value, External):
        return _external(evaluator, function, call, value)
    if isinstance(value, ExternalMethod):
        found = evaluator.libraries.method_type(value)
        return service_client(file_opened(found, call, 0), call)
    if isinstance(value, Partial):
        return join(result_of(evaluator, function, call, inner) for inner in value.inner)
    if isinstance(value, Offloaded):
        groups = (result_of(evaluator, function, call, inner) for inner in value.inner)
        return awaitable(join(groups))
    if isinstance(value, Instance):
        return _instance(evaluator, function, call, value)
    return ()


def plain_result(evaluator: Evaluator, value: Value) -> Values:
    """Give the result of calling ``value``, as far as no argument has a say in it."""
    if isinstance(value, ClassObject):
        return (Instance(value.cls, (), value.variables, is_open=value.is_open),)
    if isinstance(value, FunctionValue):
        return function_result(evaluator, value)
    if isinstance(value, Partial):
        return join(plain_result(evaluator, inner) for inner in value.inner)
    if isinstance(value, ExternalMethod):
        return evaluator.libraries.method_type(value)
    return evaluator.libraries.called(value) if isinstance(value, External) else ()


def _made(
    evaluator: Evaluator, function: ProjectFunction, call: CallFacts, value: ClassObject
) -> Instance:
    """Give the object that a class makes; of what, its arguments may tell."""
    variables = value.variables
    cls = evaluator.index.classes[value.cls]
    if not variables and is_generic(evaluator, cls):
        for method in find_methods(evaluator, cls, "__init__"):
            bindings = bind_call(evaluator, method, None, CallAt(function, call))
            variables = tuple(bindings.items())
    return Instance(value.cls, (), variables, is_open=value.is_open)


def _external(
    evaluator: Evaluator, function: ProjectFunction, call: CallFacts, value: External
) -> Values:
    handler = BUILTIN_CALLS.get(value.name)
    if handler is not None:
        return handler(evaluator, function, call)
    if value.name in WRAPPERS or value.name in evaluator.offload_wrappers:
        inner = evaluator.term(function, call.args[0]) if call.args else ()
        return (Offloaded(inner),)
    position = OFFLOADS.get(value.name)
    if position is not None and not value.name.startswith(_STARTED):
        offloaded = _offloaded(evaluator, function, call, position)
        return offloaded or evaluator.libraries.called(value)
    return service_client(file_opened(evaluator.libraries.called(value), call, 1), call)


def _offloaded(
    evaluator: Evaluator, function: ProjectFunction, call: CallFacts, position: int
) -> Values:
    """Give the awaitable of what the function handed over gives."""
    if len(call.args) <= position:
        return ()
    inner = evaluator.term(function, call.args[position])
    return awaitable(join(result_of(evaluator, function, call, value) for value in inner))


def _instance(
    evaluator: Evaluator, function: ProjectFunction, call: CallFacts, value: Instance
) -> Values:
    if value.cls == "typing.Callable":
        return value.arguments[0] if value.arguments else ()
    methods = attribute(evaluator, value, "__call__")
    return join(
        result_of(evaluator, function, call, method)
        for method in methods
        if isinstance(method, FunctionValue | ExternalMethod)
    )


def _makes_task(call: CallFacts, callees: Values) -> bool:
    """Say whether a loop or a task group is given a coroutine: what awaiting that gives stays."""
    func = call.func
    return (
        func is not None
        and func[-1] in {"create_task", "ensure_future"}
        and bool(call.args)
        and not any(isinstance(value, FunctionValue) for value in callees)
    )


ENTERING = {"enter_context": "__enter__", "enter_async_context": "__aenter__"}
"""Methods of exit stacks that give what ``with`` would bind."""

_STARTED = ("multiprocessing.", "threading.")
"""Where classes are whose objects run what they are given: making one gives that object."""

_GIVE_FUTURES = frozenset({"submit", "apply_async"})
"""Offloads whose result is no awaitable but an object that waits when asked."""

_CONTAINERS = frozenset(
    {"builtins.dict", "builtins.list", "builtins.set", "collections.defaultdict"}
    | {"collections.deque", "weakref.WeakValueDictionary"}
)
_SAME = frozenset({"copy"})
_ITEMS = frozenset({"get", "pop", "setdefault", "popleft"})
_TAKEN = frozenset({"get", "get_nowait"})
_ASYNC_QUEUES = frozenset(f"asyncio.{name}" for name in ("LifoQueue", "PriorityQueue", "Queue"))
_QUEUES = _ASYNC_QUEUES.union(
    f"{home}.{name}"
    for home in ("queue", "multiprocessing")
    for name in ("LifoQueue", "PriorityQueue", "Queue", "SimpleQueue")
)
_STEPS = frozenset({"__next__", "send"})
_ASYNC_STEPS = frozenset({"__anext__", "asend"})


def _container_method(
    evaluator: Evaluator, function: ProjectFunction, call: CallFacts, base: Values
) -> Values | None:
    """Give the result of a method of a builtin container, by what it holds."""
    if call.func is None or not base:
        return None
    name, groups = call.func[2], []
    for value in base:
        found = _held_by(evaluator, call, value, name)
        if found is None and not _is_bare(value):
            return None
        if found is not None:
            groups.append(found)
    if not groups:
        return None
    if name in _ITEMS and len(call.args) > 1:
        groups.append(evaluator.term(function, call.args[1]))
    return join(groups)


def _held_by(  # noqa: PLR0911 - one for each kind of method
    evaluator: Evaluator, call: CallFacts, value: Value, name: str
) -> Values | None:
    if isinstance(value, GeneratorValue):
        if name in _ASYNC_STEPS:
            return awaitable(value.element)
        return value.element if name in _STEPS else None
    if isinstance(value, Instance) and value.arguments and value.cls in _QUEUES:
        held = value.arguments[0] if name in _TAKEN else None
        return awaitable(held) if held and name == "get" and value.cls in _ASYNC_QUEUES else held
    plain = isinstance(value, Record) or (isinstance(value, Instance) and bool(value.arguments))
    if not plain:
        is_item = name in _ITEMS and bool(call.args)
        return _kept_under(evaluator, value, name, call.args[0]) if is_item else None
    if isinstance(value, Instance) and value.cls == AWAITABLE:
        return value.arguments[0] if name == "result" else None
    if name in _SAME:
        return (value,)
    if name == "get_secret_value":  # of pydantic's `Secret`
        return item_values(value)
    if name in _ITEMS:
        is_keyed = isinstance(value, Record) and bool(call.args)
        return item(evaluator, value, call.args[0]) if is_keyed else item_values(value)
    if name == "values":
        return (Instance("typing.Iterable", (item_values(value),)),)
    return _pairs(value) if name == "items" else None


def _is_bare(value: Value) -> bool:
    """Say whether a value is a container of which is not known what it holds: ``dict()``."""
    return isinstance(value, Instance) and not value.arguments and value.cls in _CONTAINERS


def _kept_under(evaluator: Evaluator, value: Value, name: str, key: Term) -> Values | None:
    """Give what a typed dict, or one that is filled elsewhere, holds under a constant key."""
    if not isinstance(value, Instance) or key is None or key[0] != "#":
        return None
    cls = evaluator.index.classes.get(value.cls)
    if cls is None and value.cls != "builtins.dict":
        return None
    if cls is not None and find_methods(evaluator, cls, name):
        return None
    return item(evaluator, value, key) or None


def _pairs(value: Value) -> Values:
    keys: Values = (Instance("builtins.str"),) if isinstance(value, Record) else ()
    if isinstance(value, Instance) and value.arguments:
        keys = value.arguments[0]
    return (Instance("typing.Iterable", ((TupleValue((keys, item_values(value))),),)),)
