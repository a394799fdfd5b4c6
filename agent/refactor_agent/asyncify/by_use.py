"""What an object is by the methods that are called on it, where nothing else says what it is.

``self.jobs = make_jobs()`` says nothing. But something of which ``put``, ``get`` and ``task_done``
are called, and nothing that a `queue.Queue` doesn't have, is used as one; and where a pair says
that queues become queues of tasks, so must this one.

Source: the references of `queue` and `threading`, as of Python 3.13.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple, TypeAlias

from refactor_agent.asyncify.leaves import Leaves
from refactor_agent.locate.resolve.classes import linearise
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass, ProjectFunction
from refactor_agent.locate.resolve.values import ExternalMethod, Instance
from refactor_agent.locate.terms import Term, leaves

__all__ = ["ByUse"]


class _Kind(NamedTuple):
    """The methods of a class."""

    telling: frozenset[str]
    """Those that hardly anything else has."""
    others: frozenset[str]


_KINDS = {
    "queue.Queue": _Kind(
        frozenset({"get_nowait", "put_nowait", "qsize", "task_done"}),
        frozenset({"empty", "full", "get", "join", "put"}),
    ),
    "threading.Event": _Kind(frozenset({"is_set"}), frozenset({"clear", "set", "wait"})),
    "threading.Condition": _Kind(
        frozenset({"notify", "notify_all"}), frozenset({"acquire", "release", "wait", "wait_for"})
    ),
}

_Key: TypeAlias = tuple[str, str]
"""The class that sets an attribute, and its name; or a function, and its parameter's."""


class ByUse:
    """Answers for attributes and parameters of which only what is called on them is known."""

    def __init__(
        self, evaluator: Evaluator, leaves: Leaves, callers: Iterable[ProjectFunction]
    ) -> None:
        self._evaluator = evaluator
        self._leaves = leaves
        self._callers = tuple(callers)

    def method(self, function: ProjectFunction, term: Term) -> ExternalMethod | None:
        """Give the method that ``term``, a callee, is; ``None`` where that is not sure."""
        key = self._key(function, term[1]) if term is not None and term[0] == "a" else None
        if term is None or key is None:
            return None
        used = self._used.get(key, frozenset())
        for name, kind in _KINDS.items():
            fits = used <= kind.telling | kind.others and used & kind.telling
            if fits and self._leaves.is_asked(name):
                return ExternalMethod(Instance(name), term[2])
        return None

    @cached_property
    def _used(self) -> Mapping[_Key, frozenset[str]]:
        """Give the methods that are called on each attribute and parameter."""
        found: dict[_Key, set[str]] = defaultdict(set)
        for caller in self._callers:
            for call in caller.body.calls:
                func = call.func
                key = self._key(caller, func[1]) if func is not None and func[0] == "a" else None
                if func is not None and key is not None:
                    found[key].add(func[2])
        return {key: frozenset(names) for key, names in found.items()}

    def _key(self, function: ProjectFunction, term: Term) -> _Key | None:
        terms = list(leaves(function.body.definitions, term))
        if len(terms) != 1:
            return None
        term = terms[0]
        if term[0] == "p" and (function.owner is None or term[1] != "self"):
            return function.name, term[1]
        if term[0] != "a":
            return None
        for value in self._evaluator.term(function, term[1]):
            cls = self._evaluator.index.classes.get(getattr(value, "cls", ""))
            homes = [
                base.name
                for base in (linearise(self._evaluator, cls) if cls is not None else ())
                if isinstance(base, ProjectClass) and base.attributes(term[2])
            ]
            if homes:
                return homes[-1], term[2]
        return None
