"""How a call, a loop or a ``with`` is written, given the functions that are async."""

from __future__ import annotations

from refactor_agent.asyncify.callees import DEPTH, calls_behind, last_name
from refactor_agent.asyncify.calling import ITERATING, Calling
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.whence import ITERABLES
from refactor_agent.asyncify.world import CallSite
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    External,
    FunctionValue,
    GeneratorValue,
    Instance,
    Value,
    Values,
)
from refactor_agent.locate.terms import Term, defined

__all__ = ["Colours"]

_ITERATING_ON = (External("builtins.iter"), External("builtins.enumerate"))
"""Functions that give an iterator over the first thing that they are given."""
_DRIVES = frozenset({"close", "send", "throw"})
"""Methods that generators have and that async generators have under other names."""
_ASYNC_ITERABLES = frozenset(
    f"{name.rpartition('.')[0]}.Async{name.rpartition('.')[2]}" for name in ITERABLES
)


class Colours(Calling):
    """Answers for what Python calls by itself as well: what a ``with`` enters, a loop reads."""

    def called(self, function: ProjectFunction, term: Term) -> Member | None:
        """Say how a call of what ``term`` means is written; `None`: as before."""
        if (
            term is not None
            and term[0] == "a"
            and term[2] in _DRIVES
            and not self.whence.callables(function, term)
            and self.read(function, term[1]) is not None
        ):
            return None  # see `constructs.closing`
        return self.over_grpc(function, term) or super().called(function, term)

    def _method(self, function: ProjectFunction) -> Member | None:
        found = super()._method(function)
        if found is not None or function.name in self._asked:
            return found
        self._asked.add(function.name)
        try:
            inner = self.gives_iterator(function.name)
        finally:
            self._asked.discard(function.name)
        bare = function.facts.bare
        return inner and Member(bare, awaited=False, gives="iterator", old=bare)

    def entered(self, function: ProjectFunction, term: Term) -> Member | None:
        """Say whether ``with`` over ``term`` becomes asynchronous."""
        for value in self.whence.values(function, term):
            found = self._entered(value)
            if found is not None:
                return found
        return self._given(function, term, "context")

    def _entered(self, value: Value) -> Member | None:
        if isinstance(value, GeneratorValue):
            member = self.of(FunctionValue(value.function))
            return member if member is not None and member.gives == "context" else None
        if isinstance(value, Instance):
            return self.own(value, "__enter__", "__exit__") or self.world.leaves.is_context(value)
        return None

    def read(self, function: ProjectFunction, term: Term, depth: int = 0) -> Member | None:
        """Say whether iterating over ``term`` becomes asynchronous."""
        values = self.whence.values(function, term)
        for value in values:
            found = self._read(value)
            if found is not None:
                return found
        kinds = {value.cls for value in values if isinstance(value, Instance)}
        if kinds & ITERABLES and kinds & _ASYNC_ITERABLES:
            return Member("__aiter__", weak=True)
        return (
            self._given(function, term, "iterator", depth)
            or self._kept(function, term, depth)
            or self._item(function, term, depth)
        )

    def _item(self, function: ProjectFunction, term: Term, depth: int) -> Member | None:
        """Ask of what a function gave in a tuple."""
        seen = defined(function.body.definitions, term)
        if seen is None or seen[0] not in "nu" or depth > DEPTH:
            return None
        if seen[0] == "u":
            found = (self._item(function, part, depth + 1) for part in seen[1])
        else:
            items = self.whence.items(function, seen)
            found = (self.read(home, part, depth + 1) for home, part in items)
        return next(filter(None, found), None)

    def _kept(self, function: ProjectFunction, term: Term, depth: int) -> Member | None:
        """Ask of what an attribute was given, where an iterator was kept in it."""
        if term is None or term[0] != "a" or depth > DEPTH:
            return None
        for value in self.evaluator.term(function, term[1]):
            cls = self.evaluator.index.classes.get(getattr(value, "cls", ""))
            for item in cls.facts.attributes.get(term[2], ()) if cls else ():
                home = cls.module.functions[item.function] if cls else function
                found = self._given(home, item.term, "iterator", depth + 1)
                if found is not None:
                    return found
        return None

    def _read(self, value: Value) -> Member | None:
        if isinstance(value, GeneratorValue):
            member = self.of(FunctionValue(value.function))
            return member if member is not None and member.gives == "iterator" else None
        if isinstance(value, Instance):
            own = self.own(value, *ITERATING)
            return own or self.world.leaves.is_iterator(value)
        return None

    def _given(
        self, function: ProjectFunction, term: Term, gives: str, depth: int = 0
    ) -> Member | None:
        """Ask the callee of the call that ``term`` comes from, whatever it is annotated with."""
        if depth > DEPTH:
            return None
        found = (
            self._given_by(CallSite(function, number), gives, depth)
            for number in set(calls_behind(function, term))
        )
        return next(filter(None, found), None)

    def _given_by(self, site: CallSite, gives: str, depth: int) -> Member | None:
        function, func = site.function, site.facts.func
        values = self.evaluator.term(function, func)
        members = [
            self.over_grpc(function, func),
            self.hole(site, last_name(function, func)),
            *map(self.of, values),
        ]
        if not values:
            members.append(self.called(function, func))
        for member in members:
            if member is not None and member.gives == gives:
                return member
        return self._iterator_of(site, values, depth) if gives == "iterator" else None

    def _iterator_of(self, site: CallSite, values: Values, depth: int) -> Member | None:
        """Say whether a call of plain functions, any of ``values``, hands an iterator on."""
        for value in values:
            if value in _ITERATING_ON and site.facts.args:
                return self.read(site.function, site.facts.args[0], depth + 1)
            if isinstance(value, FunctionValue):
                inner = self.gives_iterator(value.name, depth + 1)
                if inner is not None:
                    return inner
        return None

    def gives_iterator(self, name: str, depth: int = 0) -> Member | None:
        """Say whether what a plain function returns is read with ``async for``."""
        function = self.evaluator.index.functions[name]
        if function.facts.is_generator or name not in self.scope or depth > DEPTH:
            return None
        found = (self.read(function, term, depth + 1) for term in function.body.returns)
        return next(filter(None, found), None)

    def overloaded_iterator(self, function: ProjectFunction) -> bool:
        """Say whether what the function gives is read with ``async for``.

        An overload gives what its implementation gives.
        """
        base = function.name.partition("#")[0]
        same = [name for name in self.scope if name.partition("#")[0] == base]
        return any(self.gives_iterator(name) is not None for name in same)
