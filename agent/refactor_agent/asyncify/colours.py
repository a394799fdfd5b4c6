"""Which functions become async: the least set that is closed under what they call."""

from __future__ import annotations

from collections.abc import Collection

from refactor_agent.asyncify.by_use import ByUse
from refactor_agent.asyncify.callees import DEPTH, calls_behind, container, is_handed, last_name
from refactor_agent.asyncify.duck import by_name_alone
from refactor_agent.asyncify.holes import find_holes
from refactor_agent.asyncify.leaves import Member
from refactor_agent.asyncify.origins import Origins
from refactor_agent.asyncify.special import ASYNC_NAMES
from refactor_agent.asyncify.whence import ITERABLES, Whence
from refactor_agent.asyncify.world import CallSite, World
from refactor_agent.locate.resolve.attributes import attribute
from refactor_agent.locate.resolve.classes import find_methods, linearise
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

_ITERATING = ("__iter__", "__next__")
_ITERATING_ON = (External("builtins.iter"), External("builtins.enumerate"))
"""Functions that give an iterator over the first thing that they are given."""
_DRIVES = frozenset({"close", "send", "throw"})
"""Methods that generators have and that async generators have under other names."""
_ASYNC_ITERABLES = frozenset(
    f"{name.rpartition('.')[0]}.Async{name.rpartition('.')[2]}" for name in ITERABLES
)


