"""Attributes and items that are set on an object from outside its class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.frameworks import SAME
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    Instance,
    ModuleValue,
    Value,
    Values,
    join,
)
from refactor_agent.locate.summary import Store

if TYPE_CHECKING:
    from refactor_agent.locate.resolve.evaluate import Evaluator

__all__ = ["set_outside"]

_MOST_SETTERS = 24
"""With more, the name says nothing, and asking all of them would cost too much."""


def set_outside(evaluator: Evaluator, value: Value, name: str) -> Values:
    """Give what the project puts into ``value`` under ``name``: ``app.state.client = …``.

    An item with a constant key has its name in brackets. Objects are told apart by their class
    (of libraries also by the path to them), modules by their name.
    """
    setters = evaluator.index.setters(name)
    if not setters or len(setters) > _MOST_SETTERS:
        return ()
    keys = frozenset(_keys(evaluator, value))
    if not keys:
        return ()
    return evaluator.guarded(
        ("outside", keys, name), lambda: _collected(evaluator, setters, keys, name)
    )


def _collected(
    evaluator: Evaluator, setters: list[ProjectFunction], keys: frozenset[str], name: str
) -> Values:
    return join(
        evaluator.term(function, store.term)
        for function in setters
        for store in _stores(function, name)
        if any(
            not keys.isdisjoint(_keys(evaluator, base))
            for base in evaluator.term(function, store.base)
        )
    )


def _stores(function: ProjectFunction, name: str) -> Iterator[Store]:
    for store in function.body.stores:
        if store.name == name and store.term is not None:
            yield store


def _keys(evaluator: Evaluator, value: Value) -> Iterator[str]:
    """Give the names under which what is put into ``value`` is kept: its classes, nearest first."""
    if isinstance(value, ModuleValue):
        yield value.name
    elif isinstance(value, Instance | ClassObject):
        cls = evaluator.index.classes.get(value.cls)
        if cls is None:
            yield _one_name(value.cls)
            return
        for base in linearise(evaluator, cls):
            yield _one_name(base) if isinstance(base, str) else base.name
    elif isinstance(value, ExternalMethod | External):
        for settled in evaluator.libraries.settle(value):
            if isinstance(settled, Instance):
                yield _one_name(settled.cls)


def _one_name(cls: str) -> str:
    home, _, attribute = cls.rpartition(".")
    return SAME.get(cls) or f"{SAME.get(home, home)}.{attribute}"
