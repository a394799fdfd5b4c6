"""Pairs of classes that follow from others: what a sync call gives, and what its counterpart gives.

``sqlite3.connect: aiosqlite.connect`` says that connections become ``aiosqlite.Connection``, and by
their methods that cursors become ``aiosqlite.Cursor``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from refactor_agent.locate.resolve.classes import find_methods, linearise
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass
from refactor_agent.locate.resolve.results import returned
from refactor_agent.locate.resolve.values import (
    AWAITABLE,
    ClassObject,
    FunctionValue,
    Instance,
    Values,
)

__all__ = ["implied"]

_FILES = ("io.TextIOWrapper", "io.BufferedReader", "io.BufferedWriter")
"""``open`` gives any of them, by its mode."""

_EXCEPTIONS = frozenset({"builtins.BaseException", "builtins.Exception"})
_MOST = 40
"""Pairs after which a library's types are taken to be something else than twins."""


def implied(evaluator: Evaluator, aio: Values, sync: str) -> Iterator[tuple[str, str]]:
    """Give the pairs of classes that the pair of ``sync`` and what ``aio`` means brings with it."""
    waiting = list(_of_pair(evaluator, aio, sync))
    seen: set[str] = set()
    while waiting and len(seen) < _MOST:
        given, taken = waiting.pop()
        if given in seen:
            continue
        seen.add(given)
        yield given, taken
        if given != taken:
            waiting.extend(_of_classes(evaluator, given, taken))


def _of_pair(evaluator: Evaluator, aio: Values, sync: str) -> Iterator[tuple[str, str]]:
    for value in aio:
        if isinstance(value, FunctionValue):
            function = evaluator.index.functions[value.name]
            taken = _classes(returned(evaluator, function))
            yield from _matched(evaluator, _results(evaluator, sync), taken)
        elif isinstance(value, ClassObject):
            yield from _of_classes(evaluator, sync, value.cls)
            made = evaluator.index.classes[value.cls]
            for method in find_methods(evaluator, made, "__aenter__"):
                entered = _classes(returned(evaluator, method))
                yield from _matched(evaluator, _results(evaluator, sync), entered)


def _of_classes(evaluator: Evaluator, given: str, taken: str) -> Iterator[tuple[str, str]]:
    yield from _subclasses(evaluator, given, taken)
    aio = evaluator.index.classes.get(taken)
    for base in linearise(evaluator, aio) if aio is not None else ():
        if isinstance(base, ProjectClass):
            for name in base.facts.methods:
                made = _classes(returned(evaluator, base.methods(name)[0]))
                yield from _matched(evaluator, _results(evaluator, f"{given}.{name}"), made)


def _matched(
    evaluator: Evaluator, given: Iterable[str], taken: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Pair what a sync function gives with what its counterpart gives.

    Of several, those of one name: the others are alternatives. What both give has both sides in
    one class; an exception that is given back, as some protocols do, has none.
    """
    sync, aio = (
        [name for name in dict.fromkeys(side) if not _is_exception(evaluator, name)]
        for side in (given, taken)
    )
    yield from ((name, name) for name in sync if name in aio)
    old = [name for name in sync if name not in aio]
    new = [name for name in aio if name not in sync]
    same = [(one, other) for one in old for other in new if _neutral(one) == _neutral(other)]
    if same:
        yield from same
    elif len(new) == 1 and (len(old) == 1 or set(old) <= set(_FILES)):
        yield from ((one, new[0]) for one in old)


def _is_exception(evaluator: Evaluator, name: str) -> bool:
    cls = evaluator.index.classes.get(name)
    bases = linearise(evaluator, cls) if cls is not None else ()
    return any(isinstance(base, str) and base in _EXCEPTIONS for base in bases)


def _subclasses(evaluator: Evaluator, given: str, taken: str) -> Iterator[tuple[str, str]]:
    """Pair subclasses whose names differ as those of the two classes do."""
    sync, aio = evaluator.index.classes.get(given), evaluator.index.classes.get(taken)
    if sync is None or aio is None:
        return
    by_name = {_neutral(cls.name): cls for cls in evaluator.index.subclasses(aio)}
    for cls in evaluator.index.subclasses(sync):
        twin = by_name.get(_neutral(cls.name))
        if twin is not None and twin is not cls and not cls.module.is_test:
            yield cls.name, twin.name


def _neutral(name: str) -> str:
    """Give the name of a class without what says which side it is of."""
    return re.sub(r"Async|Sync|Aio|Asyncio", "", name.rpartition(".")[2])


def _results(evaluator: Evaluator, name: str) -> Iterator[str]:
    """Give the classes of what a sync function or method gives."""
    owner, _, method = name.rpartition(".")
    cls = evaluator.index.classes.get(owner)
    found: Values = evaluator.libraries.type_of(name)
    if cls is not None:
        for definition in cls.methods(method):
            found = returned(evaluator, definition)
    elif name in evaluator.index.functions:
        found = returned(evaluator, evaluator.index.functions[name])
    for given in _classes(found):
        yield from _FILES if given in _FILES else (given,)


def _classes(values: Values) -> Iterator[str]:
    for value in values:
        if isinstance(value, Instance):
            if value.cls == AWAITABLE and value.arguments:
                yield from _classes(value.arguments[0])
            elif "." in value.cls and not value.cls.startswith(("builtins.", "typing.")):
                yield value.cls