class Colours:
    """Answers how a call, a loop or a ``with`` is written, given the functions that are async."""

    def __init__(self, world: World, scope: Collection[str]) -> None:
        self.world = world
        self._evaluator = world.evaluator
        self.scope = frozenset(scope)
        """The functions that may become async."""
        self.origins = Origins(self._evaluator)
        self.whence = Whence(world)
        callers = [f for module in world.modules.values() for f in module.facts.functions]
        self._by_use = ByUse(self._evaluator, world.leaves, callers)
        self.opened: set[tuple[str, int]] = set()
        """Calls, by function and number, of what an entry point must wait for."""
        self._holes = find_holes(world.leaves.prose)
        self._asked: set[str] = set()
        """Lambdas that are being asked, which may call themselves."""
        self.coloured: set[str] = set()
        """The functions that wait for what became async: those that were async before as well."""
        self.renamed: dict[str, str] = {}
        """Functions that get another name though they stay plain: ``__iter__``."""
        self.streams: set[str] = set()
        """Abstract methods that stay plain, and whose implementations give async iterators."""
        self.tasks = world.leaves.tasks
        """Whether threads become tasks."""
        self.threads = False
        """Whether some threads stay threads."""
        self.wrapping = self.whence.decorated.wrappers
        """Wrappers that the project's decorators make, whose colour is that of what they wrap."""
        self.in_both: set[str] = set()
        """Those of them that lie around plain functions as well, and so stay plain for these."""
        self.relied_on: set[str] = set()
        """Files of the async functions that were found behind what was asked."""

    def called(self, function: ProjectFunction, term: Term) -> Member | None:
        """Say how a call of what ``term`` means is written; `None`: as before."""
        values = everything = self.whence.callables(function, term)
        if len(values) > 1:  # an object that may be another callable as well says little
            values = tuple(value for value in values if not isinstance(value, Instance)) or values
            if all(isinstance(value, Instance) for value in values):
                found = [self.of(value) for value in values]
                return found[0] if None not in found else None
        found = [self.of(value) for value in values]
        if not values and term is not None and term[0] == "a":
            if term[2] in _DRIVES and self.read(function, term[1]) is not None:
                return None  # see `constructs.closing`
            used = self._by_use.method(function, term)
            if used is not None:
                return self.of(used)
            return by_name_alone(self._evaluator, self.world.leaves, term[2], self._method)
        known = next((member for member in found if member is not None), None)
        if known is not None and known.awaited and self._may_be_plain(function, everything):
            return known._replace(maybe=True)
        return known

    def _may_be_plain(self, function: ProjectFunction, values: Values) -> bool:
        if function.name in self.wrapping:
            return False  # what stays plain has a plain wrapper
        return any(map(self._stays_plain, values))

    def _stays_plain(self, value: Value) -> bool:
        """Say whether ``value`` is a callable to convert that is kept somewhere, and stays sync."""
        if isinstance(value, Instance) and value.cls in self._evaluator.index.classes:
            methods = attribute(self._evaluator, value, "__call__")
            return bool(methods) and self.of(value) is None
        if not isinstance(value, FunctionValue) or value.receiver is not None:
            return False
        function = self._evaluator.index.functions[value.name]
        is_open = function.name in self.scope and not function.facts.is_async
        is_plain = (is_open and function.owner is None) or function.facts.is_lambda
        return is_plain and self.of(value) is None

    def _method(self, function: ProjectFunction) -> Member | None:
        owner = function.owner
        receiver = Instance(owner.name) if owner is not None else None
        return self.of(FunctionValue(function.name, receiver))

    def hole(self, site: CallSite, name: str) -> Member | None:
        """Say how a callable is called of which nothing is known but its ``name``."""
        function, term = site.function, site.facts.func
        if (function.name, site.number) in self.opened:
            return Member(name, maybe=not self.whence.is_unknown(function, term))
        holes = self._holes
        known = (name, container(function, term))
        said = next((word for word in known if holes.name(word)), "")
        if not said or not is_handed(function, term):
            return None
        if not self.whence.is_unknown(function, term) and not (
            holes.is_maybe(said) and self._may_be_another(function, term)
        ):
            return None
        values = self.whence.callables(function, term)
        given = join(v.arguments[0] for v in values if isinstance(v, Instance) and v.arguments)
        if any(isinstance(value, Instance) and value.cls in ITERABLES for value in given):
            return Member(name, awaited=False, gives="iterator")
        return Member(name, maybe=holes.is_maybe(said))

    def _may_be_another(self, function: ProjectFunction, term: Term) -> bool:
        """Say whether a caller may give another function than those the project gives.

        An object of a class that can be called is no function: what it does is known.
        """
        return self.origins.is_open(function, term) and all(
            isinstance(value, FunctionValue)
            or self.whence.is_vague(value)
            or ((member := self.of(value)) is not None and member.awaited)
            for value in self.whence.callables(function, term)
        )

    def may_be_plain(self, site: CallSite, name: str) -> bool:
        """Say whether a callee that is known to be async may be a plain function as well."""
        term = site.facts.func
        return name in self._holes.maybe and term is not None and term[0] in "phx"

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

    def _function(  # noqa: PLR0911 - one for each manner of giving
        self, value: FunctionValue
    ) -> Member | None:
        function = self._evaluator.index.functions[value.name]
        if function.name in self.world.request.faces:
            return None
        if function.facts.is_lambda:
            return self._lambda(function)
        wrappers = decoration(self._evaluator, function).wrappers
        if self.turned(function.name):
            self.relied_on.add(function.module.file)
            bare = self.new_name(function)
            if not function.facts.is_generator:
                return Member(bare)
            if function.has_decorator("contextmanager"):
                return Member(bare, awaited=False, gives="context")
            return Member(bare, awaited=False, gives="iterator")
        if function.name in self.streams:
            return Member(function.facts.bare, awaited=False, gives="iterator")
        if any(self.turned(name) for name in wrappers if name not in self.wrapping):
            return Member(function.facts.bare)
        if function.name in self.scope:
            return None
        return self.world.leaves.member(value) or self.world.leaves.function(value)

    def makes_async(self, function: ProjectFunction) -> bool:
        """Say whether a decorator, or what gives one, puts none but async wrappers around."""
        within = f"{function.name}."
        made = {
            name
            for name, wrapper in self.wrapping.items()
            if wrapper.maker is function or wrapper.maker.name.startswith(within)
        }
        return bool(made) and all(self.turned(n) and n not in self.in_both for n in made)

    def _lambda(self, function: ProjectFunction) -> Member | None:
        """Say whether a lambda gives what a call in it gives, and that has to be awaited."""
        if function.name in self._asked:
            return None
        self._asked.add(function.name)
        try:
            for term in function.body.returns:
                if term is not None and term[0] == "k":
                    site = CallSite(function, term[1])
                    name = last_name(function, site.facts.func)
                    found = self.called(function, site.facts.func) or self.hole(site, name)
                    if found is not None and found.awaited:
                        return Member(function.facts.bare, maybe=found.maybe)
        finally:
            self._asked.discard(function.name)
        return None

    def turned(self, name: str) -> bool:
        """Say whether a function became async, so that who calls it has to be rewritten."""
        return name in self.coloured and not self._evaluator.index.functions[name].facts.is_async

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
        return self.world.request.names.get(bare, bare) if owner is not None else bare

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
            return self._own(value, "__enter__", "__exit__") or self.world.leaves.is_context(value)
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
        return self._given(function, term, "iterator", depth) or self._kept(function, term, depth)

    def _kept(self, function: ProjectFunction, term: Term, depth: int) -> Member | None:
        """Ask of what an attribute was given, where an iterator was kept in it."""
        if term is None or term[0] != "a" or depth > DEPTH:
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
                    self.relied_on.add(method.module.file)
                    return Member(name)
        return None

    def _given(
        self, function: ProjectFunction, term: Term, gives: str, depth: int = 0
    ) -> Member | None:
        """Ask the callee of the call that ``term`` comes from, whatever it is annotated with."""
        if depth > DEPTH:
            return None
        for number in set(calls_behind(function, term)):
            call = function.body.calls[number]
            hole = self.hole(CallSite(function, number), last_name(function, call.func))
            if hole is not None and hole.gives == gives:
                return hole
            for value in self._evaluator.term(function, call.func):
                if value in _ITERATING_ON and call.args and gives == "iterator":
                    return self.read(function, call.args[0], depth + 1)
                member = self.of(value)
                if member is not None and member.gives == gives:
                    return member
                if isinstance(value, FunctionValue) and gives == "iterator":
                    inner = self.gives_iterator(value.name, depth + 1)
                    if inner is not None:
                        return inner
        return None

    def gives_iterator(self, name: str, depth: int = 0) -> Member | None:
        """Say whether what a plain function returns is read with ``async for``."""
        function = self._evaluator.index.functions[name]
        if function.facts.is_generator or name not in self.scope or depth > DEPTH:
            return None
        found = (self.read(function, term, depth + 1) for term in function.body.returns)
        return next(filter(None, found), None)
