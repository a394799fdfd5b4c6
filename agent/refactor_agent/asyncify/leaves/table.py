"""The leaves of one conversion, looked up by the values that calls resolve to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from refactor_agent.asyncify.leaves.given import Given
from refactor_agent.asyncify.leaves.member import Gives, Member
from refactor_agent.asyncify.leaves.naming import Naming, is_class_name, name_of
from refactor_agent.asyncify.leaves.provided import provided
from refactor_agent.asyncify.leaves.shape import shape
from refactor_agent.asyncify.leaves.stdlib import (
    ASYNC_CONTEXTS,
    ASYNC_ITERATORS,
    FUNCTIONS,
    MEMBERS,
    MIRRORED,
    POOLS,
)
from refactor_agent.asyncify.special import ASYNC_NAMES
from refactor_agent.locate.resolve.classes import find_methods, linearise
from refactor_agent.locate.resolve.evaluate import Evaluator
from refactor_agent.locate.resolve.index import ProjectClass, ProjectModule
from refactor_agent.locate.resolve.values import (
    ClassObject,
    ExternalMethod,
    FunctionValue,
    Instance,
    Value,
)
from refactor_agent.rulebook import RuleBook

__all__ = ["Leaves"]

_OF_THREADS = ("_thread.", "concurrent.", "multiprocessing.", "queue.", "threading.")
"""What is used by tasks only where all of its users are: made so where it was asked for, and with
the calls of its methods."""

_ABSTRACT = ("typing.", "typing_extensions.", "collections.abc.", "contextlib.", "builtins.")


class Leaves:
    """Answers what stands for a class, a method or a function in async code."""

    def __init__(
        self,
        evaluator: Evaluator,
        rulebook: RuleBook,
        leaves: Mapping[str, str],
        modules: Sequence[ProjectModule] = (),
    ) -> None:
        """Take pairs of names as the code of ``modules`` has them, or qualified ones."""
        self._evaluator = evaluator
        self._rulebook = rulebook
        self._naming = Naming(evaluator, modules)
        given = Given(evaluator, self._naming, leaves, {module.file for module in modules})
        self._given = given
        self._names, self._asked = given.names, given.asked
        self.prose: Mapping[str, str] = given.prose
        """Pairs in words that name no class or function."""
        self.tasks = given.tasks
        """Whether threads become tasks, whatever is known of their targets."""
        self.unlike: Mapping[str, str] = given.unlike
        """Pairs of a class and a function, for which names alone don't say what to write."""

    def counterpart(self, value: Value) -> str | None:
        """Give the qualified name that stands for a class or function in async code."""
        name = name_of(value)
        target = None if name is None else self._names.get(name)
        return None if target is None else self.public(target)

    def public(self, name: str) -> str:
        """Give the one name by which to import what several names may mean."""
        return self._naming.public(name)

    def is_weak(self, value: Value) -> bool:
        """Say whether the counterpart of ``value`` only serves functions that are async anyway."""
        return name_of(value) not in self._asked

    def ask(self, *names: str) -> None:
        """Make classes of the standard library that have counterparts leaves of their own."""
        self._asked.update(names)

    def forget(self, *names: str) -> None:
        """Take back what `ask` did."""
        self._asked.difference_update(names)

    def is_asked(self, name: str) -> bool:
        """Say whether a class or function is a leaf that was asked for."""
        return name in self._asked

    def is_counterpart(self, name: str) -> bool:
        """Say whether a class is the async side of a pair."""
        return name in self._targets

    @cached_property
    def _targets(self) -> frozenset[str]:
        found = (value for target in self._names.values() for value in self._naming.means(target))
        return frozenset(value.cls for value in found if isinstance(value, ClassObject))

    def classes(self) -> Mapping[str, ProjectClass]:
        """Give the async class of each sync class that was asked for, where its source is at hand.

        Not of abstract ones, which say little of an object.
        """
        pairs = ((name, self._names.get(name, name)) for name in sorted(self._asked))
        found = ((name, self._naming.class_of(aio)) for name, aio in pairs if aio != name)
        return {
            name: cls for name, cls in found if cls is not None and not name.startswith(_ABSTRACT)
        }

    def function(self, value: Value) -> Member | None:
        """Give what is called in place of a function: the name is qualified."""
        target, weak = self.counterpart(value), self.is_weak(value)
        if target is None or (weak and (name_of(value) or "").startswith(_OF_THREADS)):
            return None
        for found in self._naming.means(target):
            if isinstance(found, FunctionValue):
                function = self._evaluator.index.functions[found.name]
                awaited, gives = shape(self._evaluator, function)
                return Member(target, awaited, gives, weak=weak)
            if isinstance(found, ClassObject):
                is_made = self._is_awaited(value, found)
                return Member(target, is_made, "context" if is_made else "value", weak=weak)
        if is_class_name(target.rpartition(".")[2]):
            return Member(target, awaited=False, weak=weak)
        return FUNCTIONS.get(target, Member(target))._replace(weak=weak)

    def _is_awaited(self, value: Value, made: ClassObject) -> bool:
        """Say whether the counterpart of a function is a class whose objects are awaited."""
        is_function = not is_class_name((name_of(value) or "").rpartition(".")[2])
        cls = self._evaluator.index.classes[made.cls]
        return is_function and bool(find_methods(self._evaluator, cls, "__await__"))

    def member(self, value: Value) -> Member | None:
        """Give what stands for a method that a call resolved to; `None` for other functions."""
        if isinstance(value, FunctionValue):
            function = self._evaluator.index.functions[value.name]
            owner, receiver = function.owner, value.receiver
            if owner is None:
                return None
            cls = receiver.cls if isinstance(receiver, Instance) else owner.name
            return self.of_class(cls, function.facts.bare)
        if isinstance(value, ExternalMethod):
            return self.of_class(value.receiver.cls, value.name)
        return None

    def of_class(self, sync: str, name: str) -> Member | None:
        """Give what stands for the attribute ``name`` of the class ``sync``."""
        for cls in self._ancestry(sync):
            named = self._given.methods.get((cls, name))
            target = self._names.get(cls) if cls in self._asked else None
            if (cls, name) in self._given.stated:
                return self._given.stated[cls, name]
            if target is None and named is None:
                if not self._given.mirrored.isdisjoint((cls, cls.partition(".")[0])):
                    return MIRRORED.get(cls, {}).get(name) or self._by_data(cls, cls, name, None)
                continue
            found = self._of_pair(cls, target or cls, name, named)
            if found is not None:
                weak = found.weak or (cls not in self._asked and named is None)
                return found._replace(weak=weak)
        return self._of_dual(sync, name)

    def _ancestry(self, cls: str) -> Iterator[str]:
        known = self._evaluator.index.classes.get(cls)
        if known is None:
            name = self._evaluator.libraries.canonical(cls)
            yield name
            yield from self._rulebook.bases(name)
            return
        for base in linearise(self._evaluator, known):
            yield base if isinstance(base, str) else base.name

    def _of_pair(self, sync: str, target: str, name: str, named: str | None) -> Member | None:
        aio = self._naming.class_of(target)
        if aio is None:
            return self._by_data(sync, target, name, named)
        spelled = (f"a{name}", *_infixed(name))
        names = (named,) if named else (name, ASYNC_NAMES.get(name, ""), *spelled)
        found = [
            (candidate, method)
            for candidate in names
            if candidate
            for method in find_methods(self._evaluator, aio, candidate)
        ]
        for candidate, method in found:
            awaited, gives = shape(self._evaluator, method)
            if awaited or gives != "value":
                return Member(candidate, awaited, gives)
        if found:
            return Member(found[0][0], awaited=False)
        return provided(self._evaluator, aio, name)

    def _by_data(self, sync: str, target: str, name: str, named: str | None) -> Member | None:
        """Answer for an async class whose source is not at hand."""
        if target in ASYNC_CONTEXTS and name in {"__enter__", "__exit__"}:
            return Member(ASYNC_NAMES[name])
        members = MEMBERS.get(target)
        if members is not None:
            found = members.get(name)
            return found and found._replace(target=target)
        native = self._rulebook.native(f"{sync}.{name}")
        if native is not None:
            gives: Gives = "iterator" if native.iterator else "value"
            return Member(named or native.target.rpartition(".")[2], native.awaited, gives)
        blocking = self._rulebook.blocking(f"{sync}.{name}")
        if named is None and blocking is None:
            return None
        result = (blocking[1].result if blocking else None) or ""
        if "Iterator" in result or "Iterable" in result:
            return Member(named or name, awaited=False, gives="iterator")
        return Member(named or name)

    def _of_dual(self, sync: str, name: str) -> Member | None:
        """Answer for a class that offers both sides: ``read`` and ``aread``."""
        cls = self._evaluator.index.classes.get(sync)
        if cls is None or not find_methods(self._evaluator, cls, name):
            return None
        for other in (ASYNC_NAMES.get(name), f"a{name}", *_infixed(name)):
            for method in find_methods(self._evaluator, cls, other) if other else ():
                awaited, gives = shape(self._evaluator, method)
                if awaited or gives == "iterator":
                    weak = sync not in self._asked
                    return Member(method.facts.bare, awaited, gives, weak=weak)
                if "async" in method.facts.bare:
                    return Member(method.facts.bare, awaited=False, weak=True)
        return None

    # ---- protocols

    def is_context(self, value: Value) -> Member | None:
        """Say how an instance is entered: awaited ``__aenter__``, or as before."""
        return self._protocol(value, "__enter__", ASYNC_CONTEXTS)

    def is_iterator(self, value: Value) -> Member | None:
        """Say whether an instance is read with ``async for``."""
        found = self._protocol(value, "__iter__", ASYNC_ITERATORS)
        return found or self._protocol(value, "__next__", ASYNC_ITERATORS)

    def _protocol(self, value: Value, dunder: str, known: frozenset[str]) -> Member | None:
        if not isinstance(value, Instance):
            return None
        for cls in self._ancestry(value.cls):
            if cls in POOLS and cls != value.cls:
                return None  # a pool of somebody's own, which stays what it is
            if cls in self._asked and self._names.get(cls) in known:
                return Member(ASYNC_NAMES[dunder])
        found = self.of_class(value.cls, dunder)
        return found if found is not None and found.name == ASYNC_NAMES[dunder] else None


def _infixed(name: str) -> Iterator[str]:
    """Give ``name`` with ``async`` before, between and behind its words."""
    words = name.split("_")
    for at in range(len(words) + 1):
        yield "_".join([*words[:at], "async", *words[at:]])
