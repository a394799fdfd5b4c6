"""Which functions become async: the least set that is closed under what they call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeAlias

from refactor_agent.asyncify.duck import by_name_alone
from refactor_agent.asyncify.holes import find_holes
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.made import Made
from refactor_agent.asyncify.origins import Origins
from refactor_agent.asyncify.passed import Passed
from refactor_agent.asyncify.special import ASYNC_NAMES
from refactor_agent.asyncify.world import CallSite, World
from refactor_agent.locate.resolve.arguments import arguments_for
from refactor_agent.locate.resolve.attributes import attribute
from refactor_agent.locate.resolve.classes import find_methods, is_protocol, linearise
from refactor_agent.locate.resolve.decorators import decoration
from refactor_agent.locate.resolve.index import ProjectFunction
from refactor_agent.locate.resolve.values import (
    ClassObject,
    External,
    ExternalMethod,
    FunctionValue,
    GeneratorValue,
    Instance,
    Partial,
    Value,
    Values,
    join,
)
from refactor_agent.locate.terms import Term

__all__ = ["Colours"]

_Ask: TypeAlias = Callable[[ProjectFunction, Term, int], Values]

_DEPTH = 6
"""Steps through declarations after which where a value comes from counts as unknown."""

_ITERATING = ("__iter__", "__next__")
_ITER = External("builtins.iter")
_DRIVES = frozenset({"close", "send", "throw"})
"""Methods that generators have and that async generators have under other names."""
_READERS = frozenset(
    f"builtins.{name}"
    for name in (
        "all", "any", "dict", "enumerate", "filter", "frozenset", "list", "max", "min", "set",
        "sorted", "sum", "tuple", "zip",
    )
)  # fmt: skip
"""Builtins that read their first argument."""
_HOMES = ("typing", "collections.abc")
_KINDS = ("Iterable", "Iterator", "Generator")
_ITERABLES = frozenset(f"{home}.{kind}" for home in _HOMES for kind in _KINDS)
_ASYNC_ITERABLES = frozenset(f"{home}.Async{kind}" for home in _HOMES for kind in _KINDS)


class Colours:
    """Answers how a call, a loop or a ``with`` is written, given the functions that are async."""

    def __init__(self, world: World, scope: Collection[str]) -> None:
        self.world = world
        self._evaluator = world.evaluator
        self.scope = frozenset(scope)
        """The functions that may become async."""
        self._passed = Passed(
            self._evaluator, [f for m in world.modules.values() for f in m.facts.functions]
        )
        self.origins = Origins(self._evaluator)
        self._made = Made(self._evaluator, self._passed)
        self.opened: set[tuple[str, int]] = set()
        """Calls, by function and number, of what an entry point must wait for."""
        self._holes = find_holes(world.leaves.prose)
        self.coloured: set[str] = set()
        self.renamed: dict[str, str] = {}
        """Functions that get another name though they stay plain: ``__iter__``."""
        self.tasks = False
        """Whether threads become tasks."""
        self.threads = False
        """Whether some threads stay threads."""

    def called(self, function: ProjectFunction, term: Term) -> Member | None:
        """Say how a call of what ``term`` means is written; `None`: as before."""
        values = self.callables(function, term)
        if len(values) > 1:  # an object that may be another callable as well says little
            values = tuple(value for value in values if not isinstance(value, Instance)) or values
            if all(isinstance(value, Instance) for value in values):
                found = [self.of(value) for value in values]
                return found[0] if None not in found else None
        found = [self.of(value) for value in values]
        if not values and term is not None and term[0] == "a":
            if term[2] in _DRIVES and self.read(function, term[1]) is not None:
                return None  # see `constructs.closing`
            return by_name_alone(self._evaluator, self.world.leaves, term[2], self._method)
        return next((member for member in found if member is not None), None)

    def _method(self, function: ProjectFunction) -> Member | None:
        owner = function.owner
        receiver = Instance(owner.name) if owner is not None else None
        return self.of(FunctionValue(function.name, receiver))

    def hole(self, site: CallSite, name: str) -> Member | None:
        """Say how a callable is called of which nothing is known but its ``name``."""
        function, term = site.function, site.facts.func
        if (function.name, site.number) in self.opened:
            return Member(name, maybe=not self.is_unknown(function, term))
        holes = self._holes
        if name not in holes.awaited | holes.maybe or not _is_handed(function, term):
            return None
        if not self.is_unknown(function, term):
            return None
        values = self.callables(function, term)
        given = join(v.arguments[0] for v in values if isinstance(v, Instance) and v.arguments)
        if any(isinstance(value, Instance) and value.cls in _ITERABLES for value in given):
            return Member(name, awaited=False, gives="iterator")
        return Member(name, maybe=name in holes.maybe)

    def may_be_plain(self, site: CallSite, name: str) -> bool:
        """Say whether a callee that is known to be async may be a plain function as well."""
        term = site.facts.func
        return name in self._holes.maybe and term is not None and term[0] in "phx"

    def is_unknown(self, function: ProjectFunction, term: Term) -> bool:
        """Say whether no more is known of a callee than that it can be called."""
        return all(map(self._is_vague, self.callables(function, term)))

    def _is_vague(self, value: Value) -> bool:
        if isinstance(value, Partial):
            return all(map(self._is_vague, value.inner))
        if not isinstance(value, Instance):
            return False
        cls = self._evaluator.index.classes.get(value.cls)
        home, _, last = value.cls.rpartition(".")
        if cls is None and last[:1].islower() and home not in {"", "builtins"}:
            return True  # what a function outside the project gives
        return value.cls == "typing.Callable" or (
            cls is not None and is_protocol(self._evaluator, cls)
        )

    def callables(self, function: ProjectFunction, term: Term, depth: int = 0) -> Values:
        """Give what a callee may be, with the functions that callers hand over."""
        found = self._evaluator.term(function, term)
        if term is None or depth > _DEPTH:
            return found
        if not found and term[0] == "a":
            made = self._made.values(function, term[1])
            found = join(attribute(self._evaluator, value, term[2]) for value in made)
        if term[0] == "x":
            home = function.module.functions[term[1]]
            inner = [("p", term[2]), *home.body.names.get(term[2], ())]
            return join((found, *(self.callables(home, part, depth + 1) for part in inner)))
        if term[0] in "phlANau":
            return join((found, *self._behind(function, term, depth, self.callables)))
        return found

    def of(self, value: Value) -> Member | None:
        """Say how a call of ``value`` is written."""
        found = self._of(value)
        return found if found is None or found.old else found._replace(old=self._old(value))

    def _old(self, value: Value) -> str:
        if isinstance(value, FunctionValue):
            return self._evaluator.index.functions[value.name].facts.bare
        name = value.name if isinstance(value, External | ExternalMethod) else ""
        return name.rpartition(".")[2]

    def _of(self, value: Value) -> Member | None:
        if isinstance(value, Partial):
            return next(filter(None, map(self.of, value.inner)), None)
        if isinstance(value, FunctionValue):
            return self._function(value)
        if isinstance(value, ExternalMethod):
            return self.world.leaves.member(value)
        if isinstance(value, External | ClassObject):
            return self.world.leaves.function(value)
        if isinstance(value, Instance):
            methods = attribute(self._evaluator, value, "__call__")
            found = (self.of(m) for m in methods if isinstance(m, FunctionValue))
            return next(filter(None, found), None)
        return None

    def _function(self, value: FunctionValue) -> Member | None:
        function = self._evaluator.index.functions[value.name]
        wrappers = decoration(self._evaluator, function).wrappers
        if function.name in self.coloured:
            bare = self.new_name(function)
            if not function.facts.is_generator:
                return Member(bare)
            if function.has_decorator("contextmanager"):
                return Member(bare, awaited=False, gives="context")
            return Member(bare, awaited=False, gives="iterator")
        if any(name in self.coloured for name in wrappers):
            return Member(function.facts.bare)
        if function.name in self.scope:
            return None
        return self.world.leaves.member(value) or self.world.leaves.function(value)

    def new_name(self, function: ProjectFunction) -> str:
        """Give the name a function gets: that of the async protocol or base class it serves."""
        bare = function.facts.bare
        if function.name in self.renamed:
            return self.renamed[function.name]
        if function.name not in self.coloured:
            return bare
        if bare in ASYNC_NAMES:
            return ASYNC_NAMES[bare]
        owner = function.owner
        if bare == "close" and owner is not None and self._own(Instance(owner.name), *_ITERATING):
            return "aclose"
        for base in linearise(self._evaluator, owner) if owner is not None else ():
            name = base if isinstance(base, str) else base.name
            if self.world.leaves.is_asked(name):
                member = self.world.leaves.of_class(name, bare)
                if member is not None:
                    return member.name
        return bare

    def overloaded_iterator(self, function: ProjectFunction) -> bool:
        """Say whether what the function gives is read with ``async for``.

        An overload gives what its implementation gives.
        """
        base = function.name.partition("#")[0]
        same = [name for name in self.scope if name.partition("#")[0] == base]
        return any(self.gives_iterator(name) is not None for name in same)

    # ---- implicit calls

    def entered(self, function: ProjectFunction, term: Term) -> Member | None:
        """Say whether ``with`` over ``term`` becomes asynchronous."""
        for value in self.values(function, term):
            found = self._entered(value)
            if found is not None:
                return found
        return self._given(function, term, "context")

    def _entered(self, value: Value) -> Member | None:
        if isinstance(value, GeneratorValue):
            member = self.of(FunctionValue(value.function))
            return member if member is not None and member.gives == "context" else None
        if isinstance(value, Instance):
            return self._own(value, "__enter__", "__exit__") or self.world.leaves.is_context(value)
        return None

    def read(self, function: ProjectFunction, term: Term, depth: int = 0) -> Member | None:
        """Say whether iterating over ``term`` becomes asynchronous."""
        values = self.values(function, term)
        for value in values:
            found = self._read(value)
            if found is not None:
                return found
        kinds = {value.cls for value in values if isinstance(value, Instance)}
        if kinds & _ITERABLES and kinds & _ASYNC_ITERABLES:
            return Member("__aiter__", weak=True)
        return self._given(function, term, "iterator", depth) or self._kept(function, term, depth)

    def _kept(self, function: ProjectFunction, term: Term, depth: int) -> Member | None:
        """Ask of what an attribute was given, where an iterator was kept in it."""
        if term is None or term[0] != "a" or depth > _DEPTH:
            return None
        for value in self._evaluator.term(function, term[1]):
            cls = self._evaluator.index.classes.get(getattr(value, "cls", ""))
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
            own = self._own(value, *_ITERATING)
            return own or self.world.leaves.is_iterator(value)
        return None

    def _own(self, value: Instance, *names: str) -> Member | None:
        cls = self._evaluator.index.classes.get(value.cls)
        for name in names if cls is not None else ():
            for method in find_methods(self._evaluator, cls, name) if cls else ():
                if method.name in self.coloured or method.name in self.renamed:
                    return Member(name)
        return None

    def _given(
        self, function: ProjectFunction, term: Term, gives: str, depth: int = 0
    ) -> Member | None:
        """Ask the callee of the call that ``term`` comes from, whatever it is annotated with."""
        if depth > _DEPTH:
            return None
        for number in set(_calls(function, term)):
            call = function.body.calls[number]
            hole = self.hole(CallSite(function, number), _last(function, call.func))
            if hole is not None and hole.gives == gives:
                return hole
            for value in self._evaluator.term(function, call.func):
                if value == _ITER and call.args and gives == "iterator":
                    return self.read(function, call.args[0], depth + 1)
                member = self.of(value)
                if member is not None and member.gives == gives:
                    return member
                if isinstance(value, FunctionValue) and gives == "iterator":
                    inner = self.gives_iterator(value.name, depth + 1)
                    if inner is not None:
                        return inner
        return None

    def is_read_by(self, function: ProjectFunction, term: Term, position: int) -> bool:
        """Say whether a function of the project that stays as it is loops over an argument."""
        for value in self._evaluator.term(function, term):
            if isinstance(value, FunctionValue) and value.name not in self.scope:
                callee = self._evaluator.index.functions[value.name]
                names = [p.name for p in callee.facts.parameters if p.kind == "positional"]
                at = position + (value.receiver is not None)
                if callee.facts.is_async or at >= len(names):
                    continue
                if self._reads(callee, names[at]):
                    return True
        return False

    def _reads(self, function: ProjectFunction, parameter: str) -> bool:
        """Say whether a function loops over a parameter, or has a builtin do so."""
        read = {term for term, _, _ in function.body.iterations}
        for call in function.body.calls:
            values = self._evaluator.term(function, call.func)
            if call.args and any(isinstance(v, External) and v.name in _READERS for v in values):
                read.add(call.args[0])
        return ("p", parameter) in read or ("h", function.number, parameter) in read

    def gives_iterator(self, name: str, depth: int = 0) -> Member | None:
        """Say whether what a plain function returns is read with ``async for``."""
        function = self._evaluator.index.functions[name]
        if function.facts.is_generator or name not in self.scope or depth > _DEPTH:
            return None
        found = (self.read(function, term, depth + 1) for term in function.body.returns)
        return next(filter(None, found), None)

    # ---- where values come from

    def values(self, function: ProjectFunction, term: Term, depth: int = 0) -> Values:
        """Give the values of ``term``, looking behind annotations that only say ``Iterable``."""
        found = self._made.values(function, term)
        vague = any(isinstance(v, Instance) and v.cls in _ITERABLES for v in found)
        if not vague or depth > _DEPTH:
            return found
        return join((found, *self._behind(function, term, depth, self.values)))

    def _behind(
        self, function: ProjectFunction, term: Term, depth: int, ask: _Ask
    ) -> Iterator[Values]:
        """Ask of what a variable or an attribute was given."""
        if term is None:
            return
        if term[0] == "p":
            given = self._passed.to(function, term[1])
            yield from (ask(home, part, depth + 1) for home, part in given)
            yield arguments_for(self._evaluator, function, term[1])
        elif term[0] == "h":
            yield ask(function.module.functions[term[1]], ("p", term[2]), depth + 1)
        elif term[0] == "u":
            yield from (ask(function, part, depth + 1) for part in term[1])
        elif term[0] == "A" or (term[0] == "N" and len(term) > 2):
            yield ask(function, term[2], depth + 1)
        elif term[0] == "l":
            yield ask(function, function.body.definitions[term[1]], depth + 1)
        elif term[0] == "a":
            for value in self._evaluator.term(function, term[1]):
                cls = self._evaluator.index.classes.get(getattr(value, "cls", ""))
                for item in cls.facts.attributes.get(term[2], ()) if cls else ():
                    home = cls.module.functions[item.function] if cls else function
                    yield ask(home, item.term, depth + 1)


def _is_handed(function: ProjectFunction, term: Term) -> bool:
    """Say whether a callee is a parameter, an attribute or a variable, not a definition."""
    seen = 0
    while term is not None and term[0] == "l" and seen < _DEPTH:
        term, seen = function.body.definitions[term[1]], seen + 1
    return term is not None and term[0] not in "gifcm"


def _last(function: ProjectFunction, term: Term, depth: int = 0) -> str:
    """Give the name of a callee, through variables."""
    if term is None or depth > _DEPTH:
        return ""
    if term[0] == "l":
        return _last(function, function.body.definitions[term[1]], depth + 1)
    if term[0] in "uA":
        parts = term[1] if term[0] == "u" else (term[2],)
        return next(filter(None, (_last(function, part, depth + 1) for part in parts)), "")
    return str(term[-1]) if term[0] in "aphgx" else ""


def _calls(function: ProjectFunction, term: Term) -> Iterator[int]:
    """Give the calls that a term stands for, through variables and choices."""
    waiting, seen = [term], set[Term]()
    while waiting:
        current = waiting.pop()
        if current is None or current in seen:
            continue
        seen.add(current)
        if current[0] == "k":
            yield current[1]
        elif current[0] == "l":
            waiting.append(function.body.definitions[current[1]])
        elif current[0] == "A":
            waiting.append(current[2])
        elif current[0] == "u":
            waiting.extend(current[1])
