"""Calls whose result follows from the language and the standard library's plumbing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from refactor_agent.locate.resolve.annotations import declared
from refactor_agent.locate.resolve.attributes import attribute
from refactor_agent.locate.resolve.generics import classes_of
from refactor_agent.locate.resolve.index import ProjectFunction, self_name
from refactor_agent.locate.resolve.iteration import element, is_mapping
from refactor_agent.locate.resolve.names import absolute, imported_module
from refactor_agent.locate.resolve.values import (
    AWAITABLE,
    ClassObject,
    FunctionValue,
    Instance,
    Partial,
    Record,
    Super,
    TupleValue,
    TypeVariable,
    Values,
    awaitable,
    join,
)
from refactor_agent.locate.summary import CallFacts
from refactor_agent.locate.terms import Term

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["BUILTIN_CALLS", "file_opened"]

Handler: TypeAlias = "Callable[[Evaluator, ProjectFunction, CallFacts], Values]"


def _first(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    return evaluator.term(function, call.args[0]) if call.args else ()


def _elements(evaluator: Evaluator, values: Values) -> Values:
    return join(element(evaluator, value) for value in values)


def _collects(kind: str) -> Handler:
    def handler(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
        found = _elements(evaluator, _first(evaluator, function, call))
        return (Instance(kind, (found,)),) if found else (Instance(kind),)

    return handler


def _element(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    return _elements(evaluator, _first(evaluator, function, call))


def _choose(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    if len(call.args) == 1:
        return _element(evaluator, function, call)
    return join(evaluator.term(function, term) for term in call.args)


def _filter(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    values = evaluator.term(function, call.args[1]) if len(call.args) > 1 else ()
    return (Instance("typing.Iterator", (_elements(evaluator, values),)),)


def _map(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    first = _first(evaluator, function, call)
    results = join(evaluator.called(function, call, value) for value in first)
    return (Instance("typing.Iterator", (results,)),)


def _second(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    """Give an iterator over the second argument, which the first one says something of."""
    given = evaluator.term(function, call.args[1]) if len(call.args) > 1 else ()
    return (Instance("typing.Iterator", (_elements(evaluator, given),)),)


def _joined(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    groups = (_elements(evaluator, evaluator.term(function, term)) for term in call.args)
    return (Instance("typing.Iterator", (join(groups),)),)


def _chained(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    inner = _elements(evaluator, _element(evaluator, function, call))
    return (Instance("typing.Iterator", (inner,)),)


def _enumerate(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    pair = TupleValue(((Instance("builtins.int"),), _element(evaluator, function, call)))
    return (Instance("typing.Iterator", ((pair,),)),)


def _zip(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    items = tuple(_elements(evaluator, evaluator.term(function, term)) for term in call.args)
    return (Instance("typing.Iterator", ((TupleValue(items),),)),)


def _dict(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    given = _first(evaluator, function, call)
    mappings = tuple(value for value in given if is_mapping(value))
    if mappings:
        return mappings
    if call.keywords:
        items = tuple((name, evaluator.term(function, term)) for name, term in call.keywords)
        return (Record(items, join(values for _, values in items)),)
    pairs = [part for part in _elements(evaluator, given) if isinstance(part, TupleValue)]
    held = [join(part.items[at] for part in pairs if len(part.items) == 2) for at in (0, 1)]
    return (Instance("builtins.dict", tuple(held)),) if pairs else (Instance("builtins.dict"),)


def _defaultdict(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    first = _first(evaluator, function, call)
    made = join(evaluator.given(value) for value in first)
    return (Instance("collections.defaultdict", ((), made)),)


def _super(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    home = function
    while home.owner is None and home.facts.parent > 0:
        home = home.around
    if home.owner is None:
        return ()
    name = self_name(home)
    receiver = evaluator.term(home, ("p", name)) if name is not None else ()
    first = evaluator.term(function, call.args[0]) if call.args else ()
    cls = next((value.cls for value in first if isinstance(value, ClassObject)), home.owner.name)
    return (Super(cls, receiver[0] if receiver else None),)


def _type(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    return classes_of(evaluator, _first(evaluator, function, call))


def _getattr(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    name = _constant(call.args[1]) if len(call.args) > 1 else None
    if not isinstance(name, str):
        return ()
    found = (attribute(evaluator, value, name) for value in _first(evaluator, function, call))
    default = evaluator.term(function, call.args[2]) if len(call.args) > 2 else ()
    return join((*found, default))


def _cast(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    if len(call.args) < 2:
        return ()
    return declared(evaluator, function, call.args[0]) or evaluator.term(function, call.args[1])


def _partial(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    return (Partial(_first(evaluator, function, call)),)


def _holds(kind: str) -> Handler:
    def handler(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
        return (Instance(kind, (_first(evaluator, function, call),)),)

    return handler


def _gather(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    if call.starred:
        given = _elements(evaluator, _first(evaluator, function, call))
        return awaitable((Instance("builtins.list", (_awaited(given),)),))
    items = tuple(evaluator.term(function, ("y", term)) for term in call.args)
    return awaitable((TupleValue(items),))


def _awaited(values: Values) -> Values:
    return join(
        value.arguments[0]
        for value in values
        if isinstance(value, Instance) and value.cls == AWAITABLE and value.arguments
    )


def _completed(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    tasks = _element(evaluator, function, call)
    return (Instance("typing.Iterator", (tasks,)),)


def _wait(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    tasks = (Instance("builtins.set", (_element(evaluator, function, call),)),)
    return awaitable((TupleValue((tasks, tasks)),))


def _next_async(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    return awaitable(_element(evaluator, function, call))


def _field(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    given = dict(call.keywords)
    if "default_factory" in given:
        factories = evaluator.term(function, given["default_factory"])
        return join(evaluator.called(function, call, value) for value in factories)
    default = given.get("default") or (call.args[0] if call.args else None)
    return evaluator.term(function, default)


def _type_variable(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    """Give a type variable; its bound is what it is at least, or one of its constraints."""
    name = _constant(call.args[0]) if call.args else None
    if not isinstance(name, str):
        return ()
    given = dict(call.keywords)
    kinds = (given.get("bound"), *call.args[1:])
    return (TypeVariable(name, join(declared(evaluator, function, kind) for kind in kinds)),)


def _context_variable(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    held = evaluator.term(function, dict(call.keywords).get("default"))
    return (Instance("contextvars.ContextVar", (held,) if held else ()),)


def _new_type(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    return evaluator.term(function, call.args[1]) if len(call.args) > 1 else ()


def _import_module(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    name = _constant(call.args[0]) if call.args else None
    if not isinstance(name, str):
        return ()
    if name.startswith("."):
        given = dict(call.keywords).get("package", call.args[1] if len(call.args) > 1 else None)
        package = _package(function, given)
        return imported_module(evaluator, absolute(name, package)) if package else ()
    return imported_module(evaluator, name)


def _package(function: ProjectFunction, term: Term) -> str | None:
    """Give the package that a relative name starts from."""
    if term in (("g", "__package__"), ("g", "__name__")):
        return function.module.package
    given = _constant(term)
    return given if isinstance(given, str) else None


def _import(evaluator: Evaluator, _function: ProjectFunction, call: CallFacts) -> Values:
    name = _constant(call.args[0]) if call.args else None
    return imported_module(evaluator, name.partition(".")[0]) if isinstance(name, str) else ()


def _decorator(evaluator: Evaluator, function: ProjectFunction, call: CallFacts) -> Values:
    first = _first(evaluator, function, call)
    return tuple(value for value in first if isinstance(value, FunctionValue))


def _constant(term: Term) -> object:
    return term[1] if term is not None and term[0] == "#" else None


def file_opened(found: Values, call: CallFacts, position: int) -> Values:
    """Give the file object that ``open`` gives for the mode in ``call``."""
    text = Instance("io.TextIOWrapper")
    if text not in found:
        return found
    given = dict(call.keywords).get("mode")
    if given is None and len(call.args) > position:
        given = call.args[position]
    mode = _constant(given)
    if not isinstance(mode, str) or "b" not in mode:
        return found
    kind = "io.BufferedReader" if "r" in mode else "io.BufferedWriter"
    return tuple(Instance(kind) if value == text else value for value in found)


BUILTIN_CALLS: dict[str, Handler] = {
    "builtins.list": _collects("builtins.list"),
    "builtins.sorted": _collects("builtins.list"),
    "builtins.set": _collects("builtins.set"),
    "builtins.frozenset": _collects("builtins.frozenset"),
    "builtins.tuple": _collects("builtins.tuple"),
    "builtins.reversed": _collects("typing.Iterator"),
    "builtins.iter": _collects("typing.Iterator"),
    "collections.deque": _collects("collections.deque"),
    "heapq.heappop": _element,
    "heapq.nlargest": _second,
    "heapq.nsmallest": _second,
    "itertools.chain": _joined,
    "itertools.chain.from_iterable": _chained,
    "itertools.cycle": _collects("typing.Iterator"),
    "itertools.dropwhile": _second,
    "itertools.filterfalse": _second,
    "itertools.islice": _collects("typing.Iterator"),
    "itertools.takewhile": _second,
    "itertools.zip_longest": _zip,
    "random.choice": _element,
    "random.choices": _collects("builtins.list"),
    "random.sample": _collects("builtins.list"),
    "rich.progress.track": _collects("typing.Iterator"),
    "tqdm.auto.tqdm": _collects("typing.Iterator"),
    "tqdm.tqdm": _collects("typing.Iterator"),
    "types.MappingProxyType": _first,
    "weakref.proxy": _first,
    "weakref.ref": _holds("typing.Callable"),
    "builtins.filter": _filter,
    "builtins.map": _map,
    "builtins.next": _element,
    "builtins.anext": _next_async,
    "builtins.min": _choose,
    "builtins.max": _choose,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.dict": _dict,
    "collections.OrderedDict": _dict,
    "collections.defaultdict": _defaultdict,
    "builtins.__import__": _import,
    "builtins.super": _super,
    "builtins.type": _type,
    "builtins.getattr": _getattr,
    "typing.cast": _cast,
    "functools.partial": _partial,
    "functools.partialmethod": _partial,
    "contextvars.ContextVar": _context_variable,
    "copy.copy": _first,
    "copy.deepcopy": _first,
    "dataclasses.replace": _first,
    "contextlib.closing": _holds("contextlib.closing"),
    "contextlib.aclosing": _holds("contextlib.aclosing"),
    "contextlib.nullcontext": _holds("contextlib.nullcontext"),
    "asyncio.wait_for": _first,
    "asyncio.shield": _first,
    "asyncio.create_task": _first,
    "asyncio.ensure_future": _first,
    "asyncio.gather": _gather,
    "asyncio.as_completed": _completed,
    "asyncio.wait": _wait,
    "dataclasses.field": _field,
    "pydantic.Field": _field,
    "pydantic.PrivateAttr": _field,
    "pydantic.fields.Field": _field,
    "attr.ib": _field,
    "attrs.field": _field,
    "importlib.import_module": _import_module,
    "typing.TypeVar": _type_variable,
    "typing.NewType": _new_type,
    "functools.lru_cache": _decorator,
    "functools.cache": _decorator,
    "contextlib.contextmanager": _decorator,
    "contextlib.asynccontextmanager": _decorator,
}
